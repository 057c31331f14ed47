import { maskSecrets } from './secret-mask.js';
import { trimEndOf } from './text-ends.js';
import { maskTokenShapes } from './token-shape.js';

/**
 * Longest text from outside that is shown or stored, in characters, unless a caller wants fewer.
 */
const MAX_CHARS = 300;
/** Number of characters to examine, enough to keep `MAX_CHARS` after cleaning. */
const READ_CHARS = 4000;
/**
 * Control characters, line and paragraph separators, bidirectional marks and other format
 * characters.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;
const SPACES = /\s+/g;
/**
 * An e-mail address, its `@` as it is or URL-encoded; each part is bounded, so that the time is
 * linear.
 */
const EMAIL = /[\p{L}\p{N}._+'-]{1,64}(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,24}/giu;
/** A telephone number in international form. */
const PHONE = /\+\d(?:[\s().-]{0,2}\d){7,16}/g;
const MASK = '***';
/**
 * Text from outside (a network, a token endpoint, a file name, an event) as it may be shown and
 * stored: one well-formed line without control, bidirectional or invisible characters; known
 * secrets, what looks like a token, e-mail addresses and telephone numbers masked as `***`; at most
 * `maxChars` characters. Empty where nothing is left. It is for eyes only: what is decided by the
 * words of an answer is decided by the answer as it came.
 */
export function cleanOutsideText(text: string, maxChars = MAX_CHARS): string {
  const visible = cutOutsideText(text, READ_CHARS).replace(UNPRINTABLE, ' ').toWellFormed();
  const masked = maskPersonal(maskTokenShapes(maskSecrets(visible)));
  const clean = masked.replace(SPACES, ' ').trim();
  if (clean.length <= maxChars) return clean;
  return `${clean.slice(0, maxChars - 1).trimEnd()}…`.toWellFormed();
}

/**
 * The first `maxChars` characters of `text`, to be masked. A word that the end cuts off is left
 * out, because a part of a token has no shape.
 */
export function cutOutsideText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const start = text.slice(0, maxChars);
  const whole = trimEndOf(start, /\S/);
  return whole.length > maxChars / 2 ? whole : start;
}

/** `text` with e-mail addresses and international telephone numbers masked. */
export function maskPersonal(text: string): string {
  if (!mayBePersonal(text)) return text;
  return text.replace(EMAIL, MASK).replace(PHONE, MASK);
}

function mayBePersonal(text: string): boolean {
  return text.includes('@') || text.includes('%40') || text.includes('+');
}
