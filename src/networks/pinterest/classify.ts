import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import { isSuccessStatus } from '../http-status.js';
import type { Outcome, Verdict } from '../network.js';
import { readRemoteCode, readRemoteText, readRemoteWords } from '../remote-text.js';
import { classifyRefusal, completeVerdict, spreadOutcome } from '../verdict.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
const NOT_IN_ANSWER: Outcome = {
  kind: 'unknown',
  reason: 'not_in_answer',
  message: "Pinterest's response does not mention this event",
};
const TOO_OLD = /event_time|too old|\bdays?\b/i;

/**
 * Judges an answer to `count` events: each has its status, in the order of the request. A request
 * of which some events fail is answered with 422, and the good ones are taken all the same
 * (docs/reference/pinterest.md#answers).
 */
export function classifyPinterestAnswer(count: number, answer: HttpAnswer): Verdict {
  const parsed = readJsonBody(answer);
  const body = isJsonObject(parsed) ? parsed : {};
  const events = findEvents(body);
  const hasOutcomes = isSuccessStatus(answer.status) || answer.status === 422;
  const verdict =
    hasOutcomes && events !== undefined
      ? { outcomes: Array.from({ length: count }, (_, at) => classifyEvent(events[at])) }
      : classifyWhole(count, answer, body);
  return completeVerdict(verdict, answer, readRemoteCode(answer.headers['x-pinterest-rid']));
}

/** What is wrong, in the network's words. */
export function readPinterestMessage(answer: HttpAnswer): string | undefined {
  const body = readJsonBody(answer);
  return (
    (isJsonObject(body) ? readRemoteText(body['message']) : undefined) ?? readPlainBody(answer)
  );
}

/** The list of events, at the top of a success or in the details of an error. */
function findEvents(body: JsonObject): unknown[] | undefined {
  const { events, details } = body;
  if (Array.isArray(events)) return events as unknown[];
  const inner = isJsonObject(details) ? details['events'] : undefined;
  return Array.isArray(inner) ? inner : undefined;
}

function classifyEvent(event: unknown): Outcome {
  if (!isJsonObject(event)) return NOT_IN_ANSWER;
  const { status, error_message: error, warning_message: warning } = event;
  const said = readRemoteText(error);
  if (status === 'processed' && said === undefined) {
    const words = readRemoteText(warning);
    return words === undefined ? DELIVERED : { ...DELIVERED, warning: words };
  }
  if (status !== 'failed' && said === undefined) return NOT_IN_ANSWER;
  const isOld = TOO_OLD.test(readRemoteWords(error));
  const outcome: Outcome = { kind: isOld ? 'expired' : 'payload', reason: 'rejected' };
  if (said !== undefined) outcome.message = said;
  return outcome;
}

/** Nothing is said of single events. */
function classifyWhole(count: number, answer: HttpAnswer, body: JsonObject): Verdict {
  const { status } = answer;
  if (isSuccessStatus(status)) return spreadOutcome(count, NOT_IN_ANSWER);
  return classifyRefusal(count, {
    status,
    code: readRemoteCode(body['code']),
    message: readPinterestMessage(answer),
  });
}
