import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import type { Outcome, Verdict } from '../network.js';
import { readRemoteCode } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';
import { isAllAccepted } from './accepted-answer.js';
import { isAboutMapping, judgeComplaints } from './complaint-kind.js';
import type { AmazonComplaint, AmazonErrorAnswer } from './error-answer.js';
import { readErrorAnswer } from './error-answer.js';
import { ACCEPT_CONVERSION_TERMS, isAboutTerms, TERMS_REASON } from './terms.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
const NOT_IN_ANSWER: Outcome = {
  kind: 'unknown',
  reason: 'not_in_answer',
  message: "Amazon's answer does not mention this event",
};
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "Amazon's answer is no JSON object, or was cut off",
};
/** From here on scanning is quicker than reading: below, an answer has little beside its indices. */
const SCANNED_FROM_BYTES = 16_384;

const REQUEST_ID_HEADERS = ['x-amzn-requestid', 'x-amz-request-id', 'x-amz-rid'];

/**
 * Judges an answer of either contract: one outcome for each of the `count` events. `indexBase` is the number of the
 * first event in a 207 answer: 1 at CAPI v1, 0 at the Events API. A 2xx is no proof: only an event that the answer lists
 * as a success, and not as an error too, is delivered (contract.md section 5).
 */
export function classifyAnswer(count: number, answer: HttpAnswer, indexBase: 0 | 1): Verdict {
  const isLarge = answer.status === 207 && answer.body.length > SCANNED_FROM_BYTES;
  const named = isLarge ? readRequestId(answer, undefined) : undefined;
  if (!isLarge || !isAllAccepted(answer.body, count, indexBase, named !== undefined)) {
    return classifyByReading(count, answer, indexBase);
  }
  const verdict: Verdict = { outcomes: new Array<Outcome>(count).fill(DELIVERED) };
  return addHead(verdict, answer, named);
}

/** The obvious form of {@link classifyAnswer}; a test holds the other to it. */
export function classifyByReading(count: number, answer: HttpAnswer, indexBase: 0 | 1): Verdict {
  const body = readJsonBody(answer);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const verdict = isSuccess ? judgeEach(count, body, indexBase) : judgeWhole(count, answer, body);
  return addHead(verdict, answer, readRequestId(answer, body));
}

function addHead(verdict: Verdict, answer: HttpAnswer, requestId: string | undefined): Verdict {
  if (requestId !== undefined) verdict.requestId = requestId;
  const retryAfterMs = readRetryAfterMs(answer);
  if (retryAfterMs !== undefined) verdict.retryAfterMs = retryAfterMs;
  return verdict;
}

function judgeEach(count: number, body: unknown, indexBase: number): Verdict {
  if (!isJsonObject(body)) return { outcomes: new Array<Outcome>(count).fill(UNREADABLE) };
  const outcomes = new Array<Outcome>(count).fill(NOT_IN_ANSWER);
  for (const item of listOf(body['success'])) {
    const position = positionOf(item, indexBase, count);
    if (position !== undefined) outcomes[position] = DELIVERED;
  }
  // After the successes: an event that is in both lists is not delivered.
  for (const item of listOf(body['error'])) {
    const position = positionOf(item, indexBase, count);
    if (position !== undefined) outcomes[position] = judgeEvent(item);
  }
  return { outcomes };
}

function judgeEvent(item: unknown): Outcome {
  const { complaints, message } = readErrorAnswer(item);
  const judged = judgeComplaints(complaints) ?? { kind: 'payload', reason: 'rejected' };
  return message === undefined ? judged : { ...judged, message };
}

function judgeWhole(count: number, answer: HttpAnswer, body: unknown): Verdict {
  const error = readErrorAnswer(body);
  const message = error.message ?? readPlainBody(answer);
  const { outcome, isSplit } = judgeStatus(answer.status, error);
  if (message !== undefined) outcome.message = message;
  const verdict: Verdict = { outcomes: new Array<Outcome>(count).fill(outcome) };
  if (isSplit && count > 1) verdict.split = true;
  return verdict;
}

interface StatusVerdict {
  outcome: Outcome;
  /** One of the events may be what was refused: the others are worth another request. */
  isSplit?: boolean;
}

/** The whole request was refused: what its status means for every event in it (docs/decisions/amazon-errors.md). */
function judgeStatus(status: number, { complaints }: AmazonErrorAnswer): StatusVerdict {
  const reason = `http_${status}`;
  if (status >= 400 && status < 500 && isAboutTerms(complaints, status === 403)) {
    return { outcome: { kind: 'credential', reason: TERMS_REASON, fix: ACCEPT_CONVERSION_TERMS } };
  }
  if (status === 400 || status === 403 || status === 422) return judgeRefusal(status, complaints);
  if (status === 401) return { outcome: { kind: 'credential', reason: 'unauthorized' } };
  if (status === 413) return { outcome: { kind: 'payload', reason: 'too_large' }, isSplit: true };
  if (status === 429) return { outcome: { kind: 'throttled', reason } };
  // 3xx is no word of Amazon's: its API never redirects, but a proxy in between may.
  if (status >= 500 || status < 400 || RETRIED_STATUSES.has(status)) return { outcome: { kind: 'transient', reason } };
  // 404, 406, 415 and the rest of 4xx: the account, the region or the contract is not what Amazon expects.
  return { outcome: { kind: 'configuration', reason, fix: { by: FORM_STATUSES.has(status) ? 'report' : 'check' } } };
}

/** Method, Accept and Content-Type of the request are postback's own. */
const FORM_STATUSES: ReadonlySet<number> = new Set([405, 406, 415]);

/** Request Timeout, Conflict ("please retry your request") and Too Early. */
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 409, 425]);

function judgeRefusal(status: number, complaints: readonly AmazonComplaint[]): StatusVerdict {
  const reason = complaints[0]?.code ?? `http_${status}`;
  if (isAboutMapping(complaints)) {
    return { outcome: { kind: 'configuration', reason, fix: { by: 'map' } }, isSplit: true };
  }
  if (status === 403) return { outcome: { kind: 'credential', reason: 'forbidden', fix: { by: 'permission' } } };
  const kind = judgeComplaints(complaints)?.kind === 'expired' ? 'expired' : 'payload';
  return { outcome: { kind, reason }, isSplit: true };
}

function positionOf(item: unknown, indexBase: number, count: number): number | undefined {
  if (!isJsonObject(item) || typeof item['index'] !== 'number') return undefined;
  const position = item['index'] - indexBase;
  return Number.isInteger(position) && position >= 0 && position < count ? position : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function readRequestId(answer: HttpAnswer, body: unknown): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const id = readRemoteCode(answer.headers[name]);
    if (id !== undefined) return id;
  }
  return isJsonObject(body) ? readRemoteCode(body['requestId']) : undefined;
}
