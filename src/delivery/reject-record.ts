import { createHash } from 'node:crypto';

import { isJsonObject } from '../json.js';

/** Text that may hold an e-mail address or a phone number. */
const NAMES_SOMEBODY = /@|%40|^\+|\d{7}|\d[ ().-]\d{2}/;
const WORDS = /^[\p{L}\p{N} _.:/-]{1,100}$/u;
const ID = /^[\w.:/=-]{1,100}$/;
const TIME = /^[\dTZ:. +-]{1,40}$/i;
const AMOUNT = /^-?[\d.,]{1,20}$/;

/**
 * Fields whose values describe the event and never a person, by their names in lower case without
 * separators, and the form that such a value has. Every other value is hashed: which fields name a
 * person differs by format, and a field that this program does not know may.
 */
const PLAIN_FIELDS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ...['type', 'event', 'eventname'].map((name) => [name, (text: string) => isWords(text)] as const),
  ...['messageid', 'eventid', 'transactionid', 'orderid', 'itemid', 'sku'].map(
    (name) => [name, (text: string) => ID.test(text)] as const,
  ),
  ...[
    'eventtimestamp',
    'timestamp',
    'time',
    'eventtime',
    'sentat',
    'receivedat',
    'originaltimestamp',
    'clicktime',
  ].map((name) => [name, (text: string) => TIME.test(text) && !text.startsWith('+')] as const),
  ...[
    'value',
    'price',
    'revenue',
    'total',
    'amount',
    'quantity',
    'timestampmicros',
    'conversionvalue',
  ].map((name) => [name, (text: string) => AMOUNT.test(text)] as const),
  ['currency', (text: string) => /^[A-Za-z]{3}$/.test(text)],
  ['consentlevel', (text: string) => /^(?:not_set|none|anonymous|full)$/.test(text)],
]);

function isWords(text: string): boolean {
  return WORDS.test(text) && !NAMES_SOMEBODY.test(text);
}

/** Digits that could be a phone number or the id of a person. */
const LONG_NUMBER = 7;
/** Depth and length beyond which a record is shortened: the row is for people, not for parsers. */
const MAX_DEPTH = 12;
const MAX_TEXT = 300;

/**
 * A record as `--rejects` writes it: its shape and what describes the event, with a SHA-256
 * (`sha256:` and 64 hex digits) for each value that may name a person. Text that is not a JSON
 * object is hashed whole.
 * @param text the line that held the record
 * @param element which element of the line's envelope it is, from 1; absent: the line is the record
 */
export function hashRecord(text: string, element?: number): unknown {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return hashText(text);
  }
  return hashValue(element === undefined ? record : elementOf(record, element), '', 0);
}

function elementOf(record: unknown, element: number): unknown {
  const list = isJsonObject(record)
    ? (record['messages'] ?? record['batch'] ?? record['events'] ?? record['conversions'])
    : record;
  return Array.isArray(list) && element <= list.length ? list[element - 1] : record;
}

function hashValue(value: unknown, field: string, depth: number): unknown {
  if (typeof value === 'string') return isPlain(value, field) ? value : hashText(value);
  if (typeof value === 'number')
    return isPlainNumber(value, field) ? value : hashText(String(value));
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((element) => hashValue(element, field, depth + 1));
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [
    NAMES_SOMEBODY.test(key) || key.length > MAX_TEXT ? hashText(key) : key,
    hashValue(one, key, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function isPlain(value: string, field: string): boolean {
  return (
    value === '' ||
    (value.length <= MAX_TEXT && PLAIN_FIELDS.get(normalize(field))?.(value) === true)
  );
}

function isPlainNumber(value: number, field: string): boolean {
  const text = String(value);
  return isPlain(text, field) || text.replace(/\D/g, '').length < LONG_NUMBER;
}

function normalize(field: string): string {
  return field.replaceAll('_', '').replaceAll('-', '').toLowerCase();
}

function hashText(text: string): string {
  return `sha256:${createHash('sha256').update(text.trim()).digest('hex')}`;
}
