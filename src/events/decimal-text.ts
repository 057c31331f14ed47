const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** What {@link toDecimalText} takes, for JSON Schema: spaces around it are trimmed. */
export const DECIMAL_PATTERN = `^\\s*${DECIMAL.source.slice(1, -1)}\\s*$`;
const MAX_DIGITS = 40;

/**
 * Decimal text without exponent, leading zeros or plus sign, or undefined when `text` is no decimal number.
 * Money stays text from the line to the request: a binary float would change it.
 */
export function toDecimalText(text: string): string | undefined {
  const parts = DECIMAL.exec(text.trim());
  if (!parts) return undefined;
  const whole = parts[2] as string;
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
