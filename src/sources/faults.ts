import { InputError, messageOf } from '../errors.js';
import { maskSecrets } from '../secret-mask.js';

/** Makes the error of a source that cannot be reached at the start of a run. */
export function unreachable(name: string, error: unknown): InputError {
  return new InputError('source_unreachable', `${name} cannot be reached: ${describe(error)}.`, {
    hint: 'Check the address, the network, and the variables with the credentials.',
    cause: error,
  });
}

/** Makes the error of a source, or of a target for rejected records, that refuses its use. */
export function refused(name: string, error: unknown, hint: string): InputError {
  return new InputError('source_refused', `${name} cannot be used: ${describe(error)}.`, {
    hint,
    cause: error,
  });
}

/** The message of a client's error, on one line and without secrets or a full stop. */
export function describe(error: unknown): string {
  const parts = error instanceof AggregateError ? error.errors : [error];
  const text = parts.map((part) => messageOf(part) || nameOf(part)).join('; ');
  return maskSecrets(text).replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown fault';
}
