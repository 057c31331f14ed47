import type { JsonObject } from '../json.js';
import { readClick, readConsentSignals } from './click-fields.js';
import type { ConversionEvent, EventSource } from './conversion-event.js';
import { FieldProblem } from './field-problem.js';
import {
  MAX_ID_LENGTH,
  missing,
  quote,
  readBoolean,
  readChoice,
  readDecimal,
  readObject,
  readText,
  readTime,
  wrongType,
} from './field-values.js';
import { readIdentifiers } from './identifier-fields.js';

/** Source: Audience OpenAPI 3.0.3 (event-formats.md section 1). */
const MESSAGE_TYPES = ['track', 'page', 'screen', 'identify', 'alias'] as const;
const CONSENT_LEVELS = ['not_set', 'none', 'anonymous', 'full'] as const;
const SOURCES: readonly string[] = ['website', 'app', 'android', 'ios', 'fire_tv', 'offline'];

/**
 * Reads one Audience message, our native form (event-formats.md section 1).
 * @throws FieldProblem naming the first field that is wrong.
 */
export function readAudienceMessage(message: JsonObject): ConversionEvent {
  const type = readChoice(message, 'type', 'type', MESSAGE_TYPES);
  if (type === undefined) throw missing('type', `one of ${MESSAGE_TYPES.join(', ')}`);
  const id = requireId(message, 'messageId');
  const timeMs = readTime(message, 'eventTimestamp', 'eventTimestamp');
  const properties = readObject(message, 'properties', 'properties');
  const context = readObject(message, 'context', 'context');
  const traits = readObject(message, 'traits', 'traits');
  const isTrack = type === 'track';
  const name = readText(message, 'eventName', 'eventName', MAX_ID_LENGTH) ?? '';
  if (isTrack && name === '') throw missing('eventName', 'the name of the event');
  const anonymousId = readText(message, 'anonymousId', 'anonymousId', MAX_ID_LENGTH);
  const userId = readText(message, 'userId', 'userId', MAX_ID_LENGTH);
  if (anonymousId === undefined && userId === undefined && type !== 'alias') {
    throw missing('anonymousId', 'anonymousId or userId');
  }
  const event: ConversionEvent = {
    id,
    type,
    name,
    timeMs,
    consentLevel: readChoice(message, 'consentLevel', 'consentLevel', CONSENT_LEVELS) ?? 'not_set',
    test: readBoolean(message, 'test', 'test') ?? false,
    identifiers: readIdentifiers([
      [properties, 'properties.'],
      [traits, 'traits.'],
      [readObject(context, 'traits', 'context.traits'), 'context.traits.'],
      [context, 'context.'],
    ]),
    click: readClick(properties, 'properties.'),
    consent: readConsentSignals(properties, 'properties.'),
    properties,
  };
  if (anonymousId !== undefined) event.anonymousId = anonymousId;
  if (userId !== undefined) event.userId = userId;
  if (isTrack) readCommerce(event, properties);
  readSource(event, properties);
  readPlace(event, properties, context);
  readSharedId(event, properties);
  return event;
}

function requireId(message: JsonObject, name: string): string {
  const id = readText(message, name, name, MAX_ID_LENGTH);
  if (id === undefined || id.trim() === '') throw missing(name, 'the id of the message');
  return id;
}

/**
 * Money and goods. Custom events use `value` and `currency` for things of their own (`resource` has game currencies),
 * so only a purchase is refused for them.
 */
function readCommerce(event: ConversionEvent, properties: JsonObject): void {
  const strict = event.name === 'purchase';
  const value = lenient(strict, () => readDecimal(properties, 'value', 'properties.value'));
  if (value !== undefined) event.value = value;
  const currency = lenient(strict, () => readCurrency(properties));
  if (currency !== undefined) event.currency = currency;
  const quantity = lenient(strict, () => readQuantity(properties));
  if (quantity !== undefined) event.quantity = quantity;
  for (const [name, key] of [
    ['transaction_id', 'transactionId'],
    ['item_id', 'itemId'],
    ['item_name', 'itemName'],
  ] as const) {
    const text = lenient(strict, () => readText(properties, name, `properties.${name}`));
    if (text !== undefined) event[key] = text;
  }
}

function lenient<T>(strict: boolean, read: () => T | undefined): T | undefined {
  if (strict) return read();
  try {
    return read();
  } catch (error) {
    // A number that JSON cannot hold (1e400) is a broken line whatever it means.
    if (error instanceof FieldProblem && (error.code !== 'invalid_value' || !error.message.includes('too large'))) {
      return undefined;
    }
    throw error;
  }
}

function readCurrency(properties: JsonObject): string | undefined {
  const text = readText(properties, 'currency', 'properties.currency')?.trim();
  if (text === undefined || text === '') return undefined;
  if (!/^[A-Za-z]{3}$/.test(text)) {
    const found = `is ${quote(text)}; expected an ISO 4217 code such as USD`;
    throw new FieldProblem('invalid_format', 'properties.currency', found);
  }
  return text.toUpperCase();
}

function readQuantity(properties: JsonObject): number | undefined {
  const value = properties['quantity'];
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number') throw wrongType('properties.quantity', 'a whole number from 1', value);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new FieldProblem('invalid_value', 'properties.quantity', `is ${number}; expected a whole number from 1`);
  }
  return number;
}

function readSource(event: ConversionEvent, properties: JsonObject): void {
  // `source` is free text in some Audience events (a shop, a page): only our own words count.
  const source = properties['source'];
  if (typeof source === 'string' && SOURCES.includes(source)) event.source = source as EventSource;
}

function readPlace(event: ConversionEvent, properties: JsonObject, context: JsonObject): void {
  const url =
    readText(properties, 'page_url', 'properties.page_url', 8192) ??
    readText(context, 'pageUrl', 'context.pageUrl', 8192);
  if (url !== undefined) event.pageUrl = url;
}

function readSharedId(event: ConversionEvent, properties: JsonObject): void {
  const id = properties['_imtbl_conversion_id'];
  const network = properties['_imtbl_conversion_network'];
  if (typeof id === 'string' && typeof network === 'string' && id !== '' && network !== '') {
    event.shared = { id, network };
  }
}
