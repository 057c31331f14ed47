import type { OutcomeKind } from '../network.js';
import { classifyByRange, isParameterCode, RETURN_CODES } from './return-codes.js';

/** Words of a message that complains about the connection and not about an event. */
const CONNECTION_WORDS = /\bpixel\b|\bevent_source(?:_id)?\b|\btest_event_code\b/i;
/** Words of a throttled request; they decide for unlisted and transient codes. */
const THROTTLE_WORDS = /\bQPS\b|\bQPM\b|too many requests|rate limit|\bfrequency\b/i;

/** What a return code other than 0 means for every event of the request. */
export function classifyCode(code: number, message = ''): OutcomeKind {
  if (isParameterCode(code) && namesConnection(message)) return 'configuration';
  const listed = RETURN_CODES.get(code);
  const isOpen = listed === undefined || listed === 'transient';
  if (isOpen && THROTTLE_WORDS.test(message)) return 'throttled';
  return listed ?? classifyByRange(code);
}

/** Whether a refusal complains about the pixel, the source or the test code of the connection. */
export function namesConnection(message = ''): boolean {
  return CONNECTION_WORDS.test(message);
}

/** The same for an answer without a code, such as a proxy's page or a body that was lost. */
export function classifyStatus(status: number): OutcomeKind {
  if (status >= 200 && status < 300) return 'unknown';
  if (status === 401 || status === 403) return 'credential';
  if (status === 413) return 'payload';
  if (status === 429) return 'throttled';
  if (status >= 500 || status < 400 || status === 408 || status === 425) return 'transient';
  return 'configuration';
}
