import { decodeEscapes } from './escapes.js';

const MASK = '***';
/**
 * Tokens by their beginnings: Login with Amazon (`Atza|`, `amzn1.oa2-cs.`), Meta (`EAA`), Google
 * (`ya29.`, `1//0`, `GOCSPX-`), JSON Web Tokens (`eyJ`).
 */
const KNOWN_FORMS =
  /\b(?:Atz[a-z](?:\||%(?:25)?7C)|amzn1\.oa2-cs\.|EAA(?=[A-Za-z0-9]{12})|ya29\.|1\/\/0|GOCSPX-|eyJ(?=[\w-]{8}))[^\s"',;<>]{6,}/gi;
/** What follows the name of a scheme in a header; `Bearer token` and `Basic plan` are words. */
const AUTHENTICATION =
  /\b(?:Bearer\s(?!(?:tokens?|auth\w{0,12}|scheme)\b)[^\s"',;<>]+|Basic\s(?!auth)[A-Za-z0-9+/_-]{12,}=*)/gi;
/** Authorization codes of Login with Amazon: `AN` and 18 more characters. */
const AMAZON_CODE = /(?<![\w-])AN(?=[\w-]{0,17}[a-z])[\w-]{18}(?![\w-])/g;
/** A field that holds a secret, with its value: in JSON, a form, a URL or a header. */
const NAMED_SECRET =
  /((?:access|refresh|id|auth|session|consumer|oauth|pixel)[_-]?(?:token|code|secret)(?:[_-]secret)?|client[_-]?secret|app[_-]?secret|code[_-]verifier|api[_-]?key|password|authorization)((?:\\?["'])?\s?[:=]\s?(?:\\?["'])?)([^\s"'\\,;&<>{}()[\]]{6,})/gi;
/** Characters of tokens in any encoding, and escapes of them. */
const LONG_RUN =
  /(?:[A-Za-z0-9_+/=-]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\\/|&#x?[0-9A-Fa-f]{1,6};){16,}/g;
/** UUIDs and 32 hex digits are ids of events and postbacks, which a reader needs. */
const EVENT_ID =
  /((?<![0-9A-Za-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})(?![0-9A-Za-z]))/i;
/**
 * Hex digits that are neither a word (too many letters from a to f) nor an id (too many digits).
 * The hex form of a hex token has only digits.
 */
const LONG_HEX = /[0-9a-f]{24}/i;
/** Bytes as hex, apart: `4a 6b:31-0x32`. */
const HEX_DUMP = /\b(?:0x)?[0-9a-f]{2}(?:[\s:,-]{1,3}(?:0x|\\x)?[0-9a-f]{2}){9,}\b/gi;
/**
 * The letters that often follow a to z in English words and identifiers: 260 of 676 pairs, which
 * make up 96.5 % of the text in this repository's documentation and sources.
 */
const FOLLOWERS: readonly string[] = [
  'bcdfgiklmnprstuvwy',
  'aeilorsu',
  'acehiklortuy',
  'adeilorsuy',
  'abcdefgilmnopqrstvwxy',
  'aefilortu',
  'aehilnorsu',
  'aeiort',
  'abcdefglmnoprstvxz',
  'e',
  'eis',
  'adeilostuvy',
  'abeimopsu',
  'acdefgiknopstuvy',
  'abcdfgiklmnoprstuvw',
  'aehiloprstu',
  'u',
  'acdegiklmnorstuvy',
  'acehiklopstuwy',
  'acehilorstuwy',
  'abcdegilmnprst',
  'aei',
  'aehinors',
  'ept',
  'epst',
  'e',
];
/** Characters within which a random text gives itself away. */
const WINDOW = 20;
/** Number of unusual pairs within {@link WINDOW} that no name has; a random text has about 13. */
const MAX_UNUSUAL = 6;
/**
 * Shortest word of a name such as `minPriceUsd`: a capital after fewer small letters is unusual.
 */
const MIN_WORD = 3;

type PostbackType = 'digit' | 'small' | 'capital' | '';

const COMMON_PAIRS = makePairs();

/**
 * `text` with everything masked that looks like a token, known or not: an answer may repeat one
 * that this process was never given. Words, field paths, URLs, UUIDs and postback ids stay.
 */
export function maskTokenShapes(text: string): string {
  return text
    .replace(AUTHENTICATION, MASK)
    .replace(KNOWN_FORMS, MASK)
    .replace(AMAZON_CODE, MASK)
    .replace(NAMED_SECRET, (_whole, name: string, sign: string) => `${name}${sign}${MASK}`)
    .replace(HEX_DUMP, MASK)
    .replace(LONG_RUN, maskRun);
}

function maskRun(run: string): string {
  const parts = run.split(EVENT_ID);
  // Each second part is an id.
  return parts.map((part, index) => (index % 2 === 0 && looksRandom(part) ? MASK : part)).join('');
}

function looksRandom(part: string): boolean {
  const run = decodeEscapes(part);
  return LONG_HEX.test(run) || hasUnusualWindow(run);
}

/** Slides over `run` and counts the unusual pairs of characters within a window. */
function hasUnusualWindow(run: string): boolean {
  const unusual = markUnusual(run);
  const limit = run.length < WINDOW ? Math.floor(run.length * 0.35) : MAX_UNUSUAL;
  let count = 0;
  for (let at = 0; at < run.length; at += 1) {
    count += unusual[at]!;
    if (at >= WINDOW) count -= unusual[at - WINDOW]!;
    if (count > limit) return true;
  }
  return false;
}

/**
 * Marks each character that rarely follows the one before it in a name: a letter after an unlikely
 * letter, a digit after a letter or the reverse, and a capital in the middle of a short word.
 */
function markUnusual(run: string): Uint8Array {
  const unusual = new Uint8Array(run.length);
  let word = 0;
  for (let at = 0; at < run.length; at += 1) {
    const kind = kindOf(run.charCodeAt(at));
    const last = at === 0 ? '' : kindOf(run.charCodeAt(at - 1));
    if (kind !== '' && last !== '' && isUnusual(run, at, word)) unusual[at] = 1;
    const isBoundary = kind !== 'small' && kind !== last;
    word = isBoundary ? 1 : word + 1;
  }
  return unusual;
}

/** @param word characters of the word that ends before `at` */
function isUnusual(run: string, at: number, word: number): boolean {
  const kind = kindOf(run.charCodeAt(at));
  const last = kindOf(run.charCodeAt(at - 1));
  if (kind === 'digit' && last === 'digit') return false;
  if (kind === 'digit' || last === 'digit') return true;
  if (kind === 'capital' && last === 'small') return word < MIN_WORD;
  const [before, here] = [letterOf(run, at - 1), letterOf(run, at)];
  return before !== here && COMMON_PAIRS[before * 26 + here] === 0;
}

function makePairs(): Uint8Array {
  const pairs = new Uint8Array(26 * 26);
  for (const [first, followers] of FOLLOWERS.entries()) {
    for (let at = 0; at < followers.length; at += 1)
      pairs[first * 26 + letterOf(followers, at)] = 1;
  }
  return pairs;
}

function letterOf(text: string, at: number): number {
  return (text.charCodeAt(at) | 0x20) - 0x61;
}

function kindOf(code: number): PostbackType {
  if (code >= 0x30 && code <= 0x39) return 'digit';
  if (code >= 0x61 && code <= 0x7a) return 'small';
  return code >= 0x41 && code <= 0x5a ? 'capital' : '';
}
