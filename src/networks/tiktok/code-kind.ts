import type { OutcomeKind } from '../network.js';

/** "Partial success". */
export const PARTIAL = 20001;
const NO_PERMISSION = 40001;
const INVALID_PARAMETER = 40002;
const TOO_MANY_REQUESTS = 40100;
/** An internal fault under a code of its own: RudderStack tries it again. */
const INTERNAL = 40700;

/** Where the message complains of what the connection says, and not of an event. */
const CONNECTION_WORDS = /\bpixel\b|\bevent_source(?:_id)?\b|\btest_event_code\b/i;
/** Throttling comes under several codes. */
const THROTTLE_WORDS = /\bQPS\b|\bQPM\b|too many requests|rate limit|\bfrequency\b/i;

/**
 * What a code other than 0 means for every event of the request (networks.md sections 3 and 9). A message names the
 * pixel where 40001 is not about the token.
 */
export function judgeCode(code: number, message = ''): OutcomeKind {
  if (code === TOO_MANY_REQUESTS || THROTTLE_WORDS.test(message)) return 'throttled';
  if (code === INTERNAL || (code >= 50_000 && code < 60_000)) return 'transient';
  if (code === NO_PERMISSION) return CONNECTION_WORDS.test(message) ? 'configuration' : 'credential';
  // 40101 to 40199 are about app, code and token: empty (40104), wrong or revoked (40105), expired.
  if (code > TOO_MANY_REQUESTS && code < 40_200) return 'credential';
  if (code === INVALID_PARAMETER) return CONNECTION_WORDS.test(message) ? 'configuration' : 'payload';
  return code === PARTIAL ? 'payload' : 'configuration';
}

/** The same for an answer without a code: a proxy's, or a body that was lost. */
export function judgeStatus(status: number): OutcomeKind {
  if (status >= 200 && status < 300) return 'unknown';
  if (status === 401 || status === 403) return 'credential';
  if (status === 413) return 'payload';
  if (status === 429) return 'throttled';
  if (status >= 500 || status < 400 || status === 408 || status === 425) return 'transient';
  return 'configuration';
}
