import type { Settings } from '../../config/settings.js';
import { toIsoTime } from '../../iso-time.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import type { Connection, DefinedChannel, Outgoing, Skip } from '../network.js';
import { classifyAnswer } from './classify.js';
import { isAmazonPayload, type AmazonPayload } from './payload.js';
import { bearer, postJson } from '../json-post.js';
import { quoteJson } from '../json-text.js';
import { hasMatchKey, renderMatchKeys } from './match-keys-json.js';
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
 * CAPI v1, the "DSP Conversions API":
 * `POST /accounts/{account}/dsp/conversionDefinitions/eventData`, by conversion definition id
 * (docs/reference/amazon.md#capi-v1-events). It knows no consent, no click id and no MATCH_ID.
 * @throws AuthError when the connection lacks its region or client id.
 */
export function openCapiV1(
  connection: Connection,
  settings: Settings,
): DefinedChannel<AmazonPayload> {
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
  return defineChannel(TYPES, {
    network: 'amazon',
    account: target.account,
    limits: {
      maxEvents: MAX_EVENTS,
      maxBytes: MAX_BYTES,
      requestsPerSecond: REQUESTS_PER_SECOND,
      windowMs: WINDOW_MS,
      futureMs: FUTURE_MS,
    },
    check: (payload) => checkPayload(payload, unsupportedCurrency),
    renderEvent,
    request: (events, _items, accessToken) =>
      postJson(url, `{"source":"SERVER_TO_SERVER","eventData":[${events}]}`, {
        ...headers,
        ...bearer(accessToken),
      }),
    classify: (items, answer) => classifyAnswer(items.length, answer, INDEX_BASE),
  });
}

const TYPES = { isPayload: isAmazonPayload, isMapping: isTextMapping, wrongMapping: WRONG_MAPPING };
type CapiOutgoing = Outgoing<AmazonPayload, string>;

function checkPayload(
  payload: AmazonPayload,
  unsupportedCurrency: 'skip' | 'count',
): Skip | undefined {
  if (payload.denied) return DENIED;
  if (!hasMatchKey(payload.keys, NOT_TAKEN)) return noMatchKey(payload);
  if (payload.country === undefined) return NO_COUNTRY;
  return payload.purchase
    ? checkMoney(payload, CAPI_V1_CURRENCIES, unsupportedCurrency)
    : undefined;
}

function renderEvent({ postback, mapping }: CapiOutgoing): string {
  const payload = postback.facts;
  let text =
    `{"conversionDefinitionId":"${mapping}","name":${quoteJson(postback.goalName)}` +
    `,"timestamp":"${toTimestamp(postback.eventTimeMs)}","countryCode":"${payload.country}"` +
    `,"matchKeys":${renderMatchKeys(payload.keys, MAX_MATCH_KEYS, NOT_TAKEN)}` +
    `,"clientDedupeId":${quoteJson(postback.dedupeId)}`;
  if (payload.purchase) {
    const money = moneyOf(payload, CAPI_V1_CURRENCIES);
    if (money) text += `,"value":${money.value},"currencyCode":"${money.currency}"`;
    if (payload.units !== undefined) text += `,"unitsSold":${payload.units}`;
  }
  if (payload.limitedDataUse) text += ',"dataProcessingOptions":"LIMITED_DATA_USE"';
  return `${text}}`;
}

/** `YYYY-MM-DDThh:mm:ssTZD`: whole seconds, as the specification writes it. */
function toTimestamp(timeMs: number): string {
  return `${toIsoTime(timeMs).slice(0, 19)}Z`;
}
