import type { Settings } from '../../config/settings.js';
import { formatTimestamp } from '../../events/timestamp.js';
import type { HttpRequest } from '../../http/http.js';
import type { Channel, Connection, Outgoing, Skip } from '../network.js';
import { classifyAnswer } from './classify.js';
import type { AmazonFacts } from './facts.js';
import { boundJsonBytes, quoteJson } from '../json-text.js';
import { boundMatchKeysBytes, hasMatchKey, renderMatchKeys } from './match-keys-json.js';
import { CAPI_V1_CURRENCIES, checkMoney, moneyOf } from './money.js';
import {
  DENIED,
  FUTURE_MS,
  MAX_BYTES,
  NO_COUNTRY,
  noMatchKey,
  REQUESTS_PER_SECOND,
  WRONG_MAPPING,
} from './shared-rules.js';
import { readTarget } from './target.js';

/** 100 events a request (specification of the DSP Conversions API). */
const MAX_EVENTS = 100;
/** 1 to 9 match keys an event; the type MATCH_ID is not known here. */
const MAX_MATCH_KEYS = 9;
const NOT_TAKEN = 'MATCH_ID';
/** "No more than 7 days old at the time of import." */
const WINDOW_MS = 7 * 24 * 60 * 60 * 1000;
const MEDIA_TYPE = 'application/vnd.dspconversioneventimport.v1+json';
/** Items of the answer are counted from 1. */
const INDEX_BASE = 1;

/**
 * CAPI v1, the "DSP Conversions API": `POST /accounts/{account}/dsp/conversionDefinitions/eventData`, by conversion
 * definition id (amazon-api.md section 1.1). It knows no consent, no click id and no MATCH_ID.
 * @throws AuthError when the connection lacks its region or client id.
 */
export function openCapiV1(connection: Connection, settings: Settings): Channel {
  const target = readTarget(connection);
  const unsupportedCurrency = settings['amazon.unsupportedCurrency'];
  const url = `${target.origin}/accounts/${encodeURIComponent(target.account)}/dsp/conversionDefinitions/eventData`;
  const headers: Record<string, string> = {
    'Content-Type': MEDIA_TYPE,
    Accept: MEDIA_TYPE,
    'Amazon-Advertising-API-ClientId': target.clientId,
    ...(target.profileId ? { 'Amazon-Advertising-API-Scope': target.profileId } : {}),
    'Amazon-Ads-AccountId': target.account,
  };
  return {
    network: 'amazon',
    account: target.account,
    limits: {
      maxEvents: MAX_EVENTS,
      maxBytes: MAX_BYTES,
      requestsPerSecond: REQUESTS_PER_SECOND,
      windowMs: WINDOW_MS,
      futureMs: FUTURE_MS,
    },
    check: (facts, mapping) =>
      typeof mapping === 'string' ? checkFacts(facts as AmazonFacts, unsupportedCurrency) : WRONG_MAPPING,
    sizeOf: boundEventBytes,
    request: (items, accessToken): HttpRequest => ({
      method: 'POST',
      url,
      headers: { ...headers, Authorization: `Bearer ${accessToken}` },
      body: `{"source":"SERVER_TO_SERVER","eventData":[${items.map(renderEvent).join(',')}]}`,
    }),
    classify: (items, answer) => classifyAnswer(items.length, answer, INDEX_BASE),
  };
}

function checkFacts(facts: AmazonFacts, unsupportedCurrency: 'skip' | 'count'): Skip | undefined {
  if (facts.denied) return DENIED;
  if (!hasMatchKey(facts.keys, NOT_TAKEN)) return noMatchKey(facts);
  if (facts.country === undefined) return NO_COUNTRY;
  return facts.purchase ? checkMoney(facts, CAPI_V1_CURRENCIES, unsupportedCurrency) : undefined;
}

function renderEvent({ postback, mapping }: Outgoing): string {
  const facts = postback.facts as AmazonFacts;
  let text =
    `{"conversionDefinitionId":"${mapping as string}","name":${quoteJson(postback.goalName)}` +
    `,"timestamp":"${toTimestamp(postback.eventTimeMs)}","countryCode":"${facts.country}"` +
    `,"matchKeys":${renderMatchKeys(facts.keys, MAX_MATCH_KEYS, NOT_TAKEN)}` +
    `,"clientDedupeId":${quoteJson(postback.dedupeId)}`;
  if (facts.purchase) {
    const money = moneyOf(facts, CAPI_V1_CURRENCIES);
    if (money) text += `,"value":${money.value},"currencyCode":"${money.currency}"`;
    if (facts.units !== undefined) text += `,"unitsSold":${facts.units}`;
  }
  if (facts.limitedDataUse) text += ',"dataProcessingOptions":"LIMITED_DATA_USE"';
  return `${text}}`;
}

/** `YYYY-MM-DDThh:mm:ssTZD`: whole seconds, as the specification writes it. */
function toTimestamp(timeMs: number): string {
  return `${formatTimestamp(timeMs).slice(0, 19)}Z`;
}

/** The envelope, every name and bracket, and the longest of each number, code and date. */
const FIXED_BYTES = 420;

function boundEventBytes({ postback }: Outgoing): number {
  const facts = postback.facts as AmazonFacts;
  return (
    FIXED_BYTES +
    boundJsonBytes(postback.goalName) +
    boundJsonBytes(postback.dedupeId) +
    boundMatchKeysBytes(facts.keys)
  );
}
