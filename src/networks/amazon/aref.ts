const PAIR = /^[0-9A-Za-z]{10}\.\d{13}$/;
const MAX_PAIRS = 147;
const ESCAPED_BAR = /%7C/gi;

/**
 * The measurement tokens of an `aref` parameter or cookie that Amazon can use: pairs of ten letters
 * or digits, a dot and 13 digits of epoch milliseconds, joined by `|`, 147 at most
 * (docs/reference/amazon.md#click-ids). Anything else in it is dropped, a token without its time
 * too. Undefined when nothing is left.
 */
export function readArefTokens(aref: string | undefined): string | undefined {
  if (aref === undefined) return undefined;
  const pairs = aref.replace(ESCAPED_BAR, '|').split('|');
  const good = pairs.filter((pair) => PAIR.test(pair)).slice(0, MAX_PAIRS);
  return good.length === 0 ? undefined : good.join('|');
}
