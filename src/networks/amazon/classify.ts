import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import { isSuccessStatus, isTransientStatus } from '../http-status.js';
import type { Outcome, Verdict } from '../network.js';
import { readRemoteCode } from '../remote-text.js';
import { isAboutMapping, classifyComplaints } from './complaint-kind.js';
import type { AmazonComplaint, AmazonErrorAnswer } from './error-answer.js';
import { readErrorAnswer } from './error-answer.js';
import { ACCEPT_CONVERSION_TERMS, isAboutTerms, TERMS_REASON } from './terms.js';
import { completeVerdict, spreadOutcome } from '../verdict.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
const NOT_IN_ANSWER: Outcome = {
  kind: 'unknown',
  reason: 'not_in_answer',
  message: "Amazon's response does not mention this event",
};
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "Amazon's response is not a JSON object, or was truncated",
};
const REQUEST_ID_HEADERS = ['x-amzn-requestid', 'x-amz-request-id', 'x-amz-rid'];

/**
 * Classifies a response of either API: one outcome for each of the `count` events. `indexBase` is
 * the number of the first event in a 207 response: 1 at CAPI v1, 0 at the Events API. A 2xx does
 * not prove delivery: an event is delivered only if the response lists it as a success and not also
 * as an error.
 */
export function classifyAnswer(count: number, answer: HttpAnswer, indexBase: 0 | 1): Verdict {
  const body = readJsonBody(answer);
  const isSuccess = isSuccessStatus(answer.status);
  const verdict = isSuccess
    ? classifyEach(count, body, indexBase)
    : classifyWhole(count, answer, body);
  return completeVerdict(verdict, answer, readRequestId(answer, body));
}

function classifyEach(count: number, body: unknown, indexBase: number): Verdict {
  if (!isJsonObject(body)) return spreadOutcome(count, UNREADABLE);
  const outcomes = new Array<Outcome>(count).fill(NOT_IN_ANSWER);
  for (const item of listOf(body['success'])) {
    const position = positionOf(item, indexBase, count);
    if (position !== undefined) outcomes[position] = DELIVERED;
  }
  // After the successes: an event that is in both lists is not delivered.
  for (const item of listOf(body['error'])) {
    const position = positionOf(item, indexBase, count);
    if (position !== undefined) outcomes[position] = classifyEvent(item);
  }
  return { outcomes };
}

function classifyEvent(item: unknown): Outcome {
  const { complaints, message } = readErrorAnswer(item);
  const outcome: Outcome = classifyComplaints(complaints) ?? {
    kind: 'payload',
    reason: 'rejected',
  };
  return message === undefined ? outcome : { ...outcome, message };
}

function classifyWhole(count: number, answer: HttpAnswer, body: unknown): Verdict {
  const error = readErrorAnswer(body);
  const message = error.message ?? readPlainBody(answer);
  const { outcome, isSplit } = classifyStatus(answer.status, error);
  if (message !== undefined) outcome.message = message;
  return spreadOutcome(count, outcome, isSplit);
}

interface StatusVerdict {
  outcome: Outcome;
  /** One of the events may be what was refused: the others are worth another request. */
  isSplit?: boolean;
}

/**
 * The whole request was refused: what its status means for every event in it
 * (docs/development/decisions/amazon-errors.md).
 */
function classifyStatus(status: number, { complaints }: AmazonErrorAnswer): StatusVerdict {
  const reason = `http_${status}`;
  if (status >= 400 && status < 500 && isAboutTerms(complaints, status === 403)) {
    return { outcome: { kind: 'credential', reason: TERMS_REASON, fix: ACCEPT_CONVERSION_TERMS } };
  }
  if (status === 400 || status === 403 || status === 422)
    return classifyRefusal(status, complaints);
  if (status === 401) return { outcome: { kind: 'credential', reason: 'unauthorized' } };
  if (status === 413) return { outcome: { kind: 'payload', reason: 'too_large' }, isSplit: true };
  if (status === 429) return { outcome: { kind: 'throttled', reason } };
  if (isTransientStatus(status)) return { outcome: { kind: 'transient', reason } };
  // 404, 406, 415 and the rest of 4xx: the account, the region or the contract is not what Amazon
  // expects.
  return {
    outcome: {
      kind: 'configuration',
      reason,
      fix: { by: FORM_STATUSES.has(status) ? 'report' : 'check' },
    },
  };
}

/** Method, Accept and Content-Type of the request are postback's own. */
const FORM_STATUSES: ReadonlySet<number> = new Set([405, 406, 415]);

function classifyRefusal(status: number, complaints: readonly AmazonComplaint[]): StatusVerdict {
  const reason = complaints[0]?.code ?? `http_${status}`;
  if (isAboutMapping(complaints)) {
    return { outcome: { kind: 'configuration', reason, fix: { by: 'map' } }, isSplit: true };
  }
  if (status === 403)
    return { outcome: { kind: 'credential', reason: 'forbidden', fix: { by: 'permission' } } };
  const kind = classifyComplaints(complaints)?.kind === 'expired' ? 'expired' : 'payload';
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
