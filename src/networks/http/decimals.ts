const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Rounds decimal text to a number of decimals, half away from zero, without a binary float:
 * `9.999` to two is `10.00`. Text that is not a decimal number stays as it is.
 */
export function formatDecimals(text: string, digits: number): string {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return text;
  const kept = fraction.slice(0, digits).padEnd(digits, '0');
  const roundsUp = (fraction[digits] ?? '0') >= '5';
  const rounded = (BigInt(whole + kept) + (roundsUp ? 1n : 0n))
    .toString()
    .padStart(digits + 1, '0');
  const at = rounded.length - digits;
  const number = digits === 0 ? rounded : `${rounded.slice(0, at)}.${rounded.slice(at)}`;
  return sign === '-' && /[1-9]/.test(number) ? `-${number}` : number;
}
