import type { CountryCode } from 'libphonenumber-js/min';
import { toAsciiDigits } from './clean-text.js';
import { loadPhoneNumbers } from './load-phone-numbers.js';

/**
 * An extension, text or a second number after the number: `571 412 0599 ext. 5`,
 * `+1 650 555 1212, +1 …`.
 */
const AFTER_NUMBER = /(?<=\d)[\s)]*(?:[a-z#;,|&+\p{L}]|\/\s*(?:\+|00)).*$/isu;
/** A number that says its country code: `+` or `00` before the first digit other than that. */
const COMPLETE = /^[^\d+]*(?:\+|00)/;
/**
 * What stands before a complete number's country code: signs and zeros, as no code begins with 0.
 */
const BEFORE_CODE = /^[^1-9]+/;
const NOT_DIGITS = /\D+/g;
/** A whole number of North America, which loses its `+` alone: 0.03 us in place of 0.24. */
const USUAL_NANP = /^\+1\d{10}$/;
const NANP = /^1?(\d{10})$/;
const PLUS_SIGNS = /[\uFF0B\uFE62\u207A\u208A]/g;
/** What spreadsheets make of long numbers: with a fraction, or rounded beyond repair. */
const FRACTION = /^(\+?\d+)\.0+$/;
const ROUNDED = /^\d(?:[.,]\d+)?E\+?\d+$/i;
/** A hash or a token: letters and digits in one long run. */
const TOKEN = /(?<![\w+/=])(?=[\d+/=_]*[a-z])[\w+/=]{22,}/i;
const HAS_DIGIT = /\d/;

/**
 * Returns the digits of a phone number with its country code first and no `+`: `15714120599`. A
 * number that begins with `+` or `00` is complete; any other is read as dialed in `country`
 * (alpha-2), or taken to be complete where that is not known. The national trunk prefix goes
 * wherever the numbering plan has one: `+44 (0)161 …` and `+44 0161 …` are `44161…`. Numbers are
 * normalized, not judged: one that no directory would have keeps its digits. Empty when there is no
 * digit.
 */
export function normalisePhone(text: string, country?: string): string {
  if (USUAL_NANP.test(text)) return text.slice(1);
  const folded = toAsciiDigits(text).replace(PLUS_SIGNS, '+').replace(FRACTION, '$1');
  const number = folded.replace(AFTER_NUMBER, '');
  if (COMPLETE.test(number)) return dropTrunkPrefix(digitsOf(number.replace(BEFORE_CODE, '')));
  const digits = digitsOf(number);
  if (digits === '') return digits;
  return country === undefined ? dropTrunkPrefix(digits) : toInternational(digits, country);
}

/**
 * Whether a number says its country code, so that it can be read without knowing where it is
 * dialed.
 */
export function isCompletePhone(text: string): boolean {
  return COMPLETE.test(toAsciiDigits(text).replace(PLUS_SIGNS, '+'));
}

/**
 * Whether a text can be a phone number: it has a digit, and is neither a hash nor a number that a
 * spreadsheet rounded.
 */
export function canBePhone(text: string): boolean {
  return HAS_DIGIT.test(toAsciiDigits(text)) && !ROUNDED.test(text) && !TOKEN.test(text);
}

function toInternational(digits: string, country: string): string {
  // The numbering plan of the United States and Canada needs no tables, and is most of what comes.
  if (country === 'US' || country === 'CA') {
    const national = NANP.exec(digits)?.[1];
    if (national !== undefined) return `1${national}`;
  }
  const defaultCountry = country as CountryCode;
  const parsed = loadPhoneNumbers().parsePhoneNumberFromString(digits, {
    defaultCountry,
    extract: false,
  });
  return parsed ? digitsOf(parsed.number) : digits;
}

/**
 * Calling codes of two digits; 1 and 7 have one, all others three (ITU-T E.164, list of assigned
 * country codes).
 */
const TWO_DIGIT_CODES: ReadonlySet<string> = new Set(
  (
    '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 ' +
    '64 65 66 81 82 84 86 90 91 92 93 94 95 98'
  ).split(' '),
);
/** Trunk prefixes other than 0; numbers there begin with the same digit too. */
const OTHER_PREFIXES: Readonly<Record<string, string>> = {
  '7': '8',
  '370': '8',
  '375': '8',
  '692': '1',
  '993': '8',
};
/**
 * Where the zero is part of the number (Italy, Vatican City): far too many to ask the numbering
 * plans for each.
 */
const KEEPS_ZERO = '39';
/** `+1 1 650 555 1212`: a number of North America has ten digits. */
const NANP_LENGTH_WITH_PREFIX = 12;

/** A complete number without the prefix that is dialed within the country only. */
function dropTrunkPrefix(digits: string): string {
  const code = callingCodeOf(digits);
  const first = digits.charAt(code.length);
  if (code === '1')
    return first === '1' && digits.length === NANP_LENGTH_WITH_PREFIX ? digits.slice(1) : digits;
  const isZero = first === '0' && code !== KEEPS_ZERO;
  if (!isZero && (first === '' || OTHER_PREFIXES[code] !== first)) return digits;
  const parsed = loadPhoneNumbers().parsePhoneNumberFromString(`+${digits}`, { extract: false });
  const number = parsed === undefined ? digits : digitsOf(parsed.number);
  // A number that the plan does not know, such as one that is too short: its zero goes all the
  // same.
  return isZero && number === digits ? cutZero(digits, code) : number;
}

/** No number begins with a trunk zero where the plan has one, unless the plan says so. */
function cutZero(digits: string, code: string): string {
  const { Metadata } = loadPhoneNumbers();
  // eslint-disable-next-line no-restricted-syntax -- the types of libphonenumber-js lack numberingPlan
  const metadata = new Metadata() as unknown as Plan;
  if (!metadata.hasCallingCode(code)) return digits;
  metadata.selectNumberingPlan(undefined, code);
  const prefix = metadata.numberingPlan.nationalPrefix();
  const national = digits.slice(code.length);
  // The metadata has 0 in place of a prefix where there is none.
  if (typeof prefix !== 'string' || !prefix.startsWith('0') || !national.startsWith(prefix))
    return digits;
  const isWhole = new RegExp(`^(?:${metadata.numberingPlan.nationalNumberPattern()})$`).test(
    national,
  );
  return isWhole ? digits : code + national.slice(prefix.length);
}

/** What the library's `Metadata` has in addition to its type declarations. */
interface Plan {
  hasCallingCode(code: string): boolean;
  selectNumberingPlan(country: undefined, code: string): void;
  numberingPlan: { nationalPrefix(): unknown; nationalNumberPattern(): string };
}

function callingCodeOf(digits: string): string {
  if (digits.startsWith('1') || digits.startsWith('7')) return digits.charAt(0);
  const two = digits.slice(0, 2);
  return TWO_DIGIT_CODES.has(two) ? two : digits.slice(0, 3);
}

function digitsOf(text: string): string {
  return text.replace(NOT_DIGITS, '');
}
