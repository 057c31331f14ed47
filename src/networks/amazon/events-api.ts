import type { Settings } from '../../config/settings.js';
import { formatTimestamp } from '../../events/timestamp.js';
import type { EventDescription } from '../../goals/goal.js';
import type { HttpRequest } from '../../http/http.js';
import type { Channel, Connection, Outgoing, Skip } from '../network.js';
import { classifyAnswer } from './classify.js';
import { needsConsentSignal } from './consent.js';
import type { AmazonFacts } from './facts.js';
import { boundJsonBytes, quoteJson } from '../json-text.js';
import { PURCHASE_TYPE } from './mapping.js';
import { boundMatchKeysBytes, hasMatchKey, renderMatchKeys } from './match-keys-json.js';
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

/** 500 events a request and 1 to 15 match keys an event (specification of the Ads API v1, CreateEvent). */
const MAX_EVENTS = 500;
const MAX_MATCH_KEYS = 15;
/** `unitsSold` is an int32 here. */
const MAX_UNITS = 2_147_483_647;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Items of the answer are counted from 0. */
const INDEX_BASE = 0;

/**
 * The Events API: `POST /adsApi/v1/create/events`, by name, conversion type and source (amazon-api.md section 1.2). Its
 * window is the setting `amazon.eventsApiWindowDays`.
 * @throws AuthError when the connection lacks its region or client id.
 */
export function openEventsApi(connection: Connection, settings: Settings): Channel {
  const target = readTarget(connection);
  const unsupportedCurrency = settings['amazon.unsupportedCurrency'];
  const url = `${target.origin}/adsApi/v1/create/events`;
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    Accept: 'application/json',
    'Amazon-Ads-ClientId': target.clientId,
    'Amazon-Ads-AccountId': target.account,
  };
  return {
    network: 'amazon',
    account: target.account,
    limits: {
      maxEvents: MAX_EVENTS,
      maxBytes: MAX_BYTES,
      requestsPerSecond: REQUESTS_PER_SECOND,
      windowMs: settings['amazon.eventsApiWindowDays'] * DAY_MS,
      futureMs: FUTURE_MS,
    },
    check: (facts, mapping) =>
      typeof mapping === 'string'
        ? WRONG_MAPPING
        : checkFacts(facts as AmazonFacts, mapping, target.region, unsupportedCurrency),
    sizeOf: boundEventBytes,
    request: (items, accessToken): HttpRequest => ({
      method: 'POST',
      url,
      headers: { ...headers, Authorization: `Bearer ${accessToken}` },
      body: `{"events":[${items.map(renderEvent).join(',')}]}`,
    }),
    classify: (items, answer) => classifyAnswer(items.length, answer, INDEX_BASE),
  };
}

function checkFacts(
  facts: AmazonFacts,
  mapping: EventDescription,
  region: Region,
  unsupportedCurrency: 'skip' | 'count',
): Skip | undefined {
  if (facts.denied && !(facts.consent && 'amazonConsent' in facts.consent)) return DENIED;
  if (!hasMatchKey(facts.keys)) return noMatchKey(facts);
  if (facts.country === undefined) return NO_COUNTRY;
  const person = facts.countryByLanguage ? '' : facts.country;
  if (facts.consent === undefined && needsConsentSignal(region, person)) return consentMissing(region, person);
  return mapping.type === PURCHASE_TYPE ? checkMoney(facts, EVENTS_API_CURRENCIES, unsupportedCurrency) : undefined;
}

function renderEvent({ postback, mapping }: Outgoing): string {
  const facts = postback.facts as AmazonFacts;
  const description = mapping as EventDescription;
  let text =
    `${beginningOf(description).text}"eventTime":"${formatTimestamp(postback.eventTimeMs)}","countryCode":"${facts.country}"` +
    `,"matchKeys":${renderMatchKeys(facts.keys, MAX_MATCH_KEYS)},"eventId":${quoteJson(postback.dedupeId)}`;
  if (description.type === PURCHASE_TYPE) {
    const money = moneyOf(facts, EVENTS_API_CURRENCIES);
    if (money) text += `,"value":${money.value},"currencyCode":"${money.currency}"`;
    if (facts.units !== undefined && facts.units <= MAX_UNITS) text += `,"unitsSold":${facts.units}`;
  }
  if (facts.consent) text += `,"consent":${JSON.stringify(facts.consent)}`;
  if (facts.limitedDataUse) text += ',"dataProcessingOptions":{"options":"LIMITED_DATA_USE"}';
  if (facts.adEventKey) text += `,"amazonAdEventKey":${quoteJson(facts.adEventKey)}`;
  if (facts.aref) text += `,"arefMeasurementTokens":${quoteJson(facts.aref)}`;
  if (facts.userAgent) text += `,"deviceInfo":{"userAgent":${quoteJson(facts.userAgent)}}`;
  return `${text}}`;
}

/** How every event of a mapping begins, and the most bytes that its names take: made once. */
interface Beginning {
  text: string;
  bytes: number;
}

const BEGINNINGS = new WeakMap<EventDescription, Beginning>();

function beginningOf(description: EventDescription): Beginning {
  const known = BEGINNINGS.get(description);
  if (known !== undefined) return known;
  const { name, type, source, dataset = '' } = description;
  const bytes = boundJsonBytes(name) + boundJsonBytes(type) + boundJsonBytes(source) + boundJsonBytes(dataset);
  const made = { text: `{"eventDescription":${renderDescription(description)},`, bytes };
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

/** The envelope, every name and bracket, and the longest of each number, code and date. */
const FIXED_BYTES = 620;

function boundEventBytes({ postback, mapping }: Outgoing): number {
  const facts = postback.facts as AmazonFacts;
  let bytes =
    FIXED_BYTES +
    beginningOf(mapping as EventDescription).bytes +
    boundMatchKeysBytes(facts.keys) +
    boundJsonBytes(postback.dedupeId);
  bytes += boundJsonBytes(facts.adEventKey ?? '') + boundJsonBytes(facts.aref ?? '');
  bytes += boundJsonBytes(facts.userAgent ?? '');
  return facts.consent ? bytes + JSON.stringify(facts.consent).length : bytes;
}
