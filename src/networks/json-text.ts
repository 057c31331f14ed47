/** Printable ASCII without `"` and `\`: it stands in JSON as it is, a byte a character. */
const PLAIN = /^[ !#-[\]-~]*$/;
/** The most bytes that JSON in UTF-8 spends on one UTF-16 unit: `\u001f`. */
const MAX_UNIT_BYTES = 6;
const QUOTES_BYTES = 2;

/** `text` as a JSON string. */
export function quoteJson(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Bytes that `text` takes as a JSON string in UTF-8, at most. */
export function boundJsonBytes(text: string): number {
  return QUOTES_BYTES + (PLAIN.test(text) ? text.length : text.length * MAX_UNIT_BYTES);
}
