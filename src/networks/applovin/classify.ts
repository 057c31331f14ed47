import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import { isSuccessStatus } from '../http-status.js';
import type { Outcome, Verdict } from '../network.js';
import { readRemoteCode, readRemoteText } from '../remote-text.js';
import { classifyRefusal, completeVerdict, spreadOutcome } from '../verdict.js';

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
/** "All events processed successfully." No other success is documented. */
const OK = 200;
/** An account is blocked for a day after too many errors (docs/reference/applovin.md#answers). */
const BLOCKED_CODE = '100007';
const BLOCKED_MS = 24 * 60 * 60 * 1000;

/**
 * Judges an answer to `count` events: all are processed, or the request is dropped. Nothing says
 * which is bad: it is found by halving.
 */
export function classifyAppLovinAnswer(count: number, answer: HttpAnswer): Verdict {
  const verdict = isSuccessStatus(answer.status)
    ? classifySuccess(count, answer)
    : classifyRefusal(count, {
        status: answer.status,
        code: readRemoteCode(answer.headers['x-al-error-code']),
        message: readAppLovinMessage(answer),
      });
  const { outcomes } = verdict;
  const isBlocked = answer.headers['x-al-error-code'] === BLOCKED_CODE;
  if (isBlocked && outcomes[0]?.kind === 'throttled') verdict.retryAfterMs = BLOCKED_MS;
  return completeVerdict(verdict, answer, readRemoteCode(answer.headers['x-trace-id']));
}

/** What AppLovin says is wrong: in headers, or in the body. */
export function readAppLovinMessage(answer: HttpAnswer): string | undefined {
  const parsed = readJsonBody(answer);
  const body = isJsonObject(parsed) ? parsed : {};
  return (
    readRemoteText(answer.headers['x-al-error-message']) ??
    readRemoteText(body['message'] ?? body['error']) ??
    readPlainBody(answer)
  );
}

/** A body is not documented; one that speaks of an error is believed. */
function classifySuccess(count: number, answer: HttpAnswer): Verdict {
  const body = readJsonBody(answer);
  const hasError =
    isJsonObject(body) &&
    (body['success'] === false || (body['error'] ?? body['errors'] ?? null) !== null);
  if (answer.status === OK && !hasError) return spreadOutcome(count, DELIVERED);
  const said = readAppLovinMessage(answer);
  const words = said === undefined ? '' : ` (${said})`;
  const message = `AppLovin answered HTTP ${answer.status} without saying that it processed the events${words}`;
  return spreadOutcome(count, { kind: 'unknown', reason: 'answer_unreadable', message });
}
