import { amountOf, checkAmount } from '../amount.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import { bearer, postJson } from '../json-post.js';
import { quoteJson } from '../json-text.js';
import type { Connection, DefinedChannel, Limits, Outgoing, Skip } from '../network.js';
import { eventsUrl } from './account.js';
import { classifyPinterestAnswer } from './classify.js';
import { ONE_NAME } from './mapping.js';
import { isPinterestPayload, type PinterestPayload } from './payload.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const LIMITS: Limits = {
  /** docs/reference/pinterest.md#request. */
  maxEvents: 1000,
  /** What a partner batches at. */
  maxBytes: 2_000_000,
  /**
   * 5,000 calls a minute for an ad account are 83 a second; this leaves room for other programs.
   */
  requestsPerSecond: 50,
  /** Not documented: the shortest window of the other networks (#window). */
  windowMs: 7 * DAY_MS,
  /** Pinterest documents none; 5 minutes allow for clock differences. */
  futureMs: 5 * 60 * 1000,
  /** Not documented: the shortest that any network has (#dedupe). */
  dedupeWindowMs: DAY_MS,
};

const NO_CLICK: Skip = {
  reason: 'no_click_id',
  message: 'the event has no Pinterest click id (epik)',
};
const NO_MATCH_KEY: Skip = {
  reason: 'no_match_key',
  message:
    'Pinterest requires an email address, a mobile advertising id, or IP address and user agent; ' +
    'the event has none of them',
};
const NO_SYSTEM: Skip = {
  reason: 'incomplete_event',
  field: 'source',
  message: 'the event does not say whether the app runs on ios or android, as Pinterest requires',
};

/**
 * The Conversions API: `POST /v5/ad_accounts/{id}/events` (docs/reference/pinterest.md#request).
 */
export function openPinterest({ account }: Connection): DefinedChannel<PinterestPayload> {
  return defineChannel(TYPES, {
    network: 'pinterest',
    account,
    limits: LIMITS,
    testMode: true,
    check: checkPayload,
    renderEvent,
    request: (events, items, accessToken) =>
      postJson(
        eventsUrl(account, items[0]?.postback.test === true),
        `{"data":[${events}]}`,
        bearer(accessToken),
      ),
    classify: (items, answer) => classifyPinterestAnswer(items.length, answer),
  });
}

const TYPES = {
  isPayload: isPinterestPayload,
  isMapping: isTextMapping,
  wrongMapping: { reason: 'unmapped_goal', message: ONE_NAME } satisfies Skip,
};

function checkPayload(payload: PinterestPayload): Skip | undefined {
  const { user } = payload;
  if (user.click_id === undefined) return NO_CLICK;
  const isKnown =
    user.em !== undefined ||
    user.hashed_maids !== undefined ||
    (user.client_ip_address !== undefined && user.client_user_agent !== undefined);
  if (!isKnown) return NO_MATCH_KEY;
  return payload.source === undefined ? NO_SYSTEM : checkAmount(payload, 'Pinterest');
}

function renderEvent({ postback, mapping }: Outgoing<PinterestPayload, string>): string {
  const payload = postback.facts;
  let text =
    `{"event_name":${quoteJson(mapping)},"action_source":"${payload.source ?? 'web'}"` +
    `,"event_time":${Math.floor(postback.eventTimeMs / 1000)}` +
    `,"event_id":${quoteJson(postback.dedupeId)}`;
  if (payload.pageUrl !== undefined) text += `,"event_source_url":${quoteJson(payload.pageUrl)}`;
  if (payload.limited) text += ',"opt_out":true';
  return `${text},"user_data":${renderUser(payload)}${renderCustomData(payload)}}`;
}

/** Everything that is hashed is a list. */
function renderUser({ user }: PinterestPayload): string {
  const { client_ip_address: ip, client_user_agent: agent, click_id: click, ...hashed } = user;
  const lists = Object.entries(hashed).map(([name, hash]) => `"${name}":["${hash}"]`);
  const plain = [
    ...(ip === undefined ? [] : [`"client_ip_address":${quoteJson(ip)}`]),
    ...(agent === undefined ? [] : [`"client_user_agent":${quoteJson(agent)}`]),
    ...(click === undefined ? [] : [`"click_id":${quoteJson(click)}`]),
  ];
  return `{${[...lists, ...plain].join(',')}}`;
}

/** Money is text, digit for digit. */
function renderCustomData(payload: PinterestPayload): string {
  const { itemId, itemName, quantity, orderId } = payload;
  const fields: string[] = [];
  const amount = amountOf(payload);
  if (amount) fields.push(`"currency":"${amount.currency}","value":"${amount.value}"`);
  if (itemId !== undefined) {
    const content = { id: itemId, item_name: itemName, quantity };
    fields.push(`"content_ids":[${quoteJson(itemId)}],"contents":[${JSON.stringify(content)}]`);
  }
  if (quantity !== undefined) fields.push(`"num_items":${quantity}`);
  if (orderId !== undefined) fields.push(`"order_id":${quoteJson(orderId)}`);
  if (payload.limited) fields.push('"opt_out_type":"LDP"');
  return fields.length === 0 ? '' : `,"custom_data":{${fields.join(',')}}`;
}
