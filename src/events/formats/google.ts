import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import { readAnswer } from '../consent-words.js';
import type { ConversionEvent } from '../conversion-event.js';
import { Draft } from '../draft.js';
import { isPresent, readSideObject } from '../field-values.js';
import { elementsOf } from '../scalars.js';
import type { Warn } from '../warnings.js';

/**
 * Reads one conversion of an upload for Google: Data Manager events, click conversions of the Ads
 * API, and the lines of Tentacles for click conversions, Campaign Manager and Search Ads. Field
 * names are in camel case as in JSON, or in snake case as in Google's client libraries. @throws
 * FieldProblem
 */
export function readGoogle(given: JsonObject, warn: Warn): ConversionEvent {
  const record = inCamelCase(given);
  const draft = new Draft({ properties: record, prefix: '', warn });
  draft.set('type', 'track', '');
  draft.setName(record['eventName'], 'eventName');
  if (!isPresent(record['eventName'])) {
    draft.setName('purchase', '');
    draft.warn({
      code: 'assumed_event',
      field: 'eventName',
      message: 'is missing; read as purchase',
    });
  }
  for (const name of TIMES) draft.setTime(record[name], name);
  for (const name of ['transactionId', 'orderId', 'conversionId']) {
    draft.set('messageId', record[name], name);
    draft.put('transaction_id', record[name], name);
  }
  draft.setDerivedId(['google', given], 'transactionId');
  draft.put('value', record['conversionValue'], 'conversionValue');
  if (!draft.has('value')) draft.replaceByMicros('value', record['revenueMicros'], 'revenueMicros');
  draft.put('currency', record['currencyCode'], 'currencyCode');
  draft.put('source', SOURCES.get(String(record['eventSource']).toUpperCase()), 'eventSource');
  draft.set('userId', record['userId'], 'userId');
  draft.set('anonymousId', record['clientId'], 'clientId');
  draft.putItem(
    readSideObject(record, 'cartData', 'cartData', warn)['items'],
    CART_ITEM,
    'cartData.items',
  );
  putClick(draft, record);
  putPerson(draft, record);
  putConsent(draft, readSideObject(record, 'consent', 'consent', warn));
  return draft.toEvent({ mayBeNobody: true });
}

/** Times in the order of preference; micros and milliseconds tell themselves apart. */
const TIMES = [
  'timestamp',
  'eventTimestamp',
  'conversionDateTime',
  'timestampMicros',
  'conversionTimestamp',
];
const CART_ITEM = { id: ['productId', 'merchantProductId', 'itemId'], name: [] };

const SOURCES = new Map([
  ['WEB', 'website'],
  ['APP', 'app'],
  ['IN_STORE', 'offline'],
  ['PHONE', 'offline'],
]);

/** Objects of Google's bodies whose fields are read. */
const CAMEL_OBJECTS: ReadonlySet<string> = new Set([
  'adIdentifiers',
  'address',
  'addressInfo',
  'cartData',
  'consent',
  'items',
  'userData',
  'userIdentifiers',
]);

/**
 * A record with its own names in camel case. Fields by our names (`transaction_id`, `ad_user_data`)
 * are kept as well, because goals filter by them.
 */
function inCamelCase(record: JsonObject): JsonObject {
  let camel: JsonObject = record;
  for (const key in record) {
    const name = key.includes('_') ? toCamelCase(key) : key;
    const value = CAMEL_OBJECTS.has(name) ? inCamelCaseWithin(record[key]) : record[key];
    if (name === key && value === record[key]) continue;
    if (camel === record) camel = { ...record };
    if (!isPresent(record[name]) || name === key) camel[name] = value;
  }
  return camel;
}

function inCamelCaseWithin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCaseWithin);
  return isJsonObject(value) ? inCamelCase(value) : value;
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function putClick(draft: Draft, record: JsonObject): void {
  const ads = readSideObject(record, 'adIdentifiers', 'adIdentifiers', draft.warn);
  for (const name of ['gclid', 'gbraid', 'wbraid', 'dclid'] as const) {
    draft.put(name, ads[name], `adIdentifiers.${name}`);
  }
  // Search Ads 360 has the Google click id in it.
  draft.put('gclid', record['clickId'], 'clickId');
  draft.put('maid', record['mobileDeviceId'], 'mobileDeviceId');
  draft.put('maid', ads['mobileDeviceId'], 'adIdentifiers.mobileDeviceId');
}

const CONTACTS = [
  ['emailAddress', 'email'],
  ['hashedEmail', 'email'],
  ['phoneNumber', 'phone'],
  ['hashedPhoneNumber', 'phone'],
] as const;
const ADDRESS = [
  ['givenName', 'first_name'],
  ['familyName', 'last_name'],
  ['postalCode', 'postal_code'],
  ['regionCode', 'country'],
] as const;
/**
 * The Ads API's own names
 * (https://developers.google.com/google-ads/api/reference/rpc/v21/OfflineUserAddressInfo).
 */
const ADDRESS_INFO = [
  ['hashedFirstName', 'first_name'],
  ['hashedLastName', 'last_name'],
  ['hashedStreetAddress', 'address'],
  ['city', 'city'],
  ['state', 'state'],
  ['postalCode', 'postal_code'],
  ['countryCode', 'country'],
] as const;

function putPerson(draft: Draft, record: JsonObject): void {
  // Uses the first value of each list.
  for (const [list, field] of [
    ['emails', 'email'],
    ['phoneNumbers', 'phone'],
  ] as const) {
    if (Array.isArray(record[list])) draft.put(field, (record[list] as unknown[])[0], `${list}[0]`);
  }
  const { userIdentifiers: nested } = readSideObject(record, 'userData', 'userData', draft.warn);
  for (const identifier of [...elementsOf(nested), ...elementsOf(record['userIdentifiers'])]) {
    if (!isJsonObject(identifier)) continue;
    putFields(draft, identifier, CONTACTS, 'userIdentifiers.');
    putFields(draft, identifier['address'], ADDRESS, 'userIdentifiers.address.');
    putFields(draft, identifier['addressInfo'], ADDRESS_INFO, 'userIdentifiers.addressInfo.');
  }
}

function putFields(
  draft: Draft,
  from: unknown,
  fields: readonly (readonly [name: string, field: string])[],
  path: string,
): void {
  if (!isJsonObject(from)) return;
  for (const [name, field] of fields) draft.put(field, from[name], path + name);
}

/**
 * The answer about user data decides the level, because the file contains conversions for Google.
 */
function putConsent({ consent }: Draft, given: JsonObject): void {
  consent.read(given, 'consent.');
  const userData = readAnswer(given['adUserData'] ?? given['ad_user_data']);
  if (userData !== 'granted' && userData !== 'denied') return;
  const says = `ad_user_data ${userData}`;
  consent.state({ level: userData === 'granted' ? 'full' : 'none', says }, 'consent.adUserData');
}
