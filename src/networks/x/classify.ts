import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import type { Outcome, OutcomeKind, Verdict } from '../network.js';
import { readRemoteCode, readRemoteText } from '../remote-text.js';
import { readRetryAfterMs } from '../retry-after.js';

/** What a refusal of X says: several errors for one event, and none says for which (networks.md section 6). */
export interface XError {
  code?: string;
  message?: string;
  parameter?: string;
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
/** "Retry 408, 423, 429 and 5xx"; Conflict and Too Early are a proxy's. */
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 409, 423, 425]);
/** Pairs of what is left and when it is filled again, in seconds since the epoch. */
const RATE_LIMITS = ['x-account-rate-limit', 'x-rate-limit'];

/** Judges an answer to `count` conversions: all are taken, or none (networks.md sections 6 and 9). */
export function classifyXAnswer(count: number, answer: HttpAnswer): Verdict {
  const body = readJsonBody(answer);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const verdict = isSuccess ? judgeSuccess(count, body) : judgeRefusal(count, answer, readXErrors(body));
  const data = isJsonObject(body) && isJsonObject(body['data']) ? body['data'] : {};
  const requestId = readRemoteCode(data['debug_id'] ?? answer.headers['x-transaction-id']);
  if (requestId !== undefined) verdict.requestId = requestId;
  const retryAfterMs = readRetryAfterMs(answer) ?? (answer.status === 429 ? readResetMs(answer) : undefined);
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

/** `conversions_processed` has to be what was sent, and nothing may be complained of beside it. */
function judgeSuccess(count: number, body: unknown): Verdict {
  const data = isJsonObject(body) && isJsonObject(body['data']) ? body['data'] : {};
  const processed = data['conversions_processed'];
  const complaints = describeXErrors(readXErrors(body));
  if (processed === count && complaints === undefined) return all(count, DELIVERED);
  const said = typeof processed === 'number' ? `that it processed ${processed}` : 'without saying what it processed';
  const words = complaints === undefined ? '' : ` (${complaints})`;
  const message = `X answered ${said}${words}; ${count} were sent`;
  return all(count, { kind: 'unknown', reason: 'not_in_answer', message });
}

function judgeRefusal(count: number, answer: HttpAnswer, errors: readonly XError[]): Verdict {
  const { status } = answer;
  const outcome: Outcome = { kind: kindOf(status, errors), reason: errors[0]?.code ?? `http_${status}` };
  const message = describeXErrors(errors) ?? readPlainBody(answer);
  if (message !== undefined) outcome.message = message;
  if (status === 403) outcome.fix = { by: 'permission' };
  else if (status < 404 && outcome.kind === 'configuration') outcome.fix = { by: 'map' };
  const verdict = all(count, outcome);
  const isForEvents = outcome.kind === 'payload' || outcome.kind === 'expired';
  if (isForEvents && count > 1) verdict.split = true;
  return verdict;
}

function kindOf(status: number, errors: readonly XError[]): OutcomeKind {
  if (status === 401 || status === 403) return 'credential';
  if (status === 429) return 'throttled';
  // 3xx is no word of X's, but of a proxy in between.
  if (status >= 500 || status < 400 || RETRIED_STATUSES.has(status)) return 'transient';
  if (status === 400 || status === 413 || status === 422) return kindOfErrors(errors);
  // 404: the tag or the pixel does not exist; the rest of 4xx is about address and contract too.
  return 'configuration';
}

/** The events of a request share their tag: where that alone is wrong, no half of them fares better. */
function kindOfErrors(errors: readonly XError[]): OutcomeKind {
  const kinds = errors.map(({ code = '', message = '', parameter = '' }): OutcomeKind => {
    if (TAG.test(parameter) || TAG.test(message)) return 'configuration';
    if (parameter === 'conversion_time' && TOO_OLD.test(message)) return 'expired';
    return KIND_BY_CODE[code] ?? 'payload';
  });
  const [first = 'payload'] = kinds;
  return kinds.every((kind) => kind === first) ? first : 'payload';
}

/** Until the limit that is used up is filled again, measured against the answer's own `Date`. */
function readResetMs({ headers }: HttpAnswer): number | undefined {
  const now = Date.parse(headers['date'] ?? '');
  const resets = RATE_LIMITS.filter((name) => (headers[`${name}-remaining`] ?? '0').trim() === '0')
    .map((name) => Number(headers[`${name}-reset`]) * 1000)
    .filter((reset) => reset > 0);
  return resets.length === 0 || Number.isNaN(now) ? undefined : Math.max(0, Math.max(...resets) - now);
}

function readError(from: JsonObject): XError {
  const error: XError = {};
  const code = readRemoteCode(from['code']);
  if (code !== undefined) error.code = code;
  const message = readRemoteText(from['message']);
  if (message !== undefined) error.message = message;
  const parameter = readRemoteText(from['parameter']);
  if (parameter !== undefined) error.parameter = parameter;
  return error;
}

function all(count: number, outcome: Outcome): Verdict {
  return { outcomes: new Array<Outcome>(count).fill(outcome) };
}
