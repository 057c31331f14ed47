import type { GraphError } from './answers.js';

/** `999`, a code of six digits, and an optional subcode. */
const SCRIPTED_PIXEL = /^999(\d{6})(\d*)$/;

const MESSAGES: Readonly<Record<number, string>> = {
  1: 'An unknown error occurred',
  2: 'Service temporarily unavailable',
  3: '(#3) Application does not have the capability to make this API call.',
  4: '(#4) Application request limit reached',
  10: '(#10) Application does not have permission for this action',
  17: '(#17) User request limit reached',
  100: 'Invalid parameter',
  102: 'Session key invalid or no longer valid',
  190: 'Error validating access token: The session is invalid.',
  341: '(#341) Application limit reached',
  368: '(#368) The action attempted has been deemed abusive or is otherwise disallowed',
  613: '(#613) Calls to this api have exceeded the rate limit.',
  80004: '(#80004) There have been too many calls to this ad-account. Wait a bit and try again.',
};

/**
 * Returns the error of a pixel that always responds with one, so that each can be tested:
 * `999000190` with code 190, `9990001002804003` with code 100 and subcode 2804003. Every token may
 * send to such pixels.
 */
export function findScriptedError(pixel: string): GraphError | undefined {
  const [, digits, subcode] = SCRIPTED_PIXEL.exec(pixel) ?? [];
  if (digits === undefined) return undefined;
  return { ...makeGraphError(Number(digits)), ...(subcode ? { subcode: Number(subcode) } : {}) };
}

/** Returns an error with this code and a typical message. */
export function makeGraphError(code: number, message?: string): GraphError {
  return {
    code,
    message: message ?? MESSAGES[code] ?? `(#${code}) The sandbox was asked for this error.`,
  };
}
