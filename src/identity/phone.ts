import { createRequire } from 'node:module';
import type * as LibPhoneNumber from 'libphonenumber-js/min';

/** An extension, or text after the number: `571 412 0599 ext. 5`. */
const AFTER_NUMBER = /(?<=\d)\s*[a-z#;,].*$/is;
const NOT_DIGITS = /\D+/g;
/** The trunk zero that `+44 (0)20` shows; Italian numbers (39) keep it. */
const TRUNK_ZERO = /^(?!\D*39)(\D*\d{1,3}\D*)\(0\)/;
const NANP = /^1?(\d{10})$/;
const TEL_URI = /^tel:/i;
const INTERNATIONAL_PREFIX = /^00/;

let library: typeof LibPhoneNumber | undefined;

/**
 * The digits of a phone number with its country code first and no `+`: `15714120599`. A number that begins with `+` or
 * `00` is complete; any other is read as dialled in `country` (alpha-2), or taken to be complete where that is not
 * known. Numbers are normalised, not judged: one that no directory would have keeps its digits (contract.md section 6).
 * Empty when there is no digit.
 */
export function normalisePhone(text: string, country?: string): string {
  const number = text.trim().replace(TEL_URI, '').replace(AFTER_NUMBER, '').replace(INTERNATIONAL_PREFIX, '+');
  if (number.startsWith('+')) return digitsOf(number.replace(TRUNK_ZERO, '$1'));
  const digits = digitsOf(number);
  return country === undefined || digits === '' ? digits : toInternational(digits, country);
}

function toInternational(digits: string, country: string): string {
  // The numbering plan of the United States and Canada needs no tables, and is most of what comes.
  if (country === 'US' || country === 'CA') {
    const national = NANP.exec(digits)?.[1];
    if (national !== undefined) return `1${national}`;
  }
  // The numbering plans take 20 ms to load, and only national numbers of other countries need them.
  library ??= createRequire(import.meta.url)('libphonenumber-js/min') as typeof LibPhoneNumber;
  const defaultCountry = country as LibPhoneNumber.CountryCode;
  const parsed = library.parsePhoneNumberFromString(digits, { defaultCountry, extract: false });
  return parsed ? digitsOf(parsed.number) : digits;
}

function digitsOf(text: string): string {
  return text.replace(NOT_DIGITS, '');
}
