import { cleanText, toAsciiDigits } from './clean-text.js';

/**
 * Digits of a postal code in countries where it is digits alone and may begin with 0 (Universal
 * Postal Union, addressing systems). A shorter one has lost its zeros on the way through a
 * spreadsheet or a number.
 */
const DIGITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'US DE FR ES IT FI EE MX TR KR MY UA HR LT MA DZ EG ID TH PR RE GP MQ GF'
      .split(' ')
      .map((c) => [c, 5]),
  ),
  ...Object.fromEntries('RO CN RU IN'.split(' ').map((c) => [c, 6])),
  ...Object.fromEntries('AU NO DK NZ ZA'.split(' ').map((c) => [c, 4])),
  JP: 7,
  CL: 7,
};
const ONLY_DIGITS = /^\d+$/;
const FRACTION = /^(\d+)\.0+$/;
/** `z:02110`, as the lead forms of Meta export it; `'02110`, as a spreadsheet keeps a text. */
const MARK = /^(?:z:|')/i;
const ZIP_PLUS_4 = 9;

/**
 * Returns a postal code with ASCII digits and without what spreadsheets add. Undefined where the
 * code has lost its leading zeros: which digits are missing would be a guess.
 */
export function readPostalCode(text: string, country: string | undefined): string | undefined {
  const code = cleanText(toAsciiDigits(cleanText(text).replace(MARK, ''))).replace(FRACTION, '$1');
  if (code === '' || country === undefined || !ONLY_DIGITS.test(code)) return code || undefined;
  const expected = DIGITS[country];
  if (expected === undefined || !Object.hasOwn(DIGITS, country)) return code;
  const lostZeros =
    code.length < expected ||
    (country === 'US' && code.length > expected && code.length < ZIP_PLUS_4);
  return lostZeros ? undefined : code;
}
