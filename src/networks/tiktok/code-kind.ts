import { classifyHttpStatus, isSuccessStatus } from '../http-status.js';
import type { OutcomeKind } from '../network.js';
import { classifyByRange, isParameterCode, RETURN_CODES } from './return-codes.js';

/** Words of a message that complains about the connection and not about an event. */
const CONNECTION_WORDS = /\bpixel\b|\bevent_source(?:_id)?\b|\btest_event_code\b/i;
/** Words of a throttled request; they decide for unlisted and transient codes. */
const THROTTLE_WORDS = /\bQPS\b|\bQPM\b|too many requests|rate limit|\bfrequency\b/i;

/** Classifies a return code other than 0 for all events of the request. */
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
  if (isSuccessStatus(status)) return 'unknown';
  const kind = classifyHttpStatus(status);
  // Events are refused with a code: a status without one says nothing about them, but their size.
  return kind === 'payload' && status !== 413 ? 'configuration' : kind;
}
