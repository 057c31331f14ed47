import { amountOf } from '../amount.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import { postJson } from '../json-post.js';
import { quoteJson } from '../json-text.js';
import type { Connection, DefinedChannel, Limits, Outgoing, Skip } from '../network.js';
import { eventsUrl } from './asset.js';
import { classifySnapchatAnswer } from './classify.js';
import { checkSnapchatPayload } from './feasibility.js';
import { ONE_NAME } from './mapping.js';
import { isSnapchatPayload, type SnapchatPayload } from './payload.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const LIMITS: Limits = {
  /** docs/reference/snapchat.md#request. */
  maxEvents: 2000,
  /** No limit is documented. */
  maxBytes: 2_000_000,
  /** No pace is documented. */
  requestsPerSecond: 10,
  /** "Events can have a date (timestamp) of maximum 37 days back" (#window). */
  windowMs: 37 * DAY_MS,
  /** Snapchat documents none; 5 minutes allow for clock differences. */
  futureMs: 5 * 60 * 1000,
  /** Not documented for version 3: the shortest window of the other networks (#dedupe). */
  dedupeWindowMs: 2 * DAY_MS,
};

/** Positions of `extinfo`, of which only the version of the data is known (#app-events). */
const EXTINFO_LENGTH = 16;

/**
 * The Conversions API v3: `POST /v3/{pixel or app}/events` (docs/reference/snapchat.md#request).
 */
export function openSnapchat({
  account,
  api = 'pixel',
}: Connection): DefinedChannel<SnapchatPayload> {
  return defineChannel(TYPES, {
    network: 'snapchat',
    account,
    limits: LIMITS,
    testMode: true,
    check: (payload, mapping) => checkSnapchatPayload(payload, mapping, api),
    renderEvent,
    request: (events, items, accessToken) =>
      postJson(
        eventsUrl(account, items[0]?.postback.test === true, accessToken),
        `{"data":[${events}]}`,
      ),
    classify: (items, answer) => classifySnapchatAnswer(items.length, answer),
  });
}

const TYPES = {
  isPayload: isSnapchatPayload,
  isMapping: isTextMapping,
  wrongMapping: { reason: 'unmapped_goal', message: ONE_NAME } satisfies Skip,
};

function renderEvent({ postback, mapping }: Outgoing<SnapchatPayload, string>): string {
  const payload = postback.facts;
  let text =
    `{"event_name":${quoteJson(mapping)},"event_time":${Math.floor(postback.eventTimeMs / 1000)}` +
    `,"event_id":${quoteJson(postback.dedupeId)},"action_source":"${payload.source}"`;
  if (payload.pageUrl !== undefined) text += `,"event_source_url":${quoteJson(payload.pageUrl)}`;
  if (payload.system !== undefined) text += `,"app_data":${renderApp(payload.system)}`;
  return `${text},"user_data":${renderUser(payload)}${renderCustomData(payload)}}`;
}

/** Email address and phone number are lists, as in Snapchat's own example. */
function renderUser({ user }: SnapchatPayload): string {
  const { em, ph, ...rest } = user;
  return JSON.stringify({ ...(em && { em: [em] }), ...(ph && { ph: [ph] }), ...rest });
}

function renderApp(system: 'ios' | 'android'): string {
  const extinfo = new Array<string>(EXTINFO_LENGTH).fill('');
  extinfo[0] = system === 'ios' ? 'i2' : 'a2';
  // Permission to track is not known of any event, so that none is claimed.
  return JSON.stringify({ advertiser_tracking_enabled: 0, extinfo });
}

/** Money is text in Snapchat's own example, digit for digit. */
function renderCustomData(payload: SnapchatPayload): string {
  const { itemId, quantity, orderId } = payload;
  const fields: string[] = [];
  const amount = amountOf(payload);
  if (amount) fields.push(`"currency":"${amount.currency}","value":"${amount.value}"`);
  if (orderId !== undefined) fields.push(`"order_id":${quoteJson(orderId)}`);
  if (itemId !== undefined) fields.push(`"content_ids":[${quoteJson(itemId)}]`);
  if (quantity !== undefined) fields.push(`"num_items":${quantity}`);
  return fields.length === 0 ? '' : `,"custom_data":{${fields.join(',')}}`;
}
