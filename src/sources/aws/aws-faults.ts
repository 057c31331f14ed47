import type { InputError } from '../../errors.js';
import { describe, refused, unreachable } from '../faults.js';

/** Codes of the system and of the SDK that say that nothing answered. */
const UNREACHABLE =
  /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT|EPIPE|TimeoutError|NetworkingError)$/;
const NO_CREDENTIALS = /^(?:CredentialsProviderError|TokenProviderError)$/;

const CREDENTIALS_HINT =
  'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile in AWS_PROFILE, or run with a ' +
  'role that may read it.';

/** Makes the error of a run from an error of the AWS SDK. */
export function explainAws(name: string, error: unknown): InputError {
  const found = namesOf(error);
  if (found.some((word) => NO_CREDENTIALS.test(word)))
    return refused(name, 'there are no AWS credentials', CREDENTIALS_HINT);
  if (found.some((word) => UNREACHABLE.test(word))) return unreachable(name, error);
  const word = found.find((one) => one !== 'Error');
  const said = describe(error);
  const problem = word === undefined || said.includes(word) ? said : `${word}: ${said}`;
  const hint = /denied|signature|token|accesskey|forbidden/i.test(problem)
    ? CREDENTIALS_HINT
    : 'Check the names in the address, and that it exists in that account and region.';
  return refused(name, problem, hint);
}

/** Whether a fault is of the network or the service, and may be over soon. */
export function isPassing(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { $fault: fault, $retryable: retryable } = error as {
    $fault?: unknown;
    $retryable?: unknown;
  };
  if (fault === 'server' || retryable !== undefined) return true;
  return namesOf(error).some((word) => UNREACHABLE.test(word));
}

/** Whether an object is not there any more, or was replaced since it was listed. */
export function isGone(error: unknown): boolean {
  return namesOf(error).some((word) => /^(?:NoSuchKey|NotFound|PreconditionFailed)$/.test(word));
}

function namesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return [error.name, ...code, ...inner.flatMap(namesOf)];
}
