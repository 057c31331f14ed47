import type { HttpAnswer } from '../http/http.js';

/** Any number of digits: a proxy that sends ten or more still asks for a wait, a very long one. */
const SECONDS = /^\d+(?:\.\d*)?$/;
/** An HTTP date (RFC 9110, section 5.6.7), in each of its three forms, or an ISO 8601 date. */
const DATE = /^(?:[A-Za-z]{3,9}[, ]|\d{4}-\d\d-\d\dT)/;
const ZONE = /(?:GMT|UTC|Z|[+-]\d\d:?\d\d)$/i;
/** Longest wait, in milliseconds: ten years, so that the resulting date is valid. */
const LONGEST_MS = 10 * 365 * 24 * 60 * 60 * 1000;

/**
 * Returns the milliseconds that an answer asks us to wait: `Retry-After` as seconds or as a date. A
 * date is measured against the answer's own `Date`, so that our clock does not matter, else against
 * the time of receipt. Returns ten years for a longer wait, 0 for a date in the past, undefined
 * where the header is absent, negative or unreadable.
 */
export function readRetryAfterMs(answer: HttpAnswer): number | undefined {
  const text = answer.headers['retry-after']?.trim();
  if (!text) return undefined;
  if (SECONDS.test(text)) return Math.min(LONGEST_MS, Math.ceil(Number(text) * 1000));
  if (!DATE.test(text)) return undefined;
  // The oldest form of a date names no zone, and means GMT.
  const until = Date.parse(ZONE.test(text) ? text : `${text} GMT`);
  const sent = Date.parse(answer.headers['date'] ?? '');
  const now = Number.isNaN(sent) ? answer.receivedMs : sent;
  return Number.isNaN(until) || now === undefined
    ? undefined
    : Math.min(LONGEST_MS, Math.max(0, until - now));
}
