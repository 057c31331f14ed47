import { trimEndOf } from '../text-ends.js';

/** A decimal number, exact: 0.[digits] × 10^magnitude, without zeros at either end of the digits. */
export interface Decimal {
  sign: -1 | 0 | 1;
  digits: string;
  magnitude: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const ZERO: Decimal = { sign: 0, digits: '', magnitude: 0 };

/** Reads decimal text such as `9.99`, `-.5` or `1e400`; undefined where it is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const written = whole + fraction;
  const digits = written.replace(/^0+/, '');
  const magnitude = whole.length + Number(exponent) - (written.length - digits.length);
  if (digits === '') return ZERO;
  // Beyond this an exponent is no longer exact, and nobody's amount either.
  if (!Number.isSafeInteger(magnitude)) return undefined;
  return { sign: sign === '-' ? -1 : 1, digits: trimEndOf(digits, /0/), magnitude };
}

/** Below zero where `a` is the smaller, above where it is the greater; without binary floats, whatever the exponents. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.magnitude !== b.magnitude) return a.magnitude > b.magnitude ? a.sign : -a.sign;
  if (a.digits === b.digits) return 0;
  // Both start behind the point, so the order of the text is the order of the numbers.
  return a.digits > b.digits ? a.sign : -a.sign;
}
