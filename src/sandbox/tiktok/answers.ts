import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import { answerJson, answerPage, type SandboxAnswer } from '../exchange.js';

export interface AnswerParts {
  clock: Clock;
  random: Random;
}

/**
 * Codes of the API for Business that the sandbox answers: `NumericErrorCodes` in
 * https://github.com/tiktok/tiktok-business-api-sdk/blob/f809c39/python_sdk/business_api_client/tiktok_business/tiktok_code.py
 * (2026-02-27).
 */
export const CODES = {
  partial: 20001,
  invalidRequest: 40000,
  noPermission: 40001,
  invalidParameter: 40002,
  batchSize: 40061,
  plainIdentifier: 40062,
  throttled: 40100,
  emptyToken: 40104,
  wrongToken: 40105,
  wrongCode: 40110,
  internal: 50000,
} as const;

export const WRONG_TOKEN = 'Access token is incorrect or has been revoked.';

/**
 * Words for codes that a fault asks for. TikTok's list has names only, so that these are the
 * sandbox's.
 */
const WORDS: Readonly<Record<number, string>> = {
  40000: 'Invalid parameters.',
  40003: 'Forbidden.',
  40061: 'Invalid batch size.',
  40062: 'PII is not hashed.',
  40100: 'App reaches the QPS limit.',
  40132: 'Request frequency limited.',
  40202: 'Write conflict.',
  40309: 'Login is required.',
  50000: 'System error.',
  60001: 'The service is under maintenance.',
  61000: 'Too many requests.',
};

/** The answer of a fault that asks for a code: HTTP 200, as TikTok answers all of its own. */
export function answerCode(parts: AnswerParts, code: number, message?: string): SandboxAnswer {
  return answerApi(parts, code, message ?? WORDS[code] ?? 'The sandbox was asked for this code.');
}

/** The envelope of every answer, with HTTP 200 whatever it says. */
export function answerApi(
  parts: AnswerParts,
  code: number,
  message: string,
  data: unknown = {},
): SandboxAnswer {
  return answerJson(200, { code, message, request_id: makeRequestId(parts), data });
}

/**
 * What TikTok says where a fault asks for an HTTP status: refusals of its own are HTTP 200 with a
 * code; a gateway's 502, 503 and 504 are a page without one.
 */
export function answerStatus(parts: AnswerParts, status: number): SandboxAnswer {
  if (status > 500) return answerPage(status, `<html><body><h1>${status}</h1></body></html>`);
  if (status === 500) return answerApi(parts, CODES.internal, 'System error.');
  if (status === 401) return answerApi(parts, CODES.wrongToken, WRONG_TOKEN);
  if (status === 403)
    return answerApi(parts, CODES.noPermission, 'You do not have permission to call this API.');
  if (status === 429) return answerApi(parts, CODES.throttled, 'App reaches the QPS limit.');
  if (status === 400 || status === 413)
    return answerApi(parts, CODES.invalidParameter, 'Invalid request body.');
  return answerJson(status, {
    message: status === 404 ? 'Not Found' : 'The request cannot be served',
  });
}

/** Date, time and 20 digits, as TikTok's are. */
function makeRequestId({ clock, random }: AnswerParts): string {
  const time = new Date(clock.now()).toISOString().replace(/\D/g, '').slice(0, 14);
  return `${time}${random.bytes(10).toString('hex').toUpperCase()}`;
}
