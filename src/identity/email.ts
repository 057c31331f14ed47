import { cleanText } from './clean-text.js';
import { textBefore } from '../text-ends.js';

/** An address as nearly every line has it: nothing to unwrap. */
const PLAIN = /^[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;
/** One `@` with something on both sides, and nothing that belongs to the text around an address. */
const ADDRESS = /^[^\s@<>()[\]{}"“”,;:\\|]+@[^\s@<>()[\]{}"“”,;:\\|/?]+$/;
const LONGEST = 2048;
/** RFC 5321, section 4.5.3.1: 64 octets before the `@`, 255 after it. */
const LONGEST_ADDRESS = 320;
/** `Name <a@b>`, `a@b (Name)`, `[a@b](mailto:a@b)`: the address stands in brackets of its own. */
const BRACKETED = /[<([{]\s*([^\s<>()[\]{}]{1,400}@[^\s<>()[\]{}]{1,400})\s*[>)\]}]/;
const LIST = /[,;|\r\n]+/;
const SPACES = /\s+/;
const SCHEME = /^(?:mailto|e-?mail|smtp)\s*:\s*(?:\/\/)?/i;
const QUERY = /[?#]/;
/** What sentences, lists and code have around an address. */
const AROUND: ReadonlySet<string> = new Set(' "\'`“”‘’.,;:<>()[]{}\\/!');
const FULL_WIDTH = /[\uFF01-\uFF5E]/;

/**
 * Returns the e-mail address in a text, its case kept: without `mailto:`, a display name, brackets,
 * quotation marks, dots and commas around it, and the first of several. Undefined where there is
 * none, or where other words around it may be part of it.
 */
export function readEmailAddress(text: string): string | undefined {
  if (PLAIN.test(text)) return text.length <= LONGEST_ADDRESS ? text : undefined;
  if (text.length > LONGEST) return undefined;
  const clean = cleanText(text);
  const cleaned = FULL_WIDTH.test(clean) ? clean.normalize('NFKC') : clean;
  const bracketed = BRACKETED.exec(cleaned)?.[1];
  const found = bracketed === undefined ? undefined : unwrap(bracketed);
  if (found !== undefined) return found;
  for (const part of cleaned.split(LIST)) {
    const address = unwrap(part) ?? unwrapAll(part);
    if (address !== undefined) return address;
  }
  return undefined;
}

/**
 * The first of several addresses with spaces between them; a word that is not one may belong to the
 * address.
 */
function unwrapAll(text: string): string | undefined {
  const addresses = text.trim().split(SPACES).map(unwrap);
  return addresses.includes(undefined) ? undefined : addresses[0];
}

function unwrap(text: string): string | undefined {
  const bare = trimAround(trimAround(text).replace(SCHEME, ''));
  const decoded = bare.includes('@') ? bare : bare.replace('%40', '@');
  const address = trimAround(textBefore(decoded, QUERY))
    .split('@')
    .map((side) => side.trim())
    .join('@');
  return address.length <= LONGEST_ADDRESS && ADDRESS.test(address) ? address : undefined;
}

function trimAround(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && AROUND.has(text.charAt(start))) start++;
  while (end > start && AROUND.has(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
