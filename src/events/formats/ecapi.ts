import { readHash } from '../../identity/hash.js';
import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import { PROFILES } from '../../networks/profiles.js';
import { CLICK_FIELDS, type ClickField, type ConversionEvent } from '../conversion-event.js';
import { Draft } from '../draft.js';
import { isPresent, missing, quote, readSideObject, readText } from '../field-values.js';
import { FieldProblem } from '../field-problem.js';
import { EVENT_TYPES, resolveAliases, resolveUserAliases } from './ecapi-words.js';
import type { Warn } from '../warnings.js';

/** The field that each network's click id has, for the untyped `click_id` with `ext.network`. */
const CLICK_ID_FIELDS: ReadonlyMap<string, ClickField> = new Map(
  PROFILES.map(({ name, clickIds }) => [name, clickIds[0] as ClickField]),
);

const SOURCES = new Map<unknown, string>([
  ['website', 'website'],
  ['app', 'app'],
  ['physical_store', 'offline'],
  ['phone_call', 'offline'],
]);

/** Reads one IAB ECAPI 1.0 event (docs/reference/formats.md#iab-ecapi-10). @throws FieldProblem */
export function readEcapi(record: JsonObject, warn: Warn): ConversionEvent {
  readText(record, 'data_set_id', 'data_set_id');
  if (!isPresent(record['data_set_id'])) throw missing('data_set_id', 'the id of the data set');
  const user = resolveUserAliases(readSideObject(record, 'user_data', 'user_data', warn), warn);
  const properties = resolveAliases(readSideObject(record, 'properties', 'properties', warn), warn);
  const ext = {
    ...readSideObject(user, 'ext', 'user_data.ext', warn),
    ...readSideObject(record, 'ext', 'ext', warn),
  };
  const draft = new Draft({ properties, prefix: 'properties.', warn });
  putEvent(draft, record, ext);
  putPerson(draft, user);
  putClick(draft, user, properties, ext);
  putItems(draft, properties);
  const event = draft.toEvent({ mayBeNobody: true });
  if (event.identifiers.hashed.phone !== undefined) event.identifiers.phoneHashHasPlus = true;
  return event;
}

function putEvent(draft: Draft, record: JsonObject, ext: JsonObject): void {
  const type = readType(record);
  if (type === 'custom' && !isPresent(record['custom_event'])) {
    throw missing('custom_event', 'the name of the event, as event_type is custom');
  }
  draft.set('type', type === 'page_view' ? 'page' : 'track', 'event_type');
  if (type === 'custom') draft.setName(record['custom_event'], 'custom_event');
  else draft.setName(type, 'event_type');
  draft.set('messageId', record['id'], 'id');
  // The id is unique within its data set only, which a derived one covers.
  draft.setDerivedId(['ecapi', record], 'id');
  draft.setTime(record['timestamp'], 'timestamp');
  draft.replace('value', record['value'], 'value');
  draft.replace('currency', record['currency_code'], 'currency_code');
  draft.put('source', SOURCES.get(record['source']), 'source');
  draft.consent.read(ext, 'ext.');
  draft.set('test', ext['test'], 'ext.test');
}

function readType(record: JsonObject): string {
  const given = readText(record, 'event_type', 'event_type');
  if (given === undefined) throw missing('event_type', 'one of the event types of ECAPI 1.0');
  const type = given.trim().toLowerCase();
  if (EVENT_TYPES.includes(type)) return type;
  const message =
    `is ${quote(given)}; expected one of the event types of ECAPI 1.0, or custom with ` +
    'custom_event';
  throw new FieldProblem('invalid_enum', 'event_type', message);
}

function putPerson(draft: Draft, user: JsonObject): void {
  draft.set('userId', user['customer_identifier'], 'user_data.customer_identifier');
  for (const [list, name] of [
    ['email_address', 'email'],
    ['phone_numbers', 'phone'],
  ] as const) {
    const [first] = Array.isArray(user[list]) ? (user[list] as unknown[]) : [user[list]];
    draft.put(name, first, `user_data.${list}[0]`);
  }
  const [address] = Array.isArray(user['address'])
    ? (user['address'] as unknown[])
    : [user['address']];
  if (isJsonObject(address)) putAddress(draft, address);
  for (const [name, field] of [
    ['event_ip_address', 'ip'],
    ['event_user_agent', 'user_agent'],
    ['ifa', 'maid'],
  ] as const) {
    draft.put(field, user[name], `user_data.${name}`);
  }
  draft.consent.read(user, 'user_data.');
  // For measurement only: the networks' nearest word is that the use of the data is limited.
  draft.consent.limit(user['mmt_only'], 'user_data.mmt_only');
  putPartnerIds(draft, user);
}

/** Ids of partners, by the words in their source. */
function putPartnerIds(draft: Draft, user: JsonObject): void {
  for (const [index, uid] of (Array.isArray(user['uids'])
    ? (user['uids'] as unknown[])
    : []
  ).entries()) {
    const source =
      isJsonObject(uid) && typeof uid['source'] === 'string' ? uid['source'].toLowerCase() : '';
    const field = /liveramp|ramp/.test(source)
      ? 'ramp_id'
      : /amazon|match/.test(source)
        ? 'match_id'
        : undefined;
    if (field !== undefined)
      draft.put(field, (uid as JsonObject)['id'], `user_data.uids[${index}].id`);
  }
}

function putAddress(draft: Draft, address: JsonObject): void {
  const path = 'user_data.address[0].';
  for (const [name, field] of [
    ['first_name', 'first_name'],
    ['last_name', 'last_name'],
    ['street', 'address'],
    ['city', 'city'],
    ['state', 'state'],
    ['postal_code', 'postal_code'],
    ['country_code', 'country'],
  ] as const) {
    const value = address[name];
    if (field === 'country' && typeof value === 'string' && readHash(value) !== undefined) {
      const message = 'is hashed, but ECAPI 1.0 has it in plain text; the country is unknown';
      draft.warn({ code: 'unusable_field', field: 'user_data.address.country_code', message });
    } else {
      draft.put(field, value, path + name);
    }
  }
}

function putClick(draft: Draft, user: JsonObject, properties: JsonObject, ext: JsonObject): void {
  for (const field of CLICK_FIELDS) draft.put(field, ext[field], `ext.${field}`);
  const network = typeof ext['network'] === 'string' ? ext['network'].toLowerCase() : '';
  const field = CLICK_ID_FIELDS.get(network);
  if (field !== undefined) {
    draft.put(field, user['click_id'], 'user_data.click_id');
  } else if (isPresent(user['click_id'])) {
    const message = 'does not name the network of the click; set ext.network to use it';
    draft.warn({ code: 'unusable_field', field: 'user_data.click_id', message });
  }
  draft.putQuery(properties['page_url'], 'properties.page_url');
  draft.put('page_referrer', properties['referrer'], 'properties.referrer');
}

function putItems(draft: Draft, properties: JsonObject): void {
  draft.putItem(properties['items'], { id: ['id'], name: ['name'] }, 'properties.items');
}
