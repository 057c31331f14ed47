import { toEventId } from '../event-id.js';
import { maskPersonal } from '../../outside-text.js';
import { isNotAValue } from '../../identity/not-a-value.js';
import type { JsonObject } from '../../json.js';
import {
  COMMERCE_FIELDS,
  MESSAGE_FIELDS,
  MESSAGE_TYPES,
  PAGE_FIELDS,
  GEO_FIELDS,
  STRICT_EVENT,
} from '../audience-fields.js';
import { addPageClick, readClick } from '../click-fields.js';
import { hasConsentCarrier } from '../consent-carriers.js';
import { ConsentCollector } from '../consent-collector.js';
import type {
  ConsentLevel,
  ConversionEvent,
  EventSource,
  EventSurface,
} from '../conversion-event.js';
import { FieldProblem } from '../field-problem.js';
import { type FieldRule, readSide } from '../field-rules.js';
import { missing, readSideObject, TOO_LARGE } from '../field-values.js';
import { type IdentifierCarrier, readIdentifiers } from '../identifier-fields.js';
import {
  COMMERCE_BITS,
  CONSENT_BIT,
  IDENTITY_BITS,
  GEO_BIT,
  type FieldMask,
  readFieldMask,
} from '../field-mask.js';
import { ignoreWarnings, type Warn } from '../warnings.js';

/**
 * `surface` values of the Audience SDKs (Audience OpenAPI 3.0.3; the tracking pixel adds `pixel`).
 */
const SURFACES: ReadonlyMap<unknown, EventSurface> = new Map<unknown, EventSurface>([
  ['web', 'web'],
  ['pixel', 'web'],
  ['unity', 'app'],
  ['unreal', 'app'],
]);

const ANY_COMMERCE_BIT = Object.values(COMMERCE_BITS).reduce((bits, bit) => bits | bit, 0);

const SOURCES: readonly string[] = ['website', 'app', 'android', 'ios', 'fire_tv', 'offline'];

/**
 * Reads one Audience message, our native form (docs/reference/formats.md#audience-message). Every
 * other format is translated into one, so that there is one set of rules.
 * @param warn receives what is odd about it and does not cost the event
 * @param mayBeNobody whether an event without a player's id is taken: other systems have such
 * @throws FieldProblem naming the first field that is wrong.
 */
export function readAudienceMessage(
  message: JsonObject,
  warn: Warn = ignoreWarnings,
  mayBeNobody = false,
): ConversionEvent {
  const type = MESSAGE_FIELDS.type.read(message);
  if (type === undefined) throw missing('type', `one of ${MESSAGE_TYPES.join(', ')}`);
  const id = readId(message);
  const timeMs = readTime(message);
  const properties = MESSAGE_FIELDS.properties.read(message) as JsonObject;
  const context = readSideObject(message, 'context', 'context', warn);
  const isTrack = type === 'track';
  const name = readName(message, isTrack);
  const anonymousId = realId(readSide(MESSAGE_FIELDS.anonymousId, message, warn));
  const userId = realId(readSide(MESSAGE_FIELDS.userId, message, warn));
  if (anonymousId === undefined && userId === undefined)
    refuseNobody(message, mayBeNobody || type === 'alias');
  const present = readFieldMask(properties);
  const inProperties: IdentifierCarrier = [properties, 'properties.', present];
  const inContext = readFieldMask(context);
  const level = quickLevel(message['consentLevel']);
  const event: ConversionEvent = {
    id,
    type,
    name,
    timeMs,
    consentLevel: level === 'unusual' ? 'not_set' : level,
    test: readTest(message, warn),
    identifiers: readIdentifiers(
      carriersOf(message, inProperties, [context, 'context.', inContext], warn),
      warn,
    ),
    click: readClick(properties, present, warn),
    consent: {},
    properties,
  };
  if (anonymousId !== undefined) event.anonymousId = anonymousId;
  if (userId !== undefined) event.userId = userId;
  readSurface(event, message['surface']);
  if (level === 'unusual' || mayHaveConsent(message, present | inContext))
    readConsent(event, message, context, warn);
  if (isTrack) readCommerce(event, properties, present, warn);
  else if (type === 'alias') readAlias(event, message);
  readPage(event, inProperties, context, warn);
  return event;
}

/**
 * Returns where identifiers may be, most specific first. Most messages have no traits, and a place
 * without any identifier is left out: looking there costs more than asking.
 */
function carriersOf(
  message: JsonObject,
  inProperties: IdentifierCarrier,
  inContext: IdentifierCarrier,
  warn: Warn,
): IdentifierCarrier[] {
  const carriers: IdentifierCarrier[] = [inProperties];
  const [context] = inContext;
  if (message['traits'] !== undefined) carriers.push(readTraits(message, 'traits', warn));
  if (context['traits'] !== undefined) carriers.push(readTraits(context, 'context.traits', warn));
  if ((inContext[2] & IDENTITY_BITS) !== 0) carriers.push(inContext);
  const present = readFieldMask(message);
  if ((present & IDENTITY_BITS) !== 0) carriers.push([message, '', present]);
  return carriers;
}

function readTraits(from: JsonObject, path: string, warn: Warn): IdentifierCarrier {
  const traits = readSideObject(from, 'traits', path, warn);
  return [traits, `${path}.`, readFieldMask(traits)];
}

/**
 * An alias has its own two ids. @throws FieldProblem for any other message that has to have a
 * player
 */
function refuseNobody(message: JsonObject, mayBeNobody: boolean): void {
  if (!mayBeNobody) throw nobody(message);
}

/** Returns the problem of a message without a player: its ids are missing or invalid. */
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

/**
 * An id that is one: `undefined` or `null` in a thousand lines would make one player, or one event,
 * of them all.
 */
function realId(id: string | undefined): string | undefined {
  return id === undefined || isNotAValue(id) ? undefined : id;
}

function readTime(message: JsonObject): number {
  return MESSAGE_FIELDS.eventTimestamp.read(message) as number;
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
function mayHaveConsent(message: JsonObject, present: FieldMask): boolean {
  return (present & CONSENT_BIT) !== 0 || hasConsentCarrier(message);
}

/** Reads consent from all parts of the message. Most lines only have a level. */
function readConsent(
  event: ConversionEvent,
  message: JsonObject,
  context: JsonObject,
  warn: Warn,
): void {
  const collector = new ConsentCollector(warn);
  collector.read(message, '');
  collector.read(event.properties, 'properties.');
  collector.read(context, 'context.');
  event.consentLevel = collector.level;
  event.consent = collector.signals;
}

function readId(message: JsonObject): string {
  const id = realId(MESSAGE_FIELDS.messageId.read(message));
  if (id === undefined || id.trim() === '') throw missing('messageId', 'the id of the message');
  return toEventId(id);
}

function readName(message: JsonObject, isTrack: boolean): string {
  const name = MESSAGE_FIELDS.eventName.read(message) ?? '';
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
 * Money and goods. Custom events use `value` and `currency` for things of their own (`resource` has
 * game currencies), so only a purchase is refused for them. Everything else costs itself.
 */
function readCommerce(
  event: ConversionEvent,
  properties: JsonObject,
  present: FieldMask,
  warn: Warn,
): void {
  if ((present & ANY_COMMERCE_BIT) === 0) return;
  const isStrict = event.name === STRICT_EVENT;
  if ((present & COMMERCE_BITS.value) !== 0) {
    const value = readMoney(COMMERCE_FIELDS.value, properties, isStrict);
    if (value !== undefined) event.value = value;
  }
  if ((present & COMMERCE_BITS.currency) !== 0) {
    const currency = readMoney(COMMERCE_FIELDS.currency, properties, isStrict);
    if (currency !== undefined) event.currency = currency;
  }
  readGoods(event, properties, present, warn);
}

function readGoods(
  event: ConversionEvent,
  properties: JsonObject,
  present: FieldMask,
  warn: Warn,
): void {
  const read = <T>(name: keyof typeof COMMERCE_BITS, rule: FieldRule<T>): T | undefined =>
    (present & COMMERCE_BITS[name]) === 0 ? undefined : readSide(rule, properties, warn);
  const quantity = read('quantity', COMMERCE_FIELDS.quantity);
  if (quantity !== undefined) event.quantity = quantity;
  const transactionId = realId(read('transaction_id', COMMERCE_FIELDS.transaction_id));
  if (transactionId !== undefined) event.transactionId = transactionId;
  const itemId = realId(read('item_id', COMMERCE_FIELDS.item_id));
  if (itemId !== undefined) event.itemId = itemId;
  const itemName = realId(read('item_name', COMMERCE_FIELDS.item_name));
  if (itemName !== undefined) event.itemName = itemName;
}

function readMoney(
  rule: FieldRule<string>,
  properties: JsonObject,
  isStrict: boolean,
): string | undefined {
  if (isStrict) return rule.read(properties);
  try {
    return rule.read(properties);
  } catch (error) {
    // A number that JSON cannot represent (1e400) always makes the line invalid.
    if (error instanceof FieldProblem && error.message !== TOO_LARGE) return undefined;
    throw error;
  }
}

function readPage(
  event: ConversionEvent,
  [properties, , present]: IdentifierCarrier,
  context: JsonObject,
  warn: Warn,
): void {
  const hasGeo = (present & GEO_BIT) !== 0;
  if (hasGeo) readSource(event, properties);
  const pageUrl =
    (hasGeo ? readSide(GEO_FIELDS.page_url, properties, warn) : undefined) ??
    (context['pageUrl'] === undefined ? undefined : readSide(PAGE_FIELDS.pageUrl, context, warn));
  if (pageUrl !== undefined) {
    event.pageUrl = pageUrl;
    if (pageUrl.includes('=')) addPageClick(event.click, pageUrl);
  }
  const referrer =
    (hasGeo ? readSide(GEO_FIELDS.page_referrer, properties, warn) : undefined) ??
    (context['pageReferrer'] === undefined
      ? undefined
      : readSide(PAGE_FIELDS.pageReferrer, context, warn));
  if (referrer !== undefined) event.pageReferrer = referrer;
  if (hasGeo) readSharedId(event, properties);
}

function readSurface(event: ConversionEvent, value: unknown): void {
  const surface = value === undefined ? undefined : SURFACES.get(value);
  if (surface !== undefined) event.surface = surface;
}

/** `source` is free text in some Audience events (a shop, a page): only our own words count. */
function readSource(event: ConversionEvent, properties: JsonObject): void {
  const source = GEO_FIELDS.source.read(properties);
  if (typeof source === 'string' && SOURCES.includes(source)) event.source = source as EventSource;
}

function readSharedId(event: ConversionEvent, properties: JsonObject): void {
  const id = GEO_FIELDS._imtbl_conversion_id.read(properties);
  const network = GEO_FIELDS._imtbl_conversion_network.read(properties);
  if (typeof id !== 'string' || typeof network !== 'string' || id === '' || network === '') return;
  if (!isNotAValue(id)) event.shared = { id, network };
}
