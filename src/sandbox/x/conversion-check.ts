import { isIPv4 } from 'node:net';
import type { Clock } from '../../clock.js';
import { isJsonObject } from '../../json.js';
import type { XError } from './answers.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const HASH = /^[0-9a-f]{64}$/;
/** Nothing is documented about age; attribution windows go up to 90 days, and the future is no time of a conversion. */
const WINDOW_MS = 90 * 24 * 60 * 60 * 1000;
const AHEAD_MS = 5 * 60 * 1000;
const CURRENCIES: ReadonlySet<unknown> = new Set(Intl.supportedValuesOf('currency'));
const FIELDS = new Set(
  'conversion_time event_id identifiers value price_currency number_items conversion_id description contents'.split(
    ' ',
  ),
);
const CONTENT_FIELDS = new Set(
  'content_id content_name content_type content_price num_items content_group_id'.split(' '),
);

/** A click id that begins so is refused: what is wrong with it, no client can know. */
const REFUSED_CLICK = 'sandbox-refused';

type Tell = (parameter: string, message: string) => void;

/**
 * What is wrong with one conversion; `event_id` is checked where the tags are known. The fields are those of
 * https://developer.x.com/en/docs/x-ads-api/measurement/web-conversions/conversions (2026-11-30).
 */
export function checkConversion(clock: Clock, conversion: unknown): XError[] {
  const errors: XError[] = [];
  const tell: Tell = (parameter, message) => void errors.push({ code: 'INVALID_PARAMETER', message, parameter });
  if (!isJsonObject(conversion)) {
    tell('conversions', 'Expected an object');
    return errors;
  }
  for (const name of Object.keys(conversion)) if (!FIELDS.has(name)) tell(name, `${name} is not a known parameter`);
  checkTime(clock, conversion['conversion_time'], tell);
  checkIdentifiers(conversion['identifiers'], tell);
  const { value, price_currency: currency, number_items: items, conversion_id: id, contents } = conversion;
  if (value !== undefined && !(Number(value) >= 0)) tell('value', 'value must be a number of at least 0');
  if (currency !== undefined && !CURRENCIES.has(currency)) tell('price_currency', 'price_currency is not ISO 4217');
  if (items !== undefined && !(Number.isInteger(items) && (items as number) > 0)) {
    tell('number_items', 'number_items must be greater than 0');
  }
  if (id !== undefined && (typeof id !== 'string' || id === ''))
    tell('conversion_id', 'conversion_id must be a string');
  if (contents !== undefined) checkContents(contents, tell);
  return errors;
}

function checkTime(clock: Clock, value: unknown, tell: Tell): void {
  const timeMs = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(timeMs)) return tell('conversion_time', 'Expected time in yyyy-MM-ddTHH:mm:ss.SSSZ');
  const ageMs = clock.now() - timeMs;
  if (ageMs > WINDOW_MS) tell('conversion_time', 'conversion_time is too old');
  if (ageMs < -AHEAD_MS) tell('conversion_time', 'conversion_time is in the future');
}

function checkIdentifiers(identifiers: unknown, tell: Tell): void {
  if (!Array.isArray(identifiers) || identifiers.length === 0) {
    return tell('identifiers', 'At least one identifier is required');
  }
  const names = identifiers.map((identifier: unknown) => (isJsonObject(identifier) ? Object.keys(identifier) : []));
  for (const [index, identifier] of identifiers.entries()) {
    checkIdentifier(identifier as Record<string, unknown>, names[index]!, tell);
  }
  const all = names.flat();
  const isAlone = all.every((name) => name === 'ip_address') || all.every((name) => name === 'user_agent');
  if (isAlone) tell('identifiers', 'ip_address and user_agent need a second identifier');
}

function checkIdentifier(identifier: Record<string, unknown>, names: readonly string[], tell: Tell): void {
  const isDevice = names.length > 0 && names.every((name) => name === 'ip_address' || name === 'user_agent');
  if (!isDevice && names.length !== 1) return tell('identifiers', 'Each identifier is an object of its own');
  for (const name of names) {
    const value = identifier[name];
    if (typeof value !== 'string' || value === '') tell(`identifiers.${name}`, `${name} must be a string`);
    else if (/^hashed_(?:email|phone_number)$/.test(name)) {
      if (!HASH.test(value)) tell(`identifiers.${name}`, `${name} must be a SHA-256 hash`);
    } else if (name === 'ip_address') {
      // "IPv4 address in dotted-decimal form": https://github.com/xdevplatform/docs (28713281, web-conversions)
      if (!isIPv4(value)) tell('identifiers.ip_address', 'ip_address is not valid');
    } else if (name === 'twclid') {
      if (value.startsWith(REFUSED_CLICK)) tell('identifiers.twclid', 'twclid is not valid');
    } else if (name !== 'user_agent') tell('identifiers', `${name} is not a known identifier`);
  }
}

function checkContents(contents: unknown, tell: Tell): void {
  const items: unknown[] = Array.isArray(contents) ? contents : [undefined];
  for (const item of items) {
    if (!isJsonObject(item)) tell('contents', 'contents must be a list of objects');
    else for (const name of Object.keys(item)) if (!CONTENT_FIELDS.has(name)) tell(`contents.${name}`, 'not known');
  }
}
