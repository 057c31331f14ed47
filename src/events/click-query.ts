import { isNotAValue } from '../identity/not-a-value.js';
import { CLICK_FIELDS, type ClickField } from './conversion-event.js';

/** A longer one is not a click id. */
const MAX_LENGTH = 8192;
/** A longer address is not read. */
const MAX_ADDRESS_LENGTH = 65_536;
const FIELDS: ReadonlySet<string> = new Set(CLICK_FIELDS);
/** `&` as mail programs and templates leave it: `&amp;`, `&amp;amp;`, `&#38;`. */
const AMPERSAND = /&(?:amp;|#38;|#x26;)+/gi;
/** Where a parameter begins: `&`, a second `?`, and the fragment, where single-page applications keep theirs. */
const BEFORE_PARAMETER = /[?&#]/;
/** `?`, `=` or `&` that were encoded together with what they separate. */
const ENCODED_QUERY = /%3[fFdD]|%26/;
const MAX_ENCODINGS = 3;

/**
 * Returns the click ids and UTM fields of an address or of its query alone (`?gclid=…`, `gclid=…`), as browsers and mail
 * programs leave it: with `&amp;`, a second `?`, encoded separators, parameters in the fragment. The first usable value
 * of each counts. An address that cannot be read has none: it is not what the line is about.
 */
export function readClickQuery(address: string): [ClickField, string][] {
  if (address.length > MAX_ADDRESS_LENGTH) return [];
  const found = new Map<ClickField, string>();
  for (const pair of queryOf(address).split(BEFORE_PARAMETER)) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    const name = pair.slice(0, equals).toLowerCase();
    if (!FIELDS.has(name) || found.has(name as ClickField)) continue;
    const text = decodeValue(pair.slice(equals + 1), name.startsWith('utm_'));
    if (text !== undefined) found.set(name as ClickField, text);
  }
  return [...found];
}

/** From the first `?` or `#` on; all of a text that is not an address. */
function queryOf(address: string): string {
  let text = address;
  for (let level = 0; level < MAX_ENCODINGS && !text.includes('=') && ENCODED_QUERY.test(text); level++) {
    text = decode(text);
  }
  const plain = text.includes('&') ? text.replace(AMPERSAND, '&') : text;
  const start = plain.search(/[?#]/);
  if (start !== -1) return plain.slice(start + 1);
  return plain.includes('://') ? '' : plain;
}

/** A space in a click id was a `+`, which stands for a space in queries only. Undefined where it says nothing. */
function decodeValue(encoded: string, isUtm: boolean): string | undefined {
  const text = decode(isUtm ? encoded.replaceAll('+', ' ') : encoded).trim();
  if (text === '' || text.length > MAX_LENGTH || text.includes('\0')) return undefined;
  return isNotAValue(text) ? undefined : text;
}

/** Takes percent-encoding off; a text that is not encoded well stays, as in browsers. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
