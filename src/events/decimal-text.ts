import { scalarText } from './scalars.js';
import { trimEndOf } from '../text-ends.js';

const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** What {@link toDecimalText} takes, for JSON Schema: spaces around it are trimmed. */
export const DECIMAL_PATTERN = `^\\s*${DECIMAL.source.slice(1, -1)}\\s*$`;
const MAX_DIGITS = 40;

/**
 * Decimal text without exponent, leading zeros or plus sign, or undefined when `text` is no decimal number.
 * Money stays text from the line to the request: a binary float would change it.
 */
export function toDecimalText(text: string): string | undefined {
  return isUsualDecimal(text) ? text : toAnyDecimalText(text);
}

const [DIGIT_0, DIGIT_9, POINT] = [48, 57, 46];
/** Longer ones are left to the pattern, and to its limit. */
const MOST_USUAL_DIGITS = 20;

/** Whether text is a decimal number as it should be: digits, no zero before others, perhaps a point and more digits. */
export function isUsualDecimal(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > MOST_USUAL_DIGITS) return false;
  let point = length;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code >= DIGIT_0 && code <= DIGIT_9) continue;
    if (code !== POINT || point !== length || at === 0 || at === length - 1) return false;
    point = at;
  }
  return text.charCodeAt(0) !== DIGIT_0 || point === 1;
}

function toAnyDecimalText(text: string): string | undefined {
  const parts = DECIMAL.exec(text.trim());
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

/** A whole number of millionths as decimal text (`9990000` is `9.99`); undefined for anything else. */
export function microsToDecimalText(micros: unknown): string | undefined {
  const text = scalarText(micros)?.trim();
  if (text === undefined || !/^-?\d{1,30}$/.test(text)) return undefined;
  const decimal = toDecimalText(`${text}e-6`);
  return decimal === undefined ? undefined : trimEndOf(trimEndOf(decimal, /0/), /\./);
}
