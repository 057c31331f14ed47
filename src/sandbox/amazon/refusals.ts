import type { Random } from '../../random.js';
import { answerJson, type SandboxAnswer } from '../exchange.js';

/** Answers a request that failed as a whole. */
export type Refuse = (status: number, message?: string) => SandboxAnswer;

const CODES: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['BAD_REQUEST', 'The request is not valid considering the documented schema.'],
  401: ['UNAUTHORIZED', 'Unauthorized'],
  403: ['FORBIDDEN', 'The caller is not authorized to make the given request.'],
  404: ['NOT_FOUND', 'The requested resource was not found.'],
  405: ['METHOD_NOT_ALLOWED', 'Method Not Allowed'],
  406: ['NOT_ACCEPTABLE', 'Not Acceptable'],
  413: [
    'CONTENT_TOO_LARGE',
    'The request is too large. Consider splitting it into multiple requests.',
  ],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'Unsupported Media Type'],
  429: ['TOO_MANY_REQUESTS', 'Too Many Requests. The request was rate-limited. Retry later.'],
};

/** The code and words of a status where an answer has no others. */
export function describeStatus(status: number): readonly [code: string, message: string] {
  const known = CODES[status];
  if (known) return known;
  if (status >= 500) return ['INTERNAL_ERROR', 'The server encountered an unexpected condition.'];
  return ['INVALID_INPUT', 'The request cannot be served.'];
}

/** `DspErrorV1` of the CAPI v1 specification: `{requestId,message,errors[]}`. */
export function createDspRefuse(random: Random, mediaType: string): Refuse {
  return (status, message) => {
    const [errorType, words] = describeStatus(status);
    const text = message ?? words;
    const requestId = random.bytes(16).toString('hex');
    return answerJson(
      status,
      { requestId, message: text, errors: [{ errorType, message: text }] },
      mediaType,
    );
  };
}

/** The error body of every `/adsApi/v1` call: `{code,message}`. */
export const refuseAdsApi: Refuse = (status, message) => {
  const [code, words] = describeStatus(status);
  return answerJson(status, { code, message: message ?? words });
};

/** The error body of the older hosts' calls: `{code,details,requestId}`
 * (https://github.com/idealerror/amazon-ads-api-docs/tree/08dc185c, 2025-09). */
export function createLegacyRefuse(random: Random): Refuse {
  return (status, message) => {
    const [code, words] = describeStatus(status);
    return answerJson(status, {
      code,
      details: message ?? words,
      requestId: random.bytes(16).toString('hex'),
    });
  };
}
