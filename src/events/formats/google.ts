import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import type { ConsentLevel, ConversionEvent } from '../conversion-event.js';
import { deriveId, Draft } from '../draft.js';
import { joinDateTime, readEpoch } from '../epoch.js';
import { toDecimalText } from '../decimal-text.js';
import { isPresent, readObject } from '../field-values.js';
import type { Warn } from '../warnings.js';

/**
 * Reads one conversion of an upload file for Google: Data Manager events, or the lines of Tentacles for click
 * conversions, Campaign Manager and Search Ads (event-formats.md section 7). @throws FieldProblem
 */
export function readGoogle(record: JsonObject, warn: Warn): ConversionEvent {
  const draft = new Draft({ properties: record, prefix: '', warn });
  draft.set('type', 'track', '');
  draft.setName(record['eventName'], 'eventName');
  if (!isPresent(record['eventName'])) {
    draft.setName('purchase', '');
    draft.warn({ code: 'assumed_event', field: 'eventName', message: 'is missing; taken as purchase' });
  }
  putTime(draft, record);
  for (const name of ['transactionId', 'orderId', 'conversionId']) {
    draft.set('messageId', record[name], name);
    draft.put('transaction_id', record[name], name);
  }
  if (!['transactionId', 'orderId', 'conversionId'].some((name) => isPresent(record[name]))) {
    draft.set('messageId', deriveId(['google', record]), 'transactionId');
    draft.warn({ code: 'derived_id', field: 'transactionId', message: 'is missing; made of the whole record instead' });
  }
  draft.put('value', record['conversionValue'], 'conversionValue');
  draft.put('value', fromMicros(record['revenueMicros']), 'revenueMicros');
  draft.put('currency', record['currencyCode'], 'currencyCode');
  draft.put('source', SOURCES.get(String(record['eventSource']).toUpperCase()), 'eventSource');
  draft.set('userId', record['userId'], 'userId');
  draft.set('anonymousId', record['clientId'], 'clientId');
  putClick(draft, record);
  putPerson(draft, record);
  putConsent(draft, readObject(record, 'consent', 'consent'));
  return draft.toEvent({ mayBeNobody: true });
}

const SOURCES = new Map([
  ['WEB', 'website'],
  ['APP', 'app'],
  ['IN_STORE', 'offline'],
  ['PHONE', 'offline'],
]);

function putTime(draft: Draft, record: JsonObject): void {
  for (const name of ['timestamp', 'eventTimestamp', 'conversionDateTime']) {
    draft.set('eventTimestamp', joinDateTime(record[name]), name);
  }
  const micros = readEpoch(record['timestampMicros'], 'microseconds', 'timestampMicros');
  draft.set('eventTimestamp', micros, 'timestampMicros');
  const millis = readEpoch(record['conversionTimestamp'], 'milliseconds', 'conversionTimestamp');
  draft.set('eventTimestamp', millis, 'conversionTimestamp');
}

function putClick(draft: Draft, record: JsonObject): void {
  const ads = readObject(record, 'adIdentifiers', 'adIdentifiers');
  for (const name of ['gclid', 'gbraid', 'wbraid', 'dclid'] as const) {
    draft.put(name, ads[name], `adIdentifiers.${name}`);
  }
  // Search Ads 360 has the Google click id in it.
  draft.put('gclid', record['clickId'], 'clickId');
}

function putPerson(draft: Draft, record: JsonObject): void {
  const { userIdentifiers: nested } = readObject(record, 'userData', 'userData');
  const identifiers = [nested, record['userIdentifiers']].flatMap((list): unknown[] =>
    Array.isArray(list) ? list : [],
  );
  const lists = [
    ['emails', 'email'],
    ['phoneNumbers', 'phone'],
  ] as const;
  // One of each is used: the first that is given.
  for (const [list, field] of lists) {
    if (Array.isArray(record[list])) draft.put(field, (record[list] as unknown[])[0], `${list}[0]`);
  }
  for (const identifier of identifiers) {
    if (!isJsonObject(identifier)) continue;
    for (const [name, field] of [
      ['emailAddress', 'email'],
      ['hashedEmail', 'email'],
      ['phoneNumber', 'phone'],
      ['hashedPhoneNumber', 'phone'],
    ] as const) {
      draft.put(field, identifier[name], `userIdentifiers.${name}`);
    }
    const { address } = identifier;
    if (!isJsonObject(address)) continue;
    for (const [name, field] of [
      ['givenName', 'first_name'],
      ['familyName', 'last_name'],
      ['postalCode', 'postal_code'],
      ['regionCode', 'country'],
    ] as const) {
      draft.put(field, address[name], `userIdentifiers.address.${name}`);
    }
  }
}

/** Google's words, as Data Manager (`CONSENT_GRANTED`) and the Ads API (`GRANTED`) write them. */
function putConsent(draft: Draft, consent: JsonObject): void {
  const word = (value: unknown): string | undefined => /^(?:CONSENT_)?(GRANTED|DENIED)$/.exec(String(value))?.[1];
  const userData = word(consent['adUserData']);
  draft.put('ad_user_data', userData, 'consent.adUserData');
  draft.put('ad_personalization', word(consent['adPersonalization']), 'consent.adPersonalization');
  const levels: Readonly<Record<string, ConsentLevel>> = { GRANTED: 'full', DENIED: 'none' };
  if (userData !== undefined) draft.set('consentLevel', levels[userData], 'consent.adUserData');
}

/** Micros of money as decimal text; what is no whole number is told by the reader of `value`. */
function fromMicros(micros: unknown): unknown {
  const digits = typeof micros === 'number' ? String(micros) : micros;
  if (typeof digits !== 'string' || !/^\d+$/.test(digits)) return digits;
  return toDecimalText(`${digits}e-6`)?.replace(/\.?0+$/, '');
}
