/** Printable ASCII without `"` and `\`, which JSON does not escape: one byte per character. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** `text` as a JSON string. */
export function quoteJson(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
