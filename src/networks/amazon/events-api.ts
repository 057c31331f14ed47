import type { Settings } from '../../config/settings.js';
import type { EventDescription, Mapping } from '../../goals/goal.js';
import { toIsoTime } from '../../iso-time.js';
import { defineChannel } from '../define-channel.js';
import type { Connection, DefinedChannel, Outgoing, Skip } from '../network.js';
import { classifyAnswer } from './classify.js';
import { needsConsentSignal } from './consent.js';
import { isAmazonPayload, type AmazonPayload } from './payload.js';
import { bearer, postJson } from '../json-post.js';
import { quoteJson } from '../json-text.js';
import { PURCHASE_TYPE } from './mapping.js';
import { hasMatchKey, renderMatchKeys } from './match-keys-json.js';
import { checkMoney, EVENTS_API_CURRENCIES, moneyOf } from './money.js';
import {
  consentMissing,
  DENIED,
  FUTURE_MS,
  MAX_BYTES,
  NO_COUNTRY,
  noMatchKey,
  REQUESTS_PER_SECOND,
  WRONG_MAPPING,
} from './shared-rules.js';
import type { Region } from './regions.js';
import { readTarget } from './target.js';

/**
 * 500 events a request and 1 to 15 match keys an event (specification of the Ads API v1,
 * CreateEvent).
 */
const MAX_EVENTS = 500;
const MAX_MATCH_KEYS = 15;
/** `unitsSold` is an int32 here. */
const MAX_UNITS = 2_147_483_647;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Items of the answer are counted from 0. */
const INDEX_BASE = 0;

/**
 * The Events API: `POST /adsApi/v1/create/events`, by name, conversion type and source
 * (docs/reference/amazon.md#events-api-events). Its window is the setting
 * `amazon.eventsApiWindowDays`.
 * @throws AuthError when the connection lacks its region or client id.
 */
export function openEventsApi(
  connection: Connection,
  settings: Settings,
): DefinedChannel<AmazonPayload> {
  const target = readTarget(connection);
  const unsupportedCurrency = settings['amazon.unsupportedCurrency'];
  const url = `${target.origin}/adsApi/v1/create/events`;
  const headers: Record<string, string> = {
    'Amazon-Ads-ClientId': target.clientId,
    'Amazon-Ads-AccountId': target.account,
  };
  return defineChannel(TYPES, {
    network: 'amazon',
    account: target.account,
    limits: {
      maxEvents: MAX_EVENTS,
      maxBytes: MAX_BYTES,
      requestsPerSecond: REQUESTS_PER_SECOND,
      windowMs: settings['amazon.eventsApiWindowDays'] * DAY_MS,
      futureMs: FUTURE_MS,
    },
    check: (payload, mapping) => checkPayload(payload, mapping, target.region, unsupportedCurrency),
    renderEvent,
    request: (events, _items, accessToken) =>
      postJson(url, `{"events":[${events}]}`, { ...headers, ...bearer(accessToken) }),
    classify: (items, answer) => classifyAnswer(items.length, answer, INDEX_BASE),
  });
}

const TYPES = { isPayload: isAmazonPayload, isMapping: isDescription, wrongMapping: WRONG_MAPPING };
type DescribedOutgoing = Outgoing<AmazonPayload, EventDescription>;

function isDescription(mapping: Mapping): mapping is EventDescription {
  return typeof mapping !== 'string';
}

function checkPayload(
  payload: AmazonPayload,
  mapping: EventDescription,
  region: Region,
  unsupportedCurrency: 'skip' | 'count',
): Skip | undefined {
  if (payload.denied && !(payload.consent && 'amazonConsent' in payload.consent)) return DENIED;
  if (!hasMatchKey(payload.keys)) return noMatchKey(payload);
  if (payload.country === undefined) return NO_COUNTRY;
  const person = payload.countryByLanguage ? '' : payload.country;
  if (payload.consent === undefined && needsConsentSignal(region, person))
    return consentMissing(region, person);
  return mapping.type === PURCHASE_TYPE
    ? checkMoney(payload, EVENTS_API_CURRENCIES, unsupportedCurrency)
    : undefined;
}

function renderEvent({ postback, mapping }: DescribedOutgoing): string {
  const payload = postback.facts;
  let text =
    `${beginningOf(mapping)}"eventTime":"${toIsoTime(postback.eventTimeMs)}","countryCode":"${payload.country}"` +
    `,"matchKeys":${renderMatchKeys(payload.keys, MAX_MATCH_KEYS)},"eventId":${quoteJson(postback.dedupeId)}`;
  if (mapping.type === PURCHASE_TYPE) {
    const money = moneyOf(payload, EVENTS_API_CURRENCIES);
    if (money) text += `,"value":${money.value},"currencyCode":"${money.currency}"`;
    if (payload.units !== undefined && payload.units <= MAX_UNITS)
      text += `,"unitsSold":${payload.units}`;
  }
  if (payload.consent) text += `,"consent":${JSON.stringify(payload.consent)}`;
  if (payload.limitedDataUse) text += ',"dataProcessingOptions":{"options":"LIMITED_DATA_USE"}';
  if (payload.adEventKey) text += `,"amazonAdEventKey":${quoteJson(payload.adEventKey)}`;
  if (payload.aref) text += `,"arefMeasurementTokens":${quoteJson(payload.aref)}`;
  if (payload.userAgent) text += `,"deviceInfo":{"userAgent":${quoteJson(payload.userAgent)}}`;
  return `${text}}`;
}

/** How every event of a mapping begins: made once. */
const BEGINNINGS = new WeakMap<EventDescription, string>();

function beginningOf(description: EventDescription): string {
  const known = BEGINNINGS.get(description);
  if (known !== undefined) return known;
  const made = `{"eventDescription":${renderDescription(description)},`;
  BEGINNINGS.set(description, made);
  return made;
}

function renderDescription({ name, type, source, dataset }: EventDescription): string {
  const dataSet = dataset === undefined ? '' : `,"dataSetName":${quoteJson(dataset)}`;
  return (
    `{"name":${quoteJson(name)},"conversionType":${quoteJson(type)},"eventSource":${quoteJson(source)}` +
    `,"eventIngestionMethod":"SERVER_TO_SERVER"${dataSet}}`
  );
}
