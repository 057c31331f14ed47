import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import { isSuccessStatus, isTransientStatus } from '../http-status.js';
import type { Outcome, OutcomeKind, Verdict } from '../network.js';
import { readRemoteCode, readRemoteText, readRemoteWords } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';
import { spreadOutcome } from '../verdict.js';

/** An error of X. A rejection may contain several for one event, and none names the event. */
export interface XError {
  code?: string;
  message?: string;
  parameter?: string;
  /** Message and parameter as they came, to be searched. */
  words: { message: string; parameter: string };
}

const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
const KIND_BY_CODE: Readonly<Record<string, OutcomeKind>> = {
  NOT_FOUND: 'configuration',
  UNAUTHORIZED_ACCESS: 'credential',
  UNAUTHORIZED_CLIENT_APPLICATION: 'credential',
  TOO_MANY_REQUESTS: 'throttled',
  SERVICE_UNAVAILABLE: 'transient',
  OVER_CAPACITY: 'transient',
  INTERNAL_ERROR: 'transient',
};
const TAG = /event_id|event tag|\bsingle event\b/i;
const TOO_OLD = /\bold\b|\bolder\b|\bexpired\b/i;
/** Locked, which X's documentation says to retry. */
const LOCKED = 423;
/** Pairs of what is left and when it is filled again, in seconds since the epoch. */
const RATE_LIMITS = ['x-account-rate-limit', 'x-rate-limit'];

/**
 * Judges an answer to `count` conversions: all are taken, or none (docs/reference/x.md#answers).
 */
export function classifyXAnswer(count: number, answer: HttpAnswer): Verdict {
  const body = readJsonBody(answer);
  const isSuccess = isSuccessStatus(answer.status);
  const verdict = isSuccess
    ? classifySuccess(count, body)
    : classifyRefusal(count, answer, readXErrors(body));
  const data = isJsonObject(body) && isJsonObject(body['data']) ? body['data'] : {};
  const requestId = readRemoteCode(data['debug_id'] ?? answer.headers['x-transaction-id']);
  if (requestId !== undefined) verdict.requestId = requestId;
  const retryAfterMs =
    readRetryAfterMs(answer) ?? (answer.status === 429 ? readResetMs(answer) : undefined);
  if (retryAfterMs !== undefined) verdict.retryAfterMs = retryAfterMs;
  return verdict;
}

/** The errors of an answer; none where it has none. */
export function readXErrors(body: unknown): XError[] {
  const errors = isJsonObject(body) ? body['errors'] : undefined;
  return Array.isArray(errors) ? errors.filter(isJsonObject).map(readError) : [];
}

/** All errors in words, each once. */
export function describeXErrors(errors: readonly XError[]): string | undefined {
  const words = errors.map(({ code, message = code ?? '', parameter }) =>
    parameter === undefined || message.includes(parameter) ? message : `${parameter}: ${message}`,
  );
  return readRemoteText([...new Set(words)].join('; '));
}

/** `conversions_processed` must equal the number sent, and the response must contain no errors. */
function classifySuccess(count: number, body: unknown): Verdict {
  const data = isJsonObject(body) && isJsonObject(body['data']) ? body['data'] : {};
  const processed = data['conversions_processed'];
  const complaints = describeXErrors(readXErrors(body));
  if (processed === count && complaints === undefined) return spreadOutcome(count, DELIVERED);
  const said =
    typeof processed === 'number'
      ? `that it processed ${processed}`
      : 'without saying what it processed';
  const words = complaints === undefined ? '' : ` (${complaints})`;
  const message = `X answered ${said}${words}; ${count} were sent`;
  return spreadOutcome(count, { kind: 'unknown', reason: 'not_in_answer', message });
}

function classifyRefusal(count: number, answer: HttpAnswer, errors: readonly XError[]): Verdict {
  const { status } = answer;
  const outcome: Outcome = {
    kind: kindOf(status, errors),
    reason: errors[0]?.code ?? `http_${status}`,
  };
  const message = describeXErrors(errors) ?? readPlainBody(answer);
  if (message !== undefined) outcome.message = message;
  if (status === 403) outcome.fix = { by: 'permission' };
  else if (status < 404 && outcome.kind === 'configuration') outcome.fix = { by: 'map' };
  const isForEvents = outcome.kind === 'payload' || outcome.kind === 'expired';
  return spreadOutcome(count, outcome, isForEvents);
}

function kindOf(status: number, errors: readonly XError[]): OutcomeKind {
  if (status === 401 || status === 403) return 'credential';
  if (status === 429) return 'throttled';
  if (isTransientStatus(status) || status === LOCKED) return 'transient';
  if (status === 400 || status === 413 || status === 422) return kindOfErrors(errors);
  // 404: the tag or the pixel does not exist; the rest of 4xx is about address and contract too.
  return 'configuration';
}

/**
 * The events of a request share their tag: where that alone is wrong, no half of them fares better.
 */
function kindOfErrors(errors: readonly XError[]): OutcomeKind {
  const found = errors.map(({ code = '', words: { message, parameter } }): OutcomeKind => {
    if (TAG.test(parameter) || TAG.test(message)) return 'configuration';
    if (parameter === 'conversion_time' && TOO_OLD.test(message)) return 'expired';
    return KIND_BY_CODE[code] ?? 'payload';
  });
  const [first = 'payload'] = found;
  return found.every((kind) => kind === first) ? first : 'payload';
}

/** Until the limit that is used up is filled again, measured against the answer's own `Date`. */
function readResetMs({ headers }: HttpAnswer): number | undefined {
  const now = Date.parse(headers['date'] ?? '');
  const resets = RATE_LIMITS.filter((name) => (headers[`${name}-remaining`] ?? '0').trim() === '0')
    .map((name) => Number(headers[`${name}-reset`]) * 1000)
    .filter((reset) => reset > 0);
  return resets.length === 0 || Number.isNaN(now)
    ? undefined
    : Math.max(0, Math.max(...resets) - now);
}

function readError(from: JsonObject): XError {
  const words = {
    message: readRemoteWords(from['message']),
    parameter: readRemoteWords(from['parameter']),
  };
  const error: XError = { words };
  const code = readRemoteCode(from['code']);
  if (code !== undefined) error.code = code;
  const message = readRemoteText(from['message']);
  if (message !== undefined) error.message = message;
  const parameter = readRemoteText(from['parameter']);
  if (parameter !== undefined) error.parameter = parameter;
  return error;
}
