import type { HttpAnswer } from '../http/http.js';

const SECONDS = /^\d{1,9}(?:\.\d{1,6})?$/;

/**
 * Milliseconds that an answer asks us to wait: `Retry-After` as seconds or as an HTTP date, which is measured against
 * the answer's own `Date`, so that our clock does not matter. Undefined when absent or unreadable.
 */
export function readRetryAfterMs(answer: HttpAnswer): number | undefined {
  const text = answer.headers['retry-after']?.trim();
  if (!text) return undefined;
  if (SECONDS.test(text)) return Math.ceil(Number(text) * 1000);
  const until = Date.parse(text);
  const now = Date.parse(answer.headers['date'] ?? '');
  return Number.isNaN(until) || Number.isNaN(now) ? undefined : Math.max(0, until - now);
}
