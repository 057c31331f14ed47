import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import type { Outcome, OutcomeKind, Outgoing, Verdict } from '../network.js';
import { readRemoteCode } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';
import {
  describeComplaint,
  isAboutEvents,
  namesInvalidEvents,
  readRefusal,
  type Complaint,
  type RedditRefusal,
} from './complaints.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "Reddit's answer is no JSON object, or was cut off",
};
/** `Successfully processed 1 conversion events.`, the only sentence of an answer that says what was taken. */
const PROCESSED = /\bprocessed\s+(\d{1,7})\s+conversion/i;
const TOO_OLD = /less than \d+h|\bold\b|\bolder\b|\bexpired\b/i;
const PIXEL = /\bpixel\b/i;
/** Request Timeout, Conflict and Too Early. */
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 409, 425]);

/**
 * Judges an answer: all events or none are taken, and v3 says which are to blame (networks.md sections 5 and 9;
 * docs/decisions/reddit.md).
 */
export function classifyRedditAnswer(items: readonly Outgoing[], answer: HttpAnswer): Verdict {
  const body = readJsonBody(answer);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const refusal = readRefusal(body);
  const verdict = isSuccess ? judgeSuccess(items, answer.status, body) : judgeRefusal(items, answer, refusal);
  const requestId = readRemoteCode(answer.headers['x-request-id']);
  if (requestId !== undefined) verdict.requestId = requestId;
  const retryAfterMs = readRetryAfterMs(answer);
  if (retryAfterMs !== undefined) verdict.retryAfterMs = retryAfterMs;
  return verdict;
}

/**
 * Judges a 2xx. Only an answer that counts as many processed events as were sent, and carries no error, is a delivery:
 * any other message says nothing about the events. One that blames events is read as a refusal for their sake.
 */
function judgeSuccess(items: readonly Outgoing[], status: number, body: unknown): Verdict {
  const count = items.length;
  if (!isJsonObject(body)) return all(count, UNREADABLE);
  const refusal = readRefusal(body);
  const { complaints, message, words } = refusal;
  if (complaints.length > 0 || namesInvalidEvents(words)) return judgeEvents(items, status, refusal);
  const processed = PROCESSED.exec(words)?.[1];
  const hasError = (body['error'] ?? false) !== false || body['success'] === false;
  if (!hasError && processed !== undefined && Number(processed) === count) return all(count, DELIVERED);
  const told = `Reddit answered ${message === undefined ? 'without saying what it processed' : JSON.stringify(message)}`;
  return all(count, { kind: 'unknown', reason: 'not_in_answer', message: `${told}; ${count} events were sent` });
}

function judgeRefusal(items: readonly Outgoing[], answer: HttpAnswer, refusal: RedditRefusal): Verdict {
  const { status } = answer;
  if (isAboutEvents(status, refusal)) return judgeEvents(items, status, refusal);
  const outcome = judgeStatus(status, refusal);
  const message = refusal.message ?? readPlainBody(answer);
  if (message !== undefined) outcome.message = message;
  const verdict = all(items.length, outcome);
  if (status === 413 && items.length > 1) verdict.split = true;
  return verdict;
}

function judgeEvents(items: readonly Outgoing[], status: number, refusal: RedditRefusal): Verdict {
  const found = new Map<number, Complaint[]>();
  const positions = new Map(items.map(({ postback }, position) => [postback.dedupeId, position] as const));
  for (const complaint of refusal.complaints) {
    const position = locate(positions, complaint, items.length);
    if (position === undefined) continue;
    const known = found.get(position);
    if (known) known.push(complaint);
    else found.set(position, [complaint]);
  }
  const reason = `http_${status}`;
  const whole = makeOutcome(kindOf(refusal.complaints, refusal.message), reason, refusal.message);
  const verdict = all(items.length, whole);
  for (const [position, complaints] of found) {
    const message = complaints.map(describeComplaint).filter(Boolean).join('; ') || refusal.message;
    const outcome = makeOutcome(kindOf(complaints, message), reason, message);
    if (outcome.kind === 'configuration') outcome.fix = { by: 'map' };
    verdict.outcomes[position] = outcome;
  }
  if (found.size > 0) verdict.culprits = [...found.keys()].sort((a, b) => a - b);
  else if (items.length > 1) verdict.split = true;
  return verdict;
}

/** @param positions where each event stands in the request, by its dedupe id */
function locate(
  positions: ReadonlyMap<string, number>,
  { position, conversionId }: Complaint,
  count: number,
): number | undefined {
  if (position !== undefined) return position >= 0 && position < count ? position : undefined;
  return conversionId === undefined ? undefined : positions.get(conversionId);
}

function kindOf(complaints: readonly Complaint[], message = ''): OutcomeKind {
  if (complaints.some(({ field = '' }) => /^type\b/i.test(field))) return 'configuration';
  const isTime = complaints.some(({ field = '' }) => /^event_at\b/i.test(field)) || /event_at/i.test(message);
  return isTime && TOO_OLD.test(message) ? 'expired' : 'payload';
}

/** What a status means that says nothing of single events. */
function judgeStatus(status: number, { words }: RedditRefusal): Outcome {
  const reason = `http_${status}`;
  if (status === 401) return { kind: 'credential', reason: 'unauthorized' };
  if (status === 403 && PIXEL.test(words)) return { kind: 'configuration', reason: 'forbidden' };
  if (status === 403) return { kind: 'credential', reason: 'forbidden', fix: { by: 'permission' } };
  if (status === 413) return { kind: 'payload', reason: 'too_large' };
  if (status === 429) return { kind: 'throttled', reason };
  // 3xx is no word of Reddit's, but of a proxy in between.
  if (status >= 500 || status < 400 || RETRIED_STATUSES.has(status)) return { kind: 'transient', reason };
  return { kind: 'configuration', reason };
}

function makeOutcome(kind: OutcomeKind, reason: string, message: string | undefined): Outcome {
  return message === undefined ? { kind, reason } : { kind, reason, message };
}

function all(count: number, outcome: Outcome): Verdict {
  return { outcomes: new Array<Outcome>(count).fill(outcome) };
}
