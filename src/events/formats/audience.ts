import { toEventId } from '../event-id.js';
import { maskPersonal } from '../../outside-text.js';
import { isNotAValue } from '../../identity/not-a-value.js';
import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import {
  COMMERCE_FIELDS,
  MESSAGE_FIELDS,
  MESSAGE_TYPES,
  PAGE_FIELDS,
  PLACE_FIELDS,
  STRICT_EVENT,
} from '../audience-fields.js';
import { readClick } from '../click-fields.js';
import { ConsentCollector, hasConsentCarrier } from '../consent-carriers.js';
import type { ConsentLevel, ConversionEvent, EventSource, EventSurface } from '../conversion-event.js';
import { isUsualDecimal } from '../decimal-text.js';
import { FieldProblem } from '../field-problem.js';
import { type FieldRule, readSide } from '../field-rules.js';
import { MAX_ID_LENGTH, missing, readSideObject, TOO_LARGE } from '../field-values.js';
import { type Place, readIdentifiers } from '../identifier-fields.js';
import { COMMERCE_BITS, CONSENT_BIT, IDENTITY_BITS, PLACE_BIT, type Presence, readPresence } from '../presence.js';
import { parseTimestamp } from '../timestamp.js';
import { ignoreWarnings, type Warn } from '../warnings.js';

/** What each Audience SDK writes as `surface` (Audience OpenAPI 3.0.3; the tracking pixel adds `pixel`). */
const SURFACES: ReadonlyMap<unknown, EventSurface> = new Map<unknown, EventSurface>([
  ['web', 'web'],
  ['pixel', 'web'],
  ['unity', 'app'],
  ['unreal', 'app'],
]);

const ANY_COMMERCE_BIT = Object.values(COMMERCE_BITS).reduce((bits, bit) => bits | bit, 0);
/** Codes of characters. */
const [LETTER_A, LETTER_Z] = [0x41, 0x5a];

const SOURCES: readonly string[] = ['website', 'app', 'android', 'ios', 'fire_tv', 'offline'];

/**
 * Reads one Audience message, our native form (event-formats.md section 1). Every other format is translated into one,
 * so that there is one set of rules.
 * @param warn receives what is odd about it and does not cost the event
 * @param mayBeNobody whether an event without a player's id is taken: other systems have such
 * @throws FieldProblem naming the first field that is wrong.
 */
export function readAudienceMessage(
  message: JsonObject,
  warn: Warn = ignoreWarnings,
  mayBeNobody = false,
): ConversionEvent {
  // By name first: a rule looks a field up by a name that it was made with, which costs V8 several times as much.
  const type = message['type'] === 'track' ? 'track' : MESSAGE_FIELDS.type.read(message);
  if (type === undefined) throw missing('type', `one of ${MESSAGE_TYPES.join(', ')}`);
  const id = readId(message);
  const timeMs = readTime(message);
  const properties = quickObject(message['properties'], MESSAGE_FIELDS.properties, message);
  const context = readSideObject(message, 'context', 'context', warn);
  const isTrack = type === 'track';
  const name = readName(message, isTrack);
  const anonymousId = realId(quickSide(message['anonymousId'], MESSAGE_FIELDS.anonymousId, message, warn));
  const userId = realId(quickSide(message['userId'], MESSAGE_FIELDS.userId, message, warn));
  if (anonymousId === undefined && userId === undefined) refuseNobody(message, mayBeNobody || type === 'alias');
  const present = readPresence(properties);
  const inProperties: Place = [properties, 'properties.', present];
  const inContext = readPresence(context);
  const level = quickLevel(message['consentLevel']);
  const event: ConversionEvent = {
    id,
    type,
    name,
    timeMs,
    consentLevel: level === 'unusual' ? 'not_set' : level,
    test: readTest(message, warn),
    identifiers: readIdentifiers(placesOf(message, inProperties, [context, 'context.', inContext], warn), warn),
    click: readClick(properties, present, warn),
    consent: {},
    properties,
  };
  if (anonymousId !== undefined) event.anonymousId = anonymousId;
  if (userId !== undefined) event.userId = userId;
  readSurface(event, message['surface']);
  if (level === 'unusual' || mayHaveConsent(message, present | inContext)) readConsent(event, message, context, warn);
  if (isTrack) readCommerce(event, properties, present, warn);
  else if (type === 'alias') readAlias(event, message);
  readPlace(event, inProperties, context, warn);
  return event;
}

/**
 * Returns where identifiers may be, most specific first. Most messages have no traits, and a place
 * without any identifier is left out: looking there costs more than asking.
 */
function placesOf(message: JsonObject, inProperties: Place, inContext: Place, warn: Warn): Place[] {
  const places: Place[] = [inProperties];
  const [context] = inContext;
  if (message['traits'] !== undefined) places.push(readTraits(message, 'traits', warn));
  if (context['traits'] !== undefined) places.push(readTraits(context, 'context.traits', warn));
  if ((inContext[2] & IDENTITY_BITS) !== 0) places.push(inContext);
  const present = readPresence(message);
  if ((present & IDENTITY_BITS) !== 0) places.push([message, '', present]);
  return places;
}

function readTraits(from: JsonObject, path: string, warn: Warn): Place {
  const traits = readSideObject(from, 'traits', path, warn);
  return [traits, `${path}.`, readPresence(traits)];
}

/** Text as nearly every line has it; whatever else there is, or is not, is for the field's rule. */
function quickText(value: unknown, rule: FieldRule<string>, from: JsonObject): string | undefined {
  return isUsualText(value) ? value : rule.read(from);
}

/** A longer text, or one that may be a number in exponent form, is for the field's rule. */
function isUsualText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_LENGTH && !value.includes('+');
}

/** {@link quickText} of a field that does not cost the event. */
function quickSide(value: unknown, rule: FieldRule<string>, from: JsonObject, warn: Warn): string | undefined {
  if (isUsualText(value)) return value;
  return value === undefined ? undefined : readSide(rule, from, warn);
}

/** An alias has its own two ids. @throws FieldProblem for any other message that has to have a player */
function refuseNobody(message: JsonObject, mayBeNobody: boolean): void {
  if (!mayBeNobody) throw nobody(message);
}

/** The problem of a message without a player: what is wrong with the ids that it has, if it has any. */
function nobody(message: JsonObject): FieldProblem {
  for (const rule of [MESSAGE_FIELDS.anonymousId, MESSAGE_FIELDS.userId]) {
    try {
      rule.read(message);
    } catch (error) {
      if (error instanceof FieldProblem) return error;
      throw error;
    }
  }
  return missing('anonymousId', 'anonymousId or userId');
}

/** An id that is one: `undefined` or `null` in a thousand lines would make one player, or one event, of them all. */
function realId(id: string | undefined): string | undefined {
  return id === undefined || isNotAValue(id) ? undefined : id;
}

/** {@link quickText} of an object; an empty one where there is none. */
function quickObject(value: unknown, rule: FieldRule<JsonObject>, from: JsonObject): JsonObject {
  return isJsonObject(value) ? value : (rule.read(from) as JsonObject);
}

function readTime(message: JsonObject): number {
  const text = message['eventTimestamp'];
  const timeMs = typeof text === 'string' ? parseTimestamp(text) : undefined;
  // The rule throws where there is no time.
  return timeMs ?? (MESSAGE_FIELDS.eventTimestamp.read(message) as number);
}

function readTest(message: JsonObject, warn: Warn): boolean {
  return message['test'] !== undefined && (readSide(MESSAGE_FIELDS.test, message, warn) ?? false);
}

/** A level as nearly every line has it, or that there is none; `unusual` for any other spelling. */
function quickLevel(value: unknown): ConsentLevel | 'unusual' {
  if (value === 'full' || value === 'anonymous' || value === 'none') return value;
  return value === undefined || value === 'not_set' ? 'not_set' : 'unusual';
}

/** Whether anything but the level says something of consent. */
function mayHaveConsent(message: JsonObject, present: Presence): boolean {
  return (present & CONSENT_BIT) !== 0 || hasConsentCarrier(message);
}

/** Reads what the message says of consent in any of its parts. Most lines have a level and no more. */
function readConsent(event: ConversionEvent, message: JsonObject, context: JsonObject, warn: Warn): void {
  const collector = new ConsentCollector(warn);
  collector.read(message, '');
  collector.read(event.properties, 'properties.');
  collector.read(context, 'context.');
  event.consentLevel = collector.level;
  event.consent = collector.signals;
}

function readId(message: JsonObject): string {
  const id = realId(quickText(message['messageId'], MESSAGE_FIELDS.messageId, message));
  if (id === undefined || id.trim() === '') throw missing('messageId', 'the id of the message');
  return toEventId(id);
}

function readName(message: JsonObject, isTrack: boolean): string {
  const name = quickText(message['eventName'], MESSAGE_FIELDS.eventName, message) ?? '';
  if (isTrack && name === '') throw missing('eventName', 'the name of the event');
  // Names are stored, printed and sent as custom events: an e-mail address does not belong in one.
  return maskPersonal(name);
}

function readAlias(event: ConversionEvent, message: JsonObject): void {
  const from = realId(MESSAGE_FIELDS.fromId.read(message));
  const to = realId(MESSAGE_FIELDS.toId.read(message));
  if (from === undefined) throw missing('fromId', 'one id of the player');
  if (to === undefined) throw missing('toId', 'the other id of the player');
  // The same id twice says nothing.
  if (from !== to) event.alias = { from, to };
}

/**
 * Money and goods. Custom events use `value` and `currency` for things of their own (`resource` has game currencies),
 * so only a purchase is refused for them. Everything else costs itself.
 */
function readCommerce(event: ConversionEvent, properties: JsonObject, present: Presence, warn: Warn): void {
  if ((present & ANY_COMMERCE_BIT) === 0) return;
  const isStrict = event.name === STRICT_EVENT;
  if ((present & COMMERCE_BITS.value) !== 0) {
    const given = properties['value'];
    const isUsual = typeof given === 'string' && isUsualDecimal(given);
    const value = isUsual ? given : readMoney(COMMERCE_FIELDS.value, properties, isStrict);
    if (value !== undefined) event.value = value;
  }
  if ((present & COMMERCE_BITS.currency) !== 0) {
    const given = properties['currency'];
    const isUsual = isUsualCurrency(given);
    const currency = isUsual ? given : readMoney(COMMERCE_FIELDS.currency, properties, isStrict);
    if (currency !== undefined) event.currency = currency;
  }
  readGoods(event, properties, present, warn);
}

/** Three capital letters: looking at them by code takes 0.1 us less than the field's rule. */
function isUsualCurrency(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length === 3 &&
    isCapital(value.charCodeAt(0)) &&
    isCapital(value.charCodeAt(1)) &&
    isCapital(value.charCodeAt(2))
  );
}

function isCapital(code: number): boolean {
  return code >= LETTER_A && code <= LETTER_Z;
}

function readGoods(event: ConversionEvent, properties: JsonObject, present: Presence, warn: Warn): void {
  const read = <T>(name: keyof typeof COMMERCE_BITS, rule: FieldRule<T>): T | undefined =>
    (present & COMMERCE_BITS[name]) === 0 ? undefined : readSide(rule, properties, warn);
  const quantity = read('quantity', COMMERCE_FIELDS.quantity);
  if (quantity !== undefined) event.quantity = quantity;
  const order = properties['transaction_id'];
  const transactionId = realId(isUsualText(order) ? order : read('transaction_id', COMMERCE_FIELDS.transaction_id));
  if (transactionId !== undefined) event.transactionId = transactionId;
  const itemId = realId(read('item_id', COMMERCE_FIELDS.item_id));
  if (itemId !== undefined) event.itemId = itemId;
  const itemName = realId(read('item_name', COMMERCE_FIELDS.item_name));
  if (itemName !== undefined) event.itemName = itemName;
}

function readMoney(rule: FieldRule<string>, properties: JsonObject, isStrict: boolean): string | undefined {
  if (isStrict) return rule.read(properties);
  try {
    return rule.read(properties);
  } catch (error) {
    // A number that JSON cannot hold (1e400) is a broken line whatever it means.
    if (error instanceof FieldProblem && error.message !== TOO_LARGE) return undefined;
    throw error;
  }
}

function readPlace(event: ConversionEvent, [properties, , present]: Place, context: JsonObject, warn: Warn): void {
  const hasPlace = (present & PLACE_BIT) !== 0;
  if (hasPlace) readSource(event, properties);
  const pageUrl =
    (hasPlace ? readSide(PLACE_FIELDS.page_url, properties, warn) : undefined) ??
    (context['pageUrl'] === undefined ? undefined : readSide(PAGE_FIELDS.pageUrl, context, warn));
  if (pageUrl !== undefined) event.pageUrl = pageUrl;
  const referrer =
    (hasPlace ? readSide(PLACE_FIELDS.page_referrer, properties, warn) : undefined) ??
    (context['pageReferrer'] === undefined ? undefined : readSide(PAGE_FIELDS.pageReferrer, context, warn));
  if (referrer !== undefined) event.pageReferrer = referrer;
  if (hasPlace) readSharedId(event, properties);
}

function readSurface(event: ConversionEvent, value: unknown): void {
  const surface = value === undefined ? undefined : SURFACES.get(value);
  if (surface !== undefined) event.surface = surface;
}

/** `source` is free text in some Audience events (a shop, a page): only our own words count. */
function readSource(event: ConversionEvent, properties: JsonObject): void {
  const source = PLACE_FIELDS.source.read(properties);
  if (typeof source === 'string' && SOURCES.includes(source)) event.source = source as EventSource;
}

function readSharedId(event: ConversionEvent, properties: JsonObject): void {
  const id = PLACE_FIELDS._imtbl_conversion_id.read(properties);
  const network = PLACE_FIELDS._imtbl_conversion_network.read(properties);
  if (typeof id !== 'string' || typeof network !== 'string' || id === '' || network === '') return;
  if (!isNotAValue(id)) event.shared = { id, network };
}
