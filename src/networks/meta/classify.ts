import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import { isPayloadStatus, isSuccessStatus, isTransientStatus } from '../http-status.js';
import type { Outcome, Verdict } from '../network.js';
import { readRemoteCode } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';
import { readMetaError, type MetaError } from './error-answer.js';
import { classifyMetaCode, type MetaErrorKind } from './error-kind.js';
import { readRegainMs } from './regain-time.js';
import { readVersionNotice } from './version-notice.js';
import { spreadOutcome } from '../verdict.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "Meta's response does not say how many events it received",
};
/**
 * "Access token has expired", "API session", "session key invalid" (Graph API, error handling,
 * 2026-11-30).
 */
const SESSION_CODES: ReadonlySet<number> = new Set([102, 104, 190]);

/**
 * Classifies the response to `count` events. Meta accepts all events of a request or none and does
 * not name the invalid one, so a rejection that one event may have caused is bisected. A 2xx does
 * not prove delivery: `events_received` must be `count`.
 */
export function classifyMetaAnswer(count: number, answer: HttpAnswer): Verdict {
  const body = readJsonBody(answer);
  const error = readMetaError(body);
  const isAccepted = isSuccessStatus(answer.status) && error === undefined;
  const verdict = isAccepted
    ? classifyReceived(count, body)
    : classifyRefusal(count, answer, error);
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

function classifyReceived(count: number, body: unknown): Verdict {
  const received = isJsonObject(body) ? body['events_received'] : undefined;
  if (received === count) return spreadOutcome(count, DELIVERED);
  if (typeof received !== 'number') return spreadOutcome(count, UNREADABLE);
  const message = `Meta received ${received} of ${count} events but did not say which`;
  // Sent again in halves with the same ids: what did arrive counts once, and what did not is found.
  return spreadOutcome(count, { kind: 'unknown', reason: 'events_missing', message }, true);
}

function classifyRefusal(count: number, answer: HttpAnswer, error: MetaError | undefined): Verdict {
  const { kind, isSplit } =
    (error && classifyMetaCode(error)) ?? classifyStatus(answer.status, error);
  const outcome: Outcome = { kind, reason: error?.reason ?? `http_${answer.status}` };
  if (kind === 'credential' && !isAboutSession(error)) outcome.fix = { by: 'permission' };
  const message = error?.message ?? readPlainBody(answer);
  if (message !== undefined) outcome.message = message;
  return spreadOutcome(count, outcome, isSplit);
}

/**
 * Whether the token itself has ended or was revoked; other refusals of a grant are about what it
 * may do.
 */
function isAboutSession(error: MetaError | undefined): boolean {
  return error?.code === undefined || SESSION_CODES.has(error.code);
}

/** Where no known code decides. */
function classifyStatus(status: number, error: MetaError | undefined): MetaErrorKind {
  if (status === 429) return { kind: 'throttled' };
  if (error?.isTransient || isTransientStatus(status)) return { kind: 'transient' };
  if (status === 401 || status === 403) return { kind: 'credential' };
  // An unknown code in Meta's own words may be about one event; a proxy's answer is not.
  const mayBeOneEvent = error?.code === undefined ? isPayloadStatus(status) : status !== 404;
  return mayBeOneEvent ? { kind: 'payload', isSplit: true } : { kind: 'configuration' };
}

function readTraceId(
  { headers }: HttpAnswer,
  body: unknown,
  error: MetaError | undefined,
): string | undefined {
  const traceId =
    error?.traceId ?? (isJsonObject(body) ? readRemoteCode(body['fbtrace_id']) : undefined);
  return traceId ?? readRemoteCode(headers['x-fb-trace-id']);
}
