import { trimEndOf } from './text-ends.js';

/*
 * Decimal numbers as text. Money is never a binary float on its way from the line to the request,
 * because a float would change it.
 */

const WRITTEN_DECIMAL = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** Pattern of {@link toDecimalText} for JSON Schema, with surrounding spaces. */
export const DECIMAL_PATTERN = `^\\s*${WRITTEN_DECIMAL.source.slice(1, -1)}\\s*$`;
const MAX_DIGITS = 40;
/** A decimal that {@link toDecimalText} leaves as it is: 0.04 us in place of 0.25. */
const CANONICAL = /^(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;

/**
 * Returns decimal text without exponent, leading zeros or plus sign, or undefined if `text` is not
 * a decimal number. Money stays text from the line to the request, because a binary float would
 * change it.
 */
export function toDecimalText(text: string): string | undefined {
  if (CANONICAL.test(text)) return text;
  const parts = WRITTEN_DECIMAL.exec(text.trim());
  if (!parts) return undefined;
  // `.99` and `9.` are usual in spreadsheets, and can be read in one way only.
  const whole = parts[2] || '0';
  const fraction = parts[3] ?? '';
  const exponent = Number(parts[4] ?? 0);
  if (whole.length + fraction.length + Math.abs(exponent) > MAX_DIGITS) return undefined;
  const [left, right] = shiftPoint(whole, fraction, exponent);
  const trimmed = left.replace(/^0+(?=\d)/, '');
  const isZero = /^0*$/.test(trimmed) && /^0*$/.test(right);
  const sign = parts[1] === '-' && !isZero ? '-' : '';
  return right === '' ? sign + trimmed : `${sign}${trimmed}.${right}`;
}

function shiftPoint(whole: string, fraction: string, exponent: number): [string, string] {
  if (exponent >= 0) {
    const moved = fraction.slice(0, exponent).padEnd(exponent, '0');
    return [whole + moved, fraction.slice(exponent)];
  }
  const padded = whole.padStart(1 - exponent, '0');
  return [padded.slice(0, exponent), padded.slice(exponent) + fraction];
}

/**
 * A whole number of millionths as decimal text (`9990000` is `9.99`); undefined for anything else.
 */
export function microsToDecimalText(micros: string): string | undefined {
  if (!/^-?\d{1,30}$/.test(micros)) return undefined;
  const decimal = toDecimalText(`${micros}e-6`);
  return decimal === undefined ? undefined : trimEndOf(trimEndOf(decimal, /0/), /\./);
}

const PLAIN_DECIMAL = /^([+-]?)0*([1-9]\d*|0)(?:\.(\d*))?$/;

/**
 * Returns a decimal amount as a JSON number, digit for digit, without a binary float. `007.50` is
 * `7.5`, `-0.0` is `0`. Undefined if `text` is not a decimal number.
 */
export function toAmountText(text: string): string | undefined {
  const parts = PLAIN_DECIMAL.exec(text);
  if (!parts) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const decimals = trimEndOf(fraction, /0/);
  const amount = decimals === '' ? whole : `${whole}.${decimals}`;
  return sign === '-' && amount !== '0' ? `-${amount}` : amount;
}

/** An amount that {@link roundToHundredths} leaves as it is: 0.04 us in place of 0.3. */
const ROUNDED = /^(?:0|[1-9]\d*)(?:\.\d?[1-9])?$/;

/**
 * Returns decimal text rounded to two decimals, half away from zero, without a binary float:
 * `9.995` is `10`, `0.10` is `0.1`. Undefined if `text` is not a decimal number.
 */
export function roundToHundredths(text: string): string | undefined {
  if (ROUNDED.test(text)) return text;
  const parts = PLAIN_DECIMAL.exec(text);
  if (!parts) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const isRoundedUp = fraction.length > 2 && fraction.charCodeAt(2) >= 0x35;
  let cents = whole + fraction.slice(0, 2).padEnd(2, '0');
  if (isRoundedUp) cents = String(BigInt(cents) + 1n).padStart(3, '0');
  const decimals = trimZeros(cents.slice(-2));
  const amount = decimals === '' ? cents.slice(0, -2) : `${cents.slice(0, -2)}.${decimals}`;
  return sign === '-' && amount !== '0' ? `-${amount}` : amount;
}

function trimZeros(decimals: string): string {
  if (!decimals.endsWith('0')) return decimals;
  return decimals === '00' ? '' : decimals.slice(0, 1);
}

/**
 * A decimal number, exact: 0.[digits] × 10^magnitude, without zeros at either end of the digits.
 */
export interface Decimal {
  sign: -1 | 0 | 1;
  digits: string;
  magnitude: number;
}

const ANY_DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const ZERO: Decimal = { sign: 0, digits: '', magnitude: 0 };

/** Reads decimal text such as `9.99`, `-.5` or `1e400`; undefined where it is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = ANY_DECIMAL.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const written = whole + fraction;
  const digits = written.replace(/^0+/, '');
  const magnitude = whole.length + Number(exponent) - (written.length - digits.length);
  if (digits === '') return ZERO;
  // A larger exponent is not exact, and not a realistic amount.
  if (!Number.isSafeInteger(magnitude)) return undefined;
  return { sign: sign === '-' ? -1 : 1, digits: trimEndOf(digits, /0/), magnitude };
}

/**
 * Returns a negative number if `a` is smaller and a positive one if it is greater, without binary
 * floats.
 */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.magnitude !== b.magnitude) return a.magnitude > b.magnitude ? a.sign : -a.sign;
  if (a.digits === b.digits) return 0;
  // Both start after the decimal point, so text order equals numeric order.
  return a.digits > b.digits ? a.sign : -a.sign;
}
