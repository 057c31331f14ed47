import { amountOf } from '../amount.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import { postJson } from '../json-post.js';
import { quoteJson } from '../json-text.js';
import type { Connection, DefinedChannel, Limits, Outgoing, Skip } from '../network.js';
import { classifyAppLovinAnswer } from './classify.js';
import { checkAppLovinPayload } from './feasibility.js';
import { isBare, needsItems, ONE_NAME } from './mapping.js';
import { isAppLovinPayload, type AppLovinPayload } from './payload.js';
import { ORIGIN } from './pixel.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const LIMITS: Limits = {
  /** "Maximum batch size is 100." */
  maxEvents: 100,
  /** No limit is documented. */
  maxBytes: 1_000_000,
  /** No pace is documented (docs/reference/applovin.md#request). */
  requestsPerSecond: 10,
  /** Not documented; `event_time` is "the current" time (#window). */
  windowMs: 7 * DAY_MS,
  /** AppLovin documents none; 5 minutes allow for clock differences. */
  futureMs: 5 * 60 * 1000,
  /** Not documented: the shortest that any network has (#dedupe). */
  dedupeWindowMs: DAY_MS,
};

/** The Conversion API: `POST /v1/event?pixel_id=…` (docs/reference/applovin.md#request). */
export function openAppLovin({ account }: Connection): DefinedChannel<AppLovinPayload> {
  const url = `${ORIGIN}/v1/event?pixel_id=${encodeURIComponent(account)}`;
  return defineChannel(TYPES, {
    network: 'applovin',
    account,
    limits: LIMITS,
    check: checkAppLovinPayload,
    renderEvent,
    // The key stands alone in the header, without the word Bearer.
    request: (events, _items, accessToken) =>
      postJson(url, `{"events":[${events}]}`, { Authorization: accessToken }),
    classify: (items, answer) => classifyAppLovinAnswer(items.length, answer),
  });
}

const TYPES = {
  isPayload: isAppLovinPayload,
  isMapping: isTextMapping,
  wrongMapping: { reason: 'unmapped_goal', message: ONE_NAME } satisfies Skip,
};

function renderEvent({ postback, mapping }: Outgoing<AppLovinPayload, string>): string {
  const payload = postback.facts;
  const user = { ...payload.user, esi: payload.isApp ? 'app' : 'web' };
  return (
    `{"name":${quoteJson(mapping)},"event_time":${postback.eventTimeMs}` +
    `,"event_source_url":${quoteJson(payload.pageUrl ?? '')}` +
    `,"dedupe_id":${quoteJson(postback.dedupeId)}` +
    `,"data":${isBare(mapping) ? 'null' : renderData(payload, mapping, postback.dedupeId)}` +
    `,"user_data":${JSON.stringify(user)}}`
  );
}

/** Money is a number, digit for digit. */
function renderData(payload: AppLovinPayload, mapping: string, dedupeId: string): string {
  const fields: string[] = [];
  const amount = amountOf(payload);
  if (amount) fields.push(`"currency":"${amount.currency}","value":${amount.value}`);
  // A purchase has to have an id of its own: the postback's, where the event has none.
  if (mapping === 'purchase')
    fields.push(`"transaction_id":${quoteJson(payload.orderId ?? dedupeId)}`);
  if (needsItems(mapping)) fields.push(`"items":[${renderItem(payload)}]`);
  return `{${fields.join(',')}}`;
}

function renderItem(payload: AppLovinPayload): string {
  const { itemId, itemName, quantity = 1 } = payload;
  const text = JSON.stringify({ item_id: itemId, item_name: itemName, quantity });
  const amount = amountOf(payload);
  // The price is that of one: it is known where one was sold.
  return quantity === 1 && amount ? `${text.slice(0, -1)},"price":${amount.value}}` : text;
}
