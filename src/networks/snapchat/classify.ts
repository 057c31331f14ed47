import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import { isSuccessStatus } from '../http-status.js';
import type { Outcome, Verdict } from '../network.js';
import { readRemoteCode, readRemoteText, readRemoteWords } from '../remote-text.js';
import { classifyRefusal, completeVerdict, spreadOutcome } from '../verdict.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
/**
 * `VALID` is the word of version 3, `SUCCESS` that of version 2
 * (docs/reference/snapchat.md#answers).
 */
const TAKEN: ReadonlySet<unknown> = new Set(['VALID', 'SUCCESS', 'OK']);
const TOO_OLD = /timestamp|event_time/i;
const REFUSED = 'INVALID';

/** What an answer says. */
export interface SnapchatAnswer {
  status: unknown;
  /** Cleaned, cut, tokens masked. */
  message?: string;
  /** As it came, for searching only. Never shown. */
  words: string;
  /** Whether it lists events that it refused. */
  hasErrors: boolean;
}

/**
 * Judges an answer to `count` events. All are taken or none, and nothing says which is bad: it is
 * found by halving.
 */
export function classifySnapchatAnswer(count: number, answer: HttpAnswer): Verdict {
  const said = readSnapchatAnswer(answer);
  const verdict = isSuccessStatus(answer.status)
    ? classifySuccess(count, said)
    : classifyRefused(count, answer.status, said);
  return completeVerdict(verdict, answer, readRemoteCode(answer.headers['x-request-id']));
}

/** Reads the answer of either version: `{status, reason, error_records?}`. */
export function readSnapchatAnswer(answer: HttpAnswer): SnapchatAnswer {
  const parsed = readJsonBody(answer);
  const body = isJsonObject(parsed) ? parsed : {};
  const words = body['reason'] ?? body['message'] ?? body['error'];
  const message = readRemoteText(words) ?? readPlainBody(answer);
  const { status, error_records: errors } = body;
  const hasErrors = Array.isArray(errors) && errors.length > 0;
  const read: SnapchatAnswer = { status, words: readRemoteWords(words), hasErrors };
  if (message !== undefined) read.message = message;
  return read;
}

/** A 2xx is a delivery only where the body says so, and lists no error. */
function classifySuccess(count: number, said: SnapchatAnswer): Verdict {
  if (said.status === REFUSED || said.hasErrors) return classifyRefused(count, 400, said);
  if (TAKEN.has(said.status)) return spreadOutcome(count, DELIVERED);
  const heard = said.message === undefined ? '' : ` (${said.message})`;
  return spreadOutcome(count, {
    kind: 'unknown',
    reason: 'answer_unreadable',
    message: `Snapchat's response does not say that the events are valid${heard}`,
  });
}

/** A refusal of one event that speaks of its time says that it is too old. */
function classifyRefused(count: number, status: number, said: SnapchatAnswer): Verdict {
  const verdict = classifyRefusal(count, { status, message: said.message });
  const [outcome] = verdict.outcomes;
  if (outcome?.kind === 'payload' && count === 1 && TOO_OLD.test(said.words))
    outcome.kind = 'expired';
  return verdict;
}
