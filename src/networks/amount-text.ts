import { trimEndOf } from '../text-ends.js';

const DECIMAL = /^([+-]?)0*([1-9]\d*|0)(?:\.(\d*))?$/;

/**
 * A decimal amount as JSON writes a number, digit for digit: it never passes through a binary float. `007.50` is `7.5`,
 * `-0.0` is `0`. Undefined when `text` is no decimal number.
 */
export function toAmountText(text: string): string | undefined {
  const parts = DECIMAL.exec(text);
  if (!parts) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const decimals = trimEndOf(fraction, /0/);
  const amount = decimals === '' ? whole : `${whole}.${decimals}`;
  return sign === '-' && amount !== '0' ? `-${amount}` : amount;
}
