import { toCountryCode } from '../../identity/country.js';
import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import { CLICK_FIELDS, type ConversionEvent } from '../conversion-event.js';
import { readDestinations } from '../destinations.js';
import { Draft } from '../draft.js';
import { isPresent, readObject, readSideObject } from '../field-values.js';
import { toFlag } from '../scalars.js';
import type { Warn } from '../warnings.js';

/**
 * Message types of Segment, RudderStack and Jitsu; those that Audience has not are kept by name,
 * and make nothing.
 */
export const SEGMENT_TYPES = [
  'track',
  'page',
  'screen',
  'identify',
  'alias',
  'group',
  'delete',
] as const;
const OTHER_TYPES: readonly unknown[] = ['group', 'delete'];

/**
 * Reads one Segment, RudderStack or Jitsu message
 * (docs/reference/formats.md#segment-rudderstack-and-jitsu).
 * @throws FieldProblem
 */
export function readSegment(record: JsonObject, warn: Warn): ConversionEvent {
  const properties = isEmptyList(record['properties'])
    ? {}
    : readObject(record, 'properties', 'properties');
  const context = readSideObject(record, 'context', 'context', warn);
  // Both write times in UTC (https://segment.com/docs/connections/spec/common/#timestamps,
  // 2026-11-30).
  const draft = new Draft({ properties, prefix: 'properties.', warn, zoneless: 'assumed_utc' });
  const type = typeOf(record);
  const isOther = OTHER_TYPES.includes(type);
  draft.set('type', isOther ? 'identify' : type, 'type');
  if (isOther) draft.setKind(String(type));
  draft.set('messageId', record['messageId'], 'messageId');
  // The HTTP API gives the id on arrival, and warehouse syncs have none.
  draft.setDerivedId(['segment', record], 'messageId');
  for (const name of ['timestamp', 'originalTimestamp', 'sentAt', 'receivedAt']) {
    draft.setTime(record[name], name);
  }
  if (type === 'track') draft.setName(record['event'], 'event');
  draft.set('anonymousId', record['anonymousId'], 'anonymousId');
  draft.set('userId', record['userId'], 'userId');
  draft.set('fromId', record['previousId'], 'previousId');
  if (type === 'alias') draft.set('toId', record['userId'], 'userId');
  draft.consent.read(record, '');
  draft.consent.read(context, 'context.');
  draft.set('test', toFlag(record['test']), 'test');
  draft.set('test', toFlag(context['test']), 'context.test');
  // An experiment may have that name: only a plain answer counts.
  if (/^(?:true|false)$/i.test(String(properties['test'])))
    draft.set('test', properties['test'], 'properties.test');
  putMoney(draft, properties);
  putPerson(draft, record, context);
  putClick(draft, record, context);
  putDestinations(draft, record, context);
  const event = draft.toEvent();
  setLanguage(event, context['locale']);
  return event;
}

/** PHP writes an empty object as an empty list. */
function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Where the record may go, by destination. */
function putDestinations(draft: Draft, record: JsonObject, context: JsonObject): void {
  for (const [from, path] of [
    [record, 'integrations'],
    [context, 'context.integrations'],
  ] as const) {
    const { integrations } = from;
    const answers = isJsonObject(integrations) ? readDestinations(integrations, path) : undefined;
    if (answers !== undefined) draft.consent.signals.destinations ??= answers;
  }
}

/**
 * The country of a language is a guess: it is kept apart, and neither consent nor a phone number
 * follows it.
 */
function setLanguage({ identifiers }: ConversionEvent, locale: unknown): void {
  const country =
    typeof locale === 'string' && identifiers.country === undefined
      ? toCountryCode(locale)
      : undefined;
  if (country !== undefined) identifiers.countryByLanguage = country;
}

function putMoney(draft: Draft, properties: JsonObject): void {
  // Revenue takes precedence over value.
  draft.replace('value', properties['revenue'], 'properties.revenue');
  draft.put('value', properties['total'], 'properties.total');
  for (const name of ['order_id', 'orderId', 'transactionId']) {
    draft.put('transaction_id', properties[name], `properties.${name}`);
  }
  for (const name of ['product_id', 'productId', 'sku'])
    draft.put('item_id', properties[name], `properties.${name}`);
  draft.putItem(properties['products'], PRODUCT, 'properties.products');
}

const PRODUCT = { id: ['product_id', 'productId', 'sku'], name: ['name'] };

/** Bodies of the HTTP API's `track` call have no type, because the address says it. */
function typeOf({ type, event }: JsonObject): unknown {
  if (typeof type === 'string') return type.toLowerCase();
  return !isPresent(type) && isPresent(event) ? 'track' : type;
}

function putPerson(draft: Draft, record: JsonObject, context: JsonObject): void {
  draft.setTraits(record['traits'], context['traits']);
  const device = readSideObject(context, 'device', 'context.device', draft.warn);
  if (toFlag(device['adTrackingEnabled']) !== false)
    draft.put('maid', device['advertisingId'], 'context.device.advertisingId');
  draft.put('ip', context['ip'], 'context.ip');
  draft.put('ip', record['request_ip'], 'request_ip');
  draft.put('user_agent', context['userAgent'], 'context.userAgent');
  const kind = typeof device['type'] === 'string' ? device['type'].toLowerCase() : '';
  const source = ['ios', 'android'].includes(kind) ? kind : SOURCES.get(String(record['channel']));
  draft.put('source', source, 'context.device.type');
}

const SOURCES = new Map([
  ['web', 'website'],
  ['mobile', 'app'],
]);

function putClick(draft: Draft, record: JsonObject, context: JsonObject): void {
  const page = readSideObject(context, 'page', 'context.page', draft.warn);
  const campaign = readSideObject(context, 'campaign', 'context.campaign', draft.warn);
  for (const [integration, settings] of Object.entries(
    readSideObject(record, 'integrations', 'integrations', draft.warn),
  )) {
    if (!isJsonObject(settings)) continue;
    for (const field of CLICK_FIELDS)
      draft.put(field, settings[field], `integrations.${integration}.${field}`);
  }
  for (const [name, field] of [
    ['source', 'utm_source'],
    ['medium', 'utm_medium'],
    ['name', 'utm_campaign'],
    ['content', 'utm_content'],
    ['term', 'utm_term'],
  ] as const) {
    draft.put(field, campaign[name], `context.campaign.${name}`);
  }
  draft.putQuery(page['url'], 'context.page.url');
  draft.putQuery(page['search'], 'context.page.search');
  draft.put('page_url', page['url'], 'context.page.url');
  draft.put('page_referrer', page['referrer'], 'context.page.referrer');
}
