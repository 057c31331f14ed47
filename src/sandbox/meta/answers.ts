import type { Random } from '../../random.js';
import { answerJson, answerPage, type SandboxAnswer } from '../exchange.js';

export interface AnswerParts {
  random: Random;
}

/**
 * An error of the Graph API (https://developers.facebook.com/docs/graph-api/guides/error-handling,
 * 2026-11-30).
 */
export interface GraphError {
  code: number;
  subcode?: number;
  message: string;
  /** For people, where Meta has such words. */
  title?: string;
  words?: string;
  type?: 'OAuthException' | 'GraphMethodException';
  isTransient?: boolean;
}

/** The HTTP status of a code, which misleads for 190 and 3; 400 for all others. */
const STATUSES: Readonly<Record<number, number>> = {
  1: 500,
  2: 500,
  3: 500,
  4: 403,
  10: 403,
  190: 500,
  5000: 500,
  21009: 500,
};
const FIRST_PERMISSION = 200;
const LAST_PERMISSION = 299;
/**
 * https://developers.facebook.com/docs/graph-api/guides/error-handling (2026-11-30): what may pass.
 */
const PASSING: ReadonlySet<number> = new Set([1, 2, 4, 17, 341, 368]);

/** The error body, with the status that Meta gives the code, or another. */
export function answerError(
  parts: AnswerParts,
  error: GraphError,
  status = statusOf(error.code),
): SandboxAnswer {
  const traceId = makeTraceId(parts);
  const {
    code,
    subcode,
    message,
    title,
    words,
    type = 'OAuthException',
    isTransient = PASSING.has(code),
  } = error;
  const answer = answerJson(status, {
    error: {
      message,
      type,
      code,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      is_transient: isTransient,
      ...(title === undefined ? {} : { error_user_title: title }),
      ...(words === undefined ? {} : { error_user_msg: words }),
      fbtrace_id: traceId,
    },
  });
  answer.headers['x-fb-trace-id'] = traceId;
  if (THROTTLED.has(code)) answer.headers['x-business-use-case-usage'] = describeUsage();
  return answer;
}

/**
 * What Meta says where a fault asks for an HTTP status; what stands before it answers 413, 502 and
 * 504 with a page.
 */
export function answerStatus(parts: AnswerParts, status: number): SandboxAnswer {
  const error =
    ERRORS_BY_STATUS[status] ?? (status === 500 || status === 503 ? UNAVAILABLE : undefined);
  return error
    ? answerError(parts, error, status)
    : answerPage(status, `<html><body><h1>${status}</h1></body></html>`);
}

/** Responds that the object does not exist or the token may not use it; Meta does not say which. */
export function answerNoObject(parts: AnswerParts, method: string, id: string): SandboxAnswer {
  const message =
    `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, ` +
    'cannot be loaded due to missing permissions, or does not support this operation';
  return answerError(parts, { code: 100, subcode: 33, message, type: 'GraphMethodException' });
}

/** Such as `AbCdEfGhIjKlMnOpQrStUv_`. */
export function makeTraceId({ random }: AnswerParts): string {
  return `A${random.bytes(16).toString('base64url')}`;
}

/** https://developers.facebook.com/docs/graph-api/overview/rate-limiting (2026-11-30). */
const THROTTLED: ReadonlySet<number> = new Set([4, 17, 613, 80_000, 80_003, 80_004, 80_014]);
/**
 * Minutes until the sandbox lets a throttled caller in again: few enough to be waited for in a run.
 */
const REGAIN_MINUTES = 0;

/**
 * `X-Business-Use-Case-Usage` of a caller that has used up its calls (Graph API, "Rate Limits",
 * 2026-11-30).
 */
function describeUsage(): string {
  const usage = { type: 'ads_management', call_count: 100, total_cputime: 25, total_time: 25 };
  return JSON.stringify({
    1234567890: [{ ...usage, estimated_time_to_regain_access: REGAIN_MINUTES }],
  });
}

const UNAVAILABLE: GraphError = { code: 2, message: 'Service temporarily unavailable' };

const ERRORS_BY_STATUS: Readonly<Record<number, GraphError>> = {
  400: { code: 100, message: 'Invalid parameter' },
  401: { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' },
  403: { code: 200, message: '(#200) Permissions error' },
  404: { code: 2500, message: 'Unknown path components' },
  405: { code: 100, message: 'Unsupported method' },
  429: { code: 4, message: '(#4) Application request limit reached' },
};

function statusOf(code: number): number {
  return STATUSES[code] ?? (code >= FIRST_PERMISSION && code <= LAST_PERMISSION ? 403 : 400);
}
