/** Control characters, terminal escapes among them, and the marks that turn the direction of text around. */
// eslint-disable-next-line no-control-regex -- they are what is taken out
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** What another server said, fit to be shown on a terminal: no control characters, 300 characters at most. Pure. */
export function cleanRemoteText(text: string, maxChars = 300): string {
  const clean = text.replace(UNPRINTABLE, ' ').trim();
  return clean.length <= maxChars ? clean : `${clean.slice(0, maxChars - 1).trimEnd()}…`;
}
