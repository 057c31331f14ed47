import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import { isSuccessStatus, isTransientStatus } from '../http-status.js';
import type { Outcome, OutcomeKind, Outgoing, Verdict } from '../network.js';
import { readRemoteCode } from '../remote-text.js';
import {
  describeComplaint,
  isAboutEvents,
  namesInvalidEvents,
  readRefusal,
  type Complaint,
  type RedditRefusal,
} from './complaints.js';
import { completeVerdict, spreadOutcome } from '../verdict.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
const UNREADABLE: Outcome = {
  kind: 'unknown',
  reason: 'answer_unreadable',
  message: "Reddit's response is not a JSON object, or was truncated",
};
/**
 * `Successfully processed 1 conversion events.`, the only sentence of an answer that says what was
 * taken.
 */
const PROCESSED = /\bprocessed\s+(\d{1,7})\s+conversion/i;
const TOO_OLD = /less than \d+h|\bold\b|\bolder\b|\bexpired\b/i;
const PIXEL = /\bpixel\b/i;

/**
 * Judges an answer: all events or none are taken, and v3 says which are to blame
 * (docs/reference/reddit.md#answers; docs/development/decisions/reddit.md).
 */
export function classifyRedditAnswer(items: readonly Outgoing[], answer: HttpAnswer): Verdict {
  const body = readJsonBody(answer);
  const isSuccess = isSuccessStatus(answer.status);
  const refusal = readRefusal(body);
  const verdict = isSuccess
    ? classifySuccess(items, answer.status, body)
    : classifyRefusal(items, answer, refusal);
  return completeVerdict(verdict, answer, readRemoteCode(answer.headers['x-request-id']));
}

/**
 * Judges a 2xx. Only an answer that counts as many processed events as were sent, and carries no
 * error, is a delivery: any other message says nothing about the events. One that blames events is
 * read as a refusal for their sake.
 */
function classifySuccess(items: readonly Outgoing[], status: number, body: unknown): Verdict {
  const count = items.length;
  if (!isJsonObject(body)) return spreadOutcome(count, UNREADABLE);
  const refusal = readRefusal(body);
  const { complaints, message, words } = refusal;
  if (complaints.length > 0 || namesInvalidEvents(words))
    return classifyEvents(items, status, refusal);
  const processed = PROCESSED.exec(words)?.[1];
  const hasError = (body['error'] ?? false) !== false || body['success'] === false;
  if (!hasError && processed !== undefined && Number(processed) === count)
    return spreadOutcome(count, DELIVERED);
  const described =
    'Reddit answered ' +
    (message === undefined ? 'without saying what it processed' : JSON.stringify(message));
  return spreadOutcome(count, {
    kind: 'unknown',
    reason: 'not_in_answer',
    message: `${described}; ${count} events were sent`,
  });
}

function classifyRefusal(
  items: readonly Outgoing[],
  answer: HttpAnswer,
  refusal: RedditRefusal,
): Verdict {
  const { status } = answer;
  if (isAboutEvents(status, refusal)) return classifyEvents(items, status, refusal);
  const outcome = classifyStatus(status, refusal);
  const message = refusal.message ?? readPlainBody(answer);
  if (message !== undefined) outcome.message = message;
  return spreadOutcome(items.length, outcome, status === 413);
}

function classifyEvents(
  items: readonly Outgoing[],
  status: number,
  refusal: RedditRefusal,
): Verdict {
  const found = new Map<number, Complaint[]>();
  const positions = new Map(
    items.map(({ postback }, position) => [postback.dedupeId, position] as const),
  );
  for (const complaint of refusal.complaints) {
    const position = locate(positions, complaint, items.length);
    if (position === undefined) continue;
    const known = found.get(position);
    if (known) known.push(complaint);
    else found.set(position, [complaint]);
  }
  const reason = `http_${status}`;
  const whole = makeOutcome(kindOf(refusal.complaints, refusal.words), reason, refusal.message);
  const verdict = spreadOutcome(items.length, whole);
  for (const [position, complaints] of found) {
    const message = complaints.map(describeComplaint).filter(Boolean).join('; ') || refusal.message;
    const outcome = makeOutcome(kindOf(complaints, refusal.words), reason, message);
    if (outcome.kind === 'configuration') outcome.fix = { by: 'map' };
    verdict.outcomes[position] = outcome;
  }
  if (found.size > 0) verdict.rejectedIndexes = [...found.keys()].sort((a, b) => a - b);
  else if (items.length > 1) verdict.split = true;
  return verdict;
}

/** @param positions index of each event in the request, by dedupe id */
function locate(
  positions: ReadonlyMap<string, number>,
  { position, conversionId }: Complaint,
  count: number,
): number | undefined {
  if (position !== undefined) return position >= 0 && position < count ? position : undefined;
  return conversionId === undefined ? undefined : positions.get(conversionId);
}

/** @param whole message of the whole rejection, for complaints without their own */
function kindOf(complaints: readonly Complaint[], whole: string): OutcomeKind {
  const fields = complaints.map(({ words }) => words.field);
  const own = complaints
    .map(({ words }) => words.message)
    .filter(Boolean)
    .join('; ');
  const message = own === '' ? whole : own;
  if (fields.some((field) => /^type\b/i.test(field))) return 'configuration';
  const isTime = fields.some((field) => /^event_at\b/i.test(field)) || /event_at/i.test(message);
  return isTime && TOO_OLD.test(message) ? 'expired' : 'payload';
}

/** Classifies a status that does not concern single events. */
function classifyStatus(status: number, { words }: RedditRefusal): Outcome {
  const reason = `http_${status}`;
  if (status === 401) return { kind: 'credential', reason: 'unauthorized' };
  if (status === 403 && PIXEL.test(words)) return { kind: 'configuration', reason: 'forbidden' };
  if (status === 403) return { kind: 'credential', reason: 'forbidden', fix: { by: 'permission' } };
  if (status === 413) return { kind: 'payload', reason: 'too_large' };
  if (status === 429) return { kind: 'throttled', reason };
  if (isTransientStatus(status)) return { kind: 'transient', reason };
  return { kind: 'configuration', reason };
}

function makeOutcome(kind: OutcomeKind, reason: string, message: string | undefined): Outcome {
  return message === undefined ? { kind, reason } : { kind, reason, message };
}
