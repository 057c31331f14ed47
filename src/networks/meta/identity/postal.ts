import type { Origin } from '../../../identity/hash-identifiers.js';

const BLANKS_AND_DASHES = /[\s\p{Pd}]+/gu;
/** ZIP+4, which no other country writes. */
const ZIP_PLUS_4 = /^\s*\d{5}\s*-\s*\d{4}\s*$/;
const US_DIGITS = 5;
/** Area, district and sector of a whole British code, and its unit: two letters. */
const BRITISH = /^([a-z]{1,2}\d[a-z\d]?\d)[a-z]{2}$/;

/**
 * A postal code in lower case without blanks and dashes: in the US the first five digits, in the UK
 * area, district and sector, which is all but the last two letters
 * (customer-information-parameters, `zp`).
 */
export function normalisePostal(text: string, { country }: Origin): string {
  const code = text.toLowerCase().replace(BLANKS_AND_DASHES, '');
  if (country === 'US' || ZIP_PLUS_4.test(text)) return code.slice(0, US_DIGITS);
  return (country === 'GB' && BRITISH.exec(code)?.[1]) || code;
}
