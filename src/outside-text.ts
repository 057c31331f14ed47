import { maskSecrets } from './secret-mask.js';

/** Longest text from outside that is shown or stored, in characters, unless a caller wants fewer. */
const MAX_CHARS = 300;
/** How much of a longer text is examined: enough to keep `MAX_CHARS` of it after cleaning. */
const READ_CHARS = 4000;
/** Control characters, line and paragraph separators, bidirectional marks and other format characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;
const SPACES = /\s+/g;
/** Tokens that the process need not know: Login with Amazon's, and whatever follows `Bearer`. */
const TOKENS = /\b(?:Atz[a-z](?:\||%7C)|Bearer\s)[^\s"',;]+/gi;
/** An e-mail address, its `@` as it is or URL-encoded; each part is bounded, so that the time is linear. */
const EMAIL = /[\p{L}\p{N}._+'-]{1,64}(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,24}/giu;
/** A telephone number in international form. */
const PHONE = /\+\d(?:[\s().-]{0,2}\d){7,16}/g;
const MASK = '***';
/** A run of characters that may be a token or a hash, long enough to be one. */
const LONG_RUN = /[A-Za-z0-9_+/=-]{20,}/g;
/** UUIDs and 32 hex digits are ids of events and postbacks, which a reader needs. */
const EVENT_ID = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})$/i;
/**
 * Least share of places at which a token changes between small letters, capitals and digits: of any
 * run, and of a very long one. Hex digits of a text change less often than base64.
 */
const MIN_CHANGES = 1 / 3;
const MIN_CHANGES_LONG = 1 / 6;
const VERY_LONG = 32;

/**
 * Text from outside (a network, a token endpoint, a file name, an event) as it may be shown and
 * stored: one well-formed line without control, bidirectional or invisible characters; known
 * secrets, e-mail addresses and telephone numbers masked as `***`; at most `maxChars` characters.
 * Empty where nothing is left.
 */
export function cleanOutsideText(text: string, maxChars = MAX_CHARS): string {
  const visible = text.slice(0, READ_CHARS).replace(UNPRINTABLE, ' ').toWellFormed();
  const masked = maskPersonal(maskTokens(maskSecrets(visible)));
  const clean = masked.replace(SPACES, ' ').trim();
  if (clean.length <= maxChars) return clean;
  return `${clean.slice(0, maxChars - 1).trimEnd()}…`.toWellFormed();
}

/**
 * `text` with everything masked that looks like a token, known or not: an answer may repeat one that
 * an earlier process was given. Words, field paths, URLs, UUIDs and postback ids stay.
 */
function maskTokens(text: string): string {
  return text.replace(TOKENS, MASK).replace(LONG_RUN, (run) => (looksRandom(run) ? MASK : run));
}

function looksRandom(run: string): boolean {
  if (EVENT_ID.test(run)) return false;
  let changes = 0;
  let digits = 0;
  let letters = 0;
  let last = '';
  for (const character of run) {
    const kind = kindOf(character);
    if (kind === 'digit') digits += 1;
    else if (kind !== '') letters += 1;
    if (kind !== '' && last !== '' && kind !== last) changes += 1;
    if (kind !== '') last = kind;
  }
  const share = run.length >= VERY_LONG ? MIN_CHANGES_LONG : MIN_CHANGES;
  return digits > 0 && letters > 0 && changes >= run.length * share;
}

function kindOf(character: string): 'digit' | 'small' | 'capital' | '' {
  if (character >= '0' && character <= '9') return 'digit';
  if (character >= 'a' && character <= 'z') return 'small';
  return character >= 'A' && character <= 'Z' ? 'capital' : '';
}

/** `text` with e-mail addresses and international telephone numbers masked. */
export function maskPersonal(text: string): string {
  if (!mayBePersonal(text)) return text;
  return text.replace(EMAIL, MASK).replace(PHONE, MASK);
}

function mayBePersonal(text: string): boolean {
  return text.includes('@') || text.includes('%40') || text.includes('+');
}
