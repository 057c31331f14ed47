import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import type { Outcome, Verdict } from '../network.js';
import { readRemoteCode } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';
import { readMetaError, type MetaError } from './error-answer.js';
import { judgeMetaCode, type MetaErrorKind } from './error-kind.js';
import { readRegainMs } from './regain-time.js';
import { readVersionNotice } from './version-notice.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "Meta's answer does not say how many events it received",
};
/** "Access token has expired", "API session", "session key invalid" (Graph API, error handling, 2026-11-30). */
const SESSION_CODES: ReadonlySet<number> = new Set([102, 104, 190]);
/** Bad Request, Content Too Large and Unprocessable Content. */
const PAYLOAD_STATUSES: ReadonlySet<number> = new Set([400, 413, 422]);
/** Request Timeout, Conflict and Too Early. */
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 409, 425]);

/**
 * Judges an answer to `count` events. Meta takes all of a request or none and names no event, so that a refusal that one
 * event may have caused is bisected. A 2xx is no proof: `events_received` must be `count`.
 */
export function classifyMetaAnswer(count: number, answer: HttpAnswer): Verdict {
  const body = readJsonBody(answer);
  const error = readMetaError(body);
  const isAccepted = answer.status >= 200 && answer.status < 300 && error === undefined;
  const verdict = isAccepted ? judgeReceived(count, body) : judgeRefusal(count, answer, error);
  const requestId = readTraceId(answer, body, error);
  if (requestId !== undefined) verdict.requestId = requestId;
  const isThrottled = verdict.outcomes[0]?.kind === 'throttled';
  const waits = [readRetryAfterMs(answer), isThrottled ? readRegainMs(answer) : undefined];
  const retryAfterMs = Math.max(...waits.map((wait = -1) => wait));
  if (retryAfterMs >= 0) verdict.retryAfterMs = retryAfterMs;
  const notice = readVersionNotice(answer);
  if (notice !== undefined) verdict.notice = notice;
  return verdict;
}

function judgeReceived(count: number, body: unknown): Verdict {
  const received = isJsonObject(body) ? body['events_received'] : undefined;
  if (received === count) return spread(count, DELIVERED);
  if (typeof received !== 'number') return spread(count, UNREADABLE);
  const message = `Meta says that it received ${received} of ${count} events, and not which`;
  // Sent again in halves with the same ids: what did arrive counts once, and what did not is found.
  return spread(count, { kind: 'unknown', reason: 'events_missing', message }, count > 1);
}

function judgeRefusal(count: number, answer: HttpAnswer, error: MetaError | undefined): Verdict {
  const { kind, isSplit } = (error && judgeMetaCode(error)) ?? judgeStatus(answer.status, error);
  const outcome: Outcome = { kind, reason: error?.reason ?? `http_${answer.status}` };
  if (kind === 'credential' && !isAboutSession(error)) outcome.fix = { by: 'permission' };
  const message = error?.message ?? readPlainBody(answer);
  if (message !== undefined) outcome.message = message;
  return spread(count, outcome, isSplit === true && count > 1);
}

/** Whether the token itself has ended or was revoked; other refusals of a grant are about what it may do. */
function isAboutSession(error: MetaError | undefined): boolean {
  return error?.code === undefined || SESSION_CODES.has(error.code);
}

/** Where no known code decides. */
function judgeStatus(status: number, error: MetaError | undefined): MetaErrorKind {
  if (status === 429) return { kind: 'throttled' };
  if (error?.isTransient || status >= 500 || status < 400 || RETRIED_STATUSES.has(status)) return { kind: 'transient' };
  if (status === 401 || status === 403) return { kind: 'credential' };
  // An unknown code in Meta's own words may be about one event; a proxy's answer is not.
  const mayBeOneEvent = error?.code === undefined ? PAYLOAD_STATUSES.has(status) : status !== 404;
  return mayBeOneEvent ? { kind: 'payload', isSplit: true } : { kind: 'configuration' };
}

function spread(count: number, outcome: Outcome, isSplit = false): Verdict {
  const outcomes = new Array<Outcome>(count).fill(outcome);
  return isSplit ? { outcomes, split: true } : { outcomes };
}

function readTraceId({ headers }: HttpAnswer, body: unknown, error: MetaError | undefined): string | undefined {
  const traceId = error?.traceId ?? (isJsonObject(body) ? readRemoteCode(body['fbtrace_id']) : undefined);
  return traceId ?? readRemoteCode(headers['x-fb-trace-id']);
}
