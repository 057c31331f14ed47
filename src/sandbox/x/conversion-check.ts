import { isIPv4 } from 'node:net';
import type { Clock } from '../../clock.js';
import { isJsonObject } from '../../json.js';
import { isRefusedClick, type Report } from '../field-check.js';
import type { XError } from './answers.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const HASH = /^[0-9a-f]{64}$/;
/**
 * Maximum age. X documents none; attribution windows go up to 90 days. Future times are rejected.
 */
const WINDOW_MS = 90 * 24 * 60 * 60 * 1000;
const AHEAD_MS = 5 * 60 * 1000;
const CURRENCIES: ReadonlySet<unknown> = new Set(Intl.supportedValuesOf('currency'));
const FIELDS = new Set([
  'conversion_time',
  'event_id',
  'identifiers',
  'value',
  'price_currency',
  'number_items',
  'conversion_id',
  'description',
  'contents',
]);
const CONTENT_FIELDS = new Set(
  'content_id content_name content_type content_price num_items content_group_id'.split(' '),
);

/**
 * What is wrong with one conversion; `event_id` is checked where the tags are known. The fields are
 * those of https://developer.x.com/en/docs/x-ads-api/measurement/web-conversions/conversions
 * (2026-11-30).
 */
export function checkConversion(clock: Clock, conversion: unknown): XError[] {
  const errors: XError[] = [];
  const report: Report = (parameter, message) =>
    void errors.push({ code: 'INVALID_PARAMETER', message, parameter });
  if (!isJsonObject(conversion)) {
    report('conversions', 'Expected an object');
    return errors;
  }
  for (const name of Object.keys(conversion))
    if (!FIELDS.has(name)) report(name, `${name} is not a known parameter`);
  checkTime(clock, conversion['conversion_time'], report);
  checkIdentifiers(conversion['identifiers'], report);
  const {
    value,
    price_currency: currency,
    number_items: items,
    conversion_id: id,
    contents,
  } = conversion;
  if (value !== undefined && !(Number(value) >= 0))
    report('value', 'value must be a number of at least 0');
  if (currency !== undefined && !CURRENCIES.has(currency))
    report('price_currency', 'price_currency is not ISO 4217');
  if (items !== undefined && !(Number.isInteger(items) && (items as number) > 0)) {
    report('number_items', 'number_items must be greater than 0');
  }
  if (id !== undefined && (typeof id !== 'string' || id === ''))
    report('conversion_id', 'conversion_id must be a string');
  if (contents !== undefined) checkContents(contents, report);
  return errors;
}

function checkTime(clock: Clock, value: unknown, report: Report): void {
  const timeMs = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(timeMs))
    return report('conversion_time', 'Expected time in yyyy-MM-ddTHH:mm:ss.SSSZ');
  const ageMs = clock.now() - timeMs;
  if (ageMs > WINDOW_MS) report('conversion_time', 'conversion_time is too old');
  if (ageMs < -AHEAD_MS) report('conversion_time', 'conversion_time is in the future');
}

function checkIdentifiers(identifiers: unknown, report: Report): void {
  if (!Array.isArray(identifiers) || identifiers.length === 0) {
    return report('identifiers', 'At least one identifier is required');
  }
  const names = identifiers.map((identifier: unknown) =>
    isJsonObject(identifier) ? Object.keys(identifier) : [],
  );
  for (const [index, identifier] of identifiers.entries()) {
    checkIdentifier(identifier as Record<string, unknown>, names[index]!, report);
  }
  const all = names.flat();
  const isAlone =
    all.every((name) => name === 'ip_address') || all.every((name) => name === 'user_agent');
  if (isAlone) report('identifiers', 'ip_address and user_agent need a second identifier');
}

function checkIdentifier(
  identifier: Record<string, unknown>,
  names: readonly string[],
  report: Report,
): void {
  const isDevice =
    names.length > 0 && names.every((name) => name === 'ip_address' || name === 'user_agent');
  if (!isDevice && names.length !== 1)
    return report('identifiers', 'Each identifier must be a separate object');
  for (const name of names) {
    const value = identifier[name];
    if (typeof value !== 'string' || value === '')
      report(`identifiers.${name}`, `${name} must be a string`);
    else if (/^hashed_(?:email|phone_number)$/.test(name)) {
      if (!HASH.test(value)) report(`identifiers.${name}`, `${name} must be a SHA-256 hash`);
    } else if (name === 'ip_address') {
      // "IPv4 address in dotted-decimal form": https://github.com/xdevplatform/docs (28713281,
      // web-conversions)
      if (!isIPv4(value)) report('identifiers.ip_address', 'ip_address is not valid');
    } else if (name === 'twclid') {
      if (isRefusedClick(value)) report('identifiers.twclid', 'twclid is not valid');
    } else if (name !== 'user_agent') report('identifiers', `${name} is not a known identifier`);
  }
}

function checkContents(contents: unknown, report: Report): void {
  const items: unknown[] = Array.isArray(contents) ? contents : [undefined];
  for (const item of items) {
    if (!isJsonObject(item)) report('contents', 'contents must be a list of objects');
    else
      for (const name of Object.keys(item))
        if (!CONTENT_FIELDS.has(name)) report(`contents.${name}`, 'not known');
  }
}
