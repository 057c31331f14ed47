import type { HttpAnswer } from '../http/http.js';
import { classifyHttpStatus } from './http-status.js';
import type { Outcome, Verdict } from './network.js';
import { readRetryAfterMs } from './retry-after.js';

/**
 * The same outcome for each of `count` events, as one object.
 * @param isSplit whether some of the events may be good: they are worth another request in halves
 */
export function spreadOutcome(count: number, outcome: Outcome, isSplit = false): Verdict {
  const outcomes = new Array<Outcome>(count).fill(outcome);
  return isSplit && count > 1 ? { outcomes, split: true } : { outcomes };
}

/** How a network refuses a request as a whole. */
export interface RefusedRequest {
  status: number;
  /** The network's code, which is the reason; absent: the status is. */
  code?: string | undefined;
  /** The network's words, cleaned. */
  message?: string | undefined;
}

/** The verdict on a refusal that names none of the `count` events: its status decides. */
export function classifyRefusal(count: number, { status, code, message }: RefusedRequest): Verdict {
  const kind = classifyHttpStatus(status);
  const reason = status === 401 ? 'unauthorized' : (code ?? `http_${status}`);
  const outcome: Outcome = { kind, reason };
  if (status === 403) outcome.fix = { by: 'permission' };
  if (kind === 'configuration') outcome.fix = { by: 'check' };
  if (message !== undefined) outcome.message = message;
  return spreadOutcome(count, outcome, kind === 'payload');
}

/** Adds to a verdict what an answer says about the request: its id, and how long to wait. */
export function completeVerdict(
  verdict: Verdict,
  answer: HttpAnswer,
  requestId: string | undefined,
): Verdict {
  if (requestId !== undefined) verdict.requestId = requestId;
  const retryAfterMs = verdict.retryAfterMs ?? readRetryAfterMs(answer);
  if (retryAfterMs !== undefined) verdict.retryAfterMs = retryAfterMs;
  return verdict;
}
