import { isNotAValue } from '../identity/not-a-value.js';
import { CLICK_ALIASES } from './click-names.js';
import { CLICK_FIELDS, type ClickField } from './conversion-event.js';
import { decodePercent } from './percent-encoding.js';

/** A longer one is not a click id. */
const MAX_LENGTH = 8192;
/** A longer address is not read. */
const MAX_ADDRESS_LENGTH = 65_536;
/**
 * Parameters of landing pages in lower case, and the field of each. Cookies stand in no address.
 */
const FIELDS = new Map<string, ClickField>([
  ...Object.entries(CLICK_ALIASES)
    .filter(([name]) => !name.startsWith('_'))
    .map(([name, field]): [string, ClickField] => [name.toLowerCase(), field]),
  ...CLICK_FIELDS.map((field): [string, ClickField] => [field, field]),
]);
/** `&` as mail programs and templates leave it: `&amp;`, `&amp;amp;`, `&#38;`. */
const AMPERSAND = /&(?:amp;|#38;|#x26;)+/gi;
/**
 * Where a parameter begins: `&`, a second `?`, and the fragment, where single-page applications
 * keep theirs.
 */
const BEFORE_PARAMETER = /[?&#]/;
/** `?`, `=` or `&` that were encoded together with what they separate. */
const ENCODED_QUERY = /%3[fFdD]|%26/;
const MAX_ENCODINGS = 3;

/**
 * Returns the click ids and UTM fields of an address or of its query alone (`?gclid=…`, `gclid=…`),
 * as browsers and mail programs leave it: with `&amp;`, a second `?`, encoded separators,
 * parameters in the fragment. The first usable value of each counts. An address that cannot be read
 * has none: it is not what the line is about.
 */
export function readClickQuery(address: string): [ClickField, string][] {
  if (address.length > MAX_ADDRESS_LENGTH) return [];
  const found = new Map<ClickField, string>();
  for (const pair of queryOf(address).split(BEFORE_PARAMETER)) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    const field = FIELDS.get(pair.slice(0, equals).toLowerCase());
    if (field === undefined || found.has(field)) continue;
    const text = decodeValue(pair.slice(equals + 1), field.startsWith('utm_'));
    if (text !== undefined) found.set(field, text);
  }
  return [...found];
}

/** Reads more parameters from now on, whose fields are called the same. */
export function addQueryNames(names: readonly string[]): void {
  for (const name of names) {
    const lower = name.toLowerCase();
    // A field that an endpoint's template names; those of the networks stay what they are.
    if (!FIELDS.has(lower)) FIELDS.set(lower, name as ClickField);
  }
}

/** From the first `?` or `#` on; all of a text that is not an address. */
function queryOf(address: string): string {
  let text = address;
  for (
    let level = 0;
    level < MAX_ENCODINGS && !text.includes('=') && ENCODED_QUERY.test(text);
    level++
  ) {
    text = decodePercent(text);
  }
  const plain = text.includes('&') ? text.replace(AMPERSAND, '&') : text;
  const start = plain.search(/[?#]/);
  if (start !== -1) return plain.slice(start + 1);
  return plain.includes('://') ? '' : plain;
}

/**
 * Decodes a value. A space in a click id was a `+`, which means a space only in queries. Undefined
 * for a missing value.
 */
function decodeValue(encoded: string, isUtm: boolean): string | undefined {
  const text = decodePercent(isUtm ? encoded.replaceAll('+', ' ') : encoded).trim();
  if (text === '' || text.length > MAX_LENGTH || text.includes('\0')) return undefined;
  return isNotAValue(text) ? undefined : text;
}
