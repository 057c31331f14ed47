/** Takes percent-encoding off; a text that is not encoded well stays, as in browsers. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
