const DECIMAL = /^([+-]?)0*(\d+)(?:\.(\d*))?$/;

/**
 * A decimal amount as JSON writes a number, digit for digit: it never passes through a binary float. `007.50` is `7.5`,
 * `-0.0` is `0`. Undefined when `text` is no decimal number.
 */
export function toAmountText(text: string): string | undefined {
  const parts = DECIMAL.exec(text);
  if (!parts) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const decimals = withoutEndingZeros(fraction);
  const amount = decimals === '' ? whole : `${whole}.${decimals}`;
  return sign === '-' && amount !== '0' ? `-${amount}` : amount;
}

/** A loop, because `/0+$/` is quadratic on long runs of zeros. */
function withoutEndingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
