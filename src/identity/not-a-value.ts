import { sha256Hex } from './hash.js';

/**
 * Words that programs and people write where there is no value, in lower case with single spaces
 * between the words. Left out although programs write them too, because people are called so: `na`
 * (also Namibia), `nil`, `blank`, `test`.
 */
const WORDS: ReadonlySet<string> = new Set(
  (
    'null,undefined,none,nan,n a,not set,notset,not available,notavailable,not ' +
    'provided,notprovided,not applicable,notapplicable,not defined,not specified,not found,not ' +
    'known,not given,no value,no ' +
    'data,unknown,unspecified,undetermined,unset,unavailable,object object,object ' +
    'undefined,object null'
  ).split(','),
);
/** Words that come twice where two fields were joined: `undefined undefined`. */
const JOINED: ReadonlySet<string> = new Set(['null', 'undefined', 'none', 'nan', 'unknown']);
const LONGEST_WORD = 40;
/** What the words begin with. */
const INITIALS = /^(?:n[auo/\\ ._-]|un|ob)/i;
/**
 * Character codes: setting the bit of lower case folds the case of letters and leaves digits as
 * they are.
 */
const [LOWER_CASE, DIGIT_0, DIGIT_9, LETTER_A, LETTER_Z] = [0x20, 0x30, 0x39, 0x61, 0x7a];
const [LETTER_N, LETTER_O, LETTER_U] = [0x6e, 0x6f, 0x75];
const PLUS = 0x2b;
/**
 * From the first letter or digit to the last: without the quotation marks, brackets and dashes
 * around a word.
 */
const WITHOUT_DECORATION = /[\p{L}\p{N}%](?:.*[\p{L}\p{N}%])?/su;
const SEPARATORS = /[\s_./,;|+-]+/g;
const HAS_LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const ENCODED = /^(?:%[0-9A-Fa-f]{2}|&lt;)/;
/** How many times a page address may have been encoded on its way. */
const MAX_ENCODINGS = 3;

/**
 * Templates that were never filled: `{gclid}`, `{{x}}`, `${x}`, `[CLICK_ID]`, `%%X%%`, `%x%`,
 * `<x>`, `__CLICKID__`, `##x##`, `*|EMAIL|*`, `$x$`, `$(x)`. An address in angle brackets is not
 * one.
 * @see https://ads.tiktok.com/help/article/track-offsite-web-events (macros of TikTok, 2026-11-30)
 */
const MACRO =
  /^(?:[$#@!]?\{.*\}|[$#]?\[[^@"]*\]|\$\(.*\)|<[^@]*>|__[^@]+__|%[^%]+%|%%[^%]+%%|##?\w+##?|@@?\w+@@?|\*\|.*\|\*|\$[A-Za-z_]\w*\$?|~~?\w+~~?)$/s;

/**
 * Whether a text stands for "no value": a word such as `null` or `(not set)` in any case and in
 * quotation marks, a text without any letter or digit, or a template that was never filled, as it
 * is or percent-encoded. One list for every identifier, click and id field of every format.
 */
export function isNotAValue(text: string): boolean {
  if (beginsAsValue(text)) return false;
  const first = text.charCodeAt(0) | LOWER_CASE;
  if (first === LETTER_N || first === LETTER_U || first === LETTER_O) {
    return INITIALS.test(text) && text.length <= LONGEST_WORD && isWord(text);
  }
  return !isPlusAndDigit(text) && isDecorated(text);
}

/** A phone number: no word, and no template, begins like one. */
function isPlusAndDigit(text: string): boolean {
  const second = text.charCodeAt(1);
  return text.charCodeAt(0) === PLUS && second >= DIGIT_0 && second <= DIGIT_9;
}

/**
 * Whether {@link isNotAValue} is false by the first character alone, as it is of nearly every
 * value.
 */
function beginsAsValue(text: string): boolean {
  const first = text.charCodeAt(0) | LOWER_CASE;
  if (first >= DIGIT_0 && first <= DIGIT_9) return true;
  const isLetter = first >= LETTER_A && first <= LETTER_Z;
  return isLetter && first !== LETTER_N && first !== LETTER_U && first !== LETTER_O;
}

/** {@link isNotAValue} of a text that begins with something else than an ASCII letter or digit. */
function isDecorated(text: string): boolean {
  let decoded = text.trim();
  for (let level = 0; level <= MAX_ENCODINGS; level++) {
    if (MACRO.test(decoded) || !HAS_LETTER_OR_DIGIT.test(decoded)) return true;
    if (decoded.length <= LONGEST_WORD && isWord(decoded)) return true;
    if (!ENCODED.test(decoded)) return false;
    decoded = decode(decoded);
  }
  return false;
}

function isWord(text: string): boolean {
  const lower = (text.includes('%') ? text.replaceAll('%20', ' ') : text).toLowerCase();
  const words = (WITHOUT_DECORATION.exec(lower)?.[0] ?? '').replace(SEPARATORS, ' ');
  if (WORDS.has(words)) return true;
  return words.includes(' ') && words.split(' ').every((word) => JOINED.has(word));
}

/** Takes one level of encoding off, where there is one. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replace(/&lt;/g, '<').replace(/&gt;/g, '>'));
  } catch {
    return text;
  }
}

/** Spellings of "no value" that systems hash in addition to the words themselves. */
const HASHED_SPELLINGS =
  ',+,-,--,.,?,0x,N/A,n/a,#N/A,(not set),(not ' +
  'provided),(none),(null),not_set,not_available,not_provided,[object Object],[object ' +
  'object],objectobject,[object Undefined],[object ' +
  'Null],{},[],"",NaN,{{email}},{{phone}},{email},{phone},{{user.email}},{{ email ' +
  '}},__EMAIL__,__PHONE__,%%EMAIL%%,${email},[EMAIL],undefined undefined,null ' +
  'null,+null,+undefined,null@null,undefined@undefined';
/** Spellings with a comma, or with spaces alone. */
const BLANK_SPELLINGS = [' ', '  ', '\n', '\r\n', '\t', '\0', '""\n', ','];

let hashes: ReadonlySet<string> | undefined;
/**
 * Which beginnings, of four hex digits, the hashes have: rules out nearly every hash without
 * reading all of it.
 */
let beginnings: Uint8Array | undefined;

/**
 * Whether a SHA-256 (64 lower-case hex digits) is that of a text that stands for "no value": it
 * would match everybody whose field is empty.
 */
export function isPlaceholderHash(hash: string): boolean {
  if (hashes === undefined || beginnings === undefined) {
    hashes = hashPlaceholders();
    beginnings = new Uint8Array(0x10000);
    for (const known of hashes) beginnings[beginningOf(known)] = 1;
  }
  return beginnings[beginningOf(hash)] === 1 && hashes.has(hash);
}

function beginningOf(hash: string): number {
  let beginning = 0;
  for (let index = 0; index < 4; index++) {
    const code = hash.charCodeAt(index);
    beginning = (beginning << 4) | (code <= DIGIT_9 ? code - DIGIT_0 : code - LETTER_A + 10);
  }
  return beginning;
}

function hashPlaceholders(): ReadonlySet<string> {
  const spellings = new Set([...HASHED_SPELLINGS.split(','), ...BLANK_SPELLINGS]);
  for (const word of WORDS) {
    for (const one of [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) {
      spellings.add(one).add(`${one}\n`).add(`"${one}"`);
    }
  }
  return new Set([...spellings].map((text) => sha256Hex(text)));
}
