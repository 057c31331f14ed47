import { cleanText } from '../identity/clean-text.js';
import { isNotAValue } from '../identity/not-a-value.js';
import { CLICK_ALIASES } from './click-names.js';
import { CLICK_FIELDS, type ClickField } from './conversion-event.js';
import { readClickQuery } from './click-query.js';

/** A click id as in a URL: long, letters and digits, and not a cookie. */
const PLAIN = /^(?!(?:fb|GCL|\d+)\.)[A-Za-z0-9][\w.~-]{19,}$/;
/** `_fbc` and `_fbp` in their own fields, as browsers write them. */
const PLAIN_FBC = /^fb\.\d\.\d{13}\.(?!\d+$)[\w-]{12,}$/;
const PLAIN_FBP = /^fb\.\d\.\d{13}\.\d{5,20}$/;
/**
 * Characters that no click id has, but an email address or phone number in the wrong field does.
 */
const IMPOSSIBLE = /[\s@{}<>"'`\\^[\]]|^\+\d|[^\x20-\x7e]/;
/** `_fbc` and `_fbp`: `fb.<subdomain index>.<creation, ms>.<id>`. */
const FB_COOKIE = /^fb\.\d{1,2}\.\d{9,16}\.(.+)$/s;
/** The id of `_fbp` is a random number; the parameter builder may add a segment. */
const FBP_ID = /^\d{1,20}(?:\.\w{1,16})?$/;
/** `_gcl_aw` and its like: `GCL.<seconds>.<id>`, and since 2024 `2.1.k<id>$i<seconds>$…`. */
const GCL_COOKIE = /^(?:GCL\.\d{9,13}\.([^.$]+)|\d\.\d\.k([^$]+)\$)/;
const COOKIE_START = /^(?:fb|GCL)\.\d/;
/** `_rdt_uuid`: `<ms>.<UUID>`. */
const RDT_UUID = /^\d{10,16}\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i;
const RDT_CID = /^\d{13}\.(\S+)$/;
/** `name=value`, as a cookie or a query is copied. */
const PAIR = /^[?&]?(_?[a-z][a-z_]{1,30})=(.+)$/s;
const ADDRESS = /^https?(?::\/\/|%3A)|[?&]\w+=/i;
const ENCODED = /%[0-9a-f]{2}/i;
const UTM_FIELDS: ReadonlySet<string> = new Set(
  CLICK_FIELDS.filter((name) => name.startsWith('utm_')),
);
const GOOGLE_IDS: ReadonlySet<ClickField> = new Set<ClickField>([
  'gclid',
  'wbraid',
  'gbraid',
  'dclid',
]);
/**
 * Placeholders for a missing id. Some are also names of people, so they do not apply to other
 * fields.
 */
const NO_IDS: ReadonlySet<string> = new Set([
  ...CLICK_FIELDS,
  'click_id',
  'clickid',
  'your_click_id',
  'na',
  'nil',
  'no',
  'yes',
  'true',
  'false',
  '0',
  '-1',
]);

/** A click parameter and the field that it belongs in, which a cookie may decide. */
export type ClickValue = readonly [field: ClickField, text: string];

/**
 * Reads one click parameter for all networks: text that stands for no value is `absent`; the
 * networks' cookies are unwrapped; what no click id can be, such as an e-mail address, is
 * `unusable`. `_fbc` and `_fbp` stay whole, and get to their own field.
 */
export function readClickValue(
  field: ClickField,
  given: string,
): ClickValue | 'absent' | 'unusable' {
  if (
    (field === 'fbc' || field === 'fb_click_id'
      ? PLAIN_FBC
      : field === 'fbp'
        ? PLAIN_FBP
        : PLAIN
    ).test(given)
  )
    return [field, given];
  const text = cleanText(given);
  if (UTM_FIELDS.has(field)) return readUtm(field, text);
  const json = readJsonCookie(field, text);
  if (json !== undefined) return readClickValue(field, json);
  if (isNoId(text)) return 'absent';
  const copied = readCopied(field, text);
  if (copied !== undefined) return copied;
  const value = unwrapCookie(field, text);
  if (value === undefined || isNoId(value[1])) return value === undefined ? 'unusable' : 'absent';
  return IMPOSSIBLE.test(value[1]) ? 'unusable' : value;
}

function readUtm(field: ClickField, text: string): ClickValue | 'absent' | 'unusable' {
  if (text === '' || isNotAValue(text)) return 'absent';
  return isMail(text) ? 'unusable' : [field, text];
}

function isNoId(text: string): boolean {
  return text === '' || isNotAValue(text) || NO_IDS.has(text.toLowerCase());
}

/** A whole address, or `name=value` of a cookie or a query, where only the value belongs. */
function readCopied(
  field: ClickField,
  text: string,
): ReturnType<typeof readClickValue> | undefined {
  if (ADDRESS.test(text)) {
    const found = readClickQuery(text).find(([name]) => name === field);
    return found === undefined ? 'absent' : readClickValue(field, found[1]);
  }
  const [, name, value] = PAIR.exec(text) ?? [];
  if (name === undefined || value === undefined) return undefined;
  const owner = CLICK_FIELDS.find((one) => one === name) ?? CLICK_ALIASES[name];
  if (owner === undefined) return undefined;
  const isMetas = owner === 'fbc' || owner === 'fbp' || owner === 'fb_click_id';
  return owner === field || isMetas ? readClickValue(owner, value) : 'unusable';
}

/**
 * `_twclid` is JSON, percent-encoded in the cookie: `{"twclid":"…","timestamp":…}`. Undefined for
 * anything else.
 */
function readJsonCookie(field: ClickField, text: string): string | undefined {
  if (!text.startsWith('{') && !/^%7B/i.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(ENCODED.test(text) ? decodeURIComponent(text) : text);
    const found = findKey(value, field, 3);
    return typeof found === 'string' && !found.startsWith('{') ? found : undefined;
  } catch {
    return undefined;
  }
}

function findKey(value: unknown, key: string, levels: number): unknown {
  if (typeof value !== 'object' || value === null || levels === 0) return undefined;
  if (Object.hasOwn(value, key)) return (value as Record<string, unknown>)[key];
  for (const inner of Object.values(value)) {
    const found = findKey(inner, key, levels - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The id in a cookie's value, or the text itself where it is not a cookie's. Undefined for the
 * cookie of another network.
 */
function unwrapCookie(field: ClickField, text: string): ClickValue | undefined {
  const fb = FB_COOKIE.exec(text)?.[1];
  if (fb !== undefined) return unwrapFb(field, text, fb);
  const google = GCL_COOKIE.exec(text);
  if (google !== null)
    return GOOGLE_IDS.has(field) ? [field, google[1] ?? google[2] ?? ''] : undefined;
  // Not an id of its own where the rest of it is not as it should be.
  if (COOKIE_START.test(text)) return undefined;
  return field.startsWith('rdt_') ? unwrapReddit(field, text) : readBare(field, text);
}

function unwrapReddit(field: ClickField, text: string): ClickValue {
  const uuid = RDT_UUID.exec(text)?.[1];
  if (uuid !== undefined) return ['rdt_uuid', uuid];
  return [field, (field === 'rdt_cid' && RDT_CID.exec(text)?.[1]) || text];
}

/** A bare `fbclid` may stand where the cookie `_fbc` belongs; `_fbp` is a cookie or nothing. */
function readBare(field: ClickField, text: string): ClickValue | undefined {
  if (field === 'fbp') return undefined;
  return [field === 'fbc' || field === 'fb_click_id' ? 'fbclid' : field, text];
}

function unwrapFb(field: ClickField, text: string, id: string): ClickValue | undefined {
  if (!field.startsWith('fb')) return undefined;
  if (isNoId(id)) return [field, ''];
  if (FBP_ID.test(id) || field === 'fbp') return ['fbp', text];
  return [field === 'fb_click_id' ? field : 'fbc', text];
}

/**
 * When the click of a `_fbc` cookie was made, in milliseconds since 1970; undefined for any other
 * text.
 */
export function readFbcTime(text: string): number | undefined {
  const digits = /^fb\.\d{1,2}\.(\d{13})\./.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Whether a text without white space has an `@`, and after it a dot, with something around both.
 */
function isMail(text: string): boolean {
  const at = text.indexOf('@', 1);
  if (at < 0 || /\s/.test(text)) return false;
  const dot = text.lastIndexOf('.', text.length - 2);
  return dot > at + 1;
}
