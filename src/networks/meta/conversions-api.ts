import { AuthError } from '../../errors.js';
import { amountOf } from '../amount.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import { bearer, postJson } from '../json-post.js';
import { quoteJson } from '../json-text.js';
import type { Connection, DefinedChannel, Outgoing } from '../network.js';
import { classifyMetaAnswer } from './classify.js';
import { checkMetaPayload, NO_NAME } from './feasibility.js';
import { GRAPH_URL } from './graph.js';
import { isMetaPayload, type MetaPayload } from './payload.js';

const TYPES = { isPayload: isMetaPayload, isMapping: isTextMapping, wrongMapping: NO_NAME };
type MetaOutgoing = Outgoing<MetaPayload, string>;

/** 1000 events a request (using-the-api). */
const MAX_EVENTS = 1000;
/** Maximum body size in bytes. Meta documents none; 1000 full events fit. */
const MAX_BYTES = 4_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/**
 * "If any event_time is greater than 7 days in the past, we return an error for the entire request"
 * (server-event).
 */
const WINDOW_MS = 7 * DAY_MS;
/** Window of offline events, in milliseconds. */
const STORE_WINDOW_MS = 62 * DAY_MS;
/** Not documented; RudderStack stops at a minute (docs/reference/meta.md#window). */
const FUTURE_MS = 60 * 1000;
/**
 * The same event name and event id count once within 48 hours
 * (deduplicate-pixel-and-server-events).
 */
const DEDUPE_WINDOW_MS = 2 * DAY_MS;

/**
 * The Conversions API: `POST /{pixel}/events` (docs/reference/meta.md#request). Nobody documents a
 * pace.
 * @throws AuthError when the connection names no pixel.
 */
export function openConversionsApi({ account, testCode }: Connection): DefinedChannel<MetaPayload> {
  if (!account) throw noPixel();
  const url = `${GRAPH_URL}/${encodeURIComponent(account)}/events`;
  const testPart = testCode === undefined ? '' : `,"test_event_code":${quoteJson(testCode)}`;
  return defineChannel(TYPES, {
    network: 'meta',
    account,
    limits: {
      maxEvents: MAX_EVENTS,
      maxBytes: MAX_BYTES,
      requestsPerSecond: 0,
      windowMs: STORE_WINDOW_MS,
      futureMs: FUTURE_MS,
      dedupeWindowMs: DEDUPE_WINDOW_MS,
    },
    testMode: testCode !== undefined,
    windowMsOf: (payload) => (isFromStore(payload) ? STORE_WINDOW_MS : WINDOW_MS),
    // One event that is too old makes Meta reject the whole request, so events with a longer window
    // have separate requests.
    groupOf: ({ postback }) => (isFromStore(postback.facts) ? 'physical_store' : ''),
    check: checkMetaPayload,
    renderEvent,
    request: (events, items, accessToken) =>
      postJson(
        url,
        `{"data":[${events}]${items[0]?.postback.test ? testPart : ''}}`,
        bearer(accessToken),
      ),
    classify: (items, answer) => classifyMetaAnswer(items.length, answer),
  });
}

function isFromStore({ source }: MetaPayload): boolean {
  return source === 'physical_store';
}

function renderEvent({ postback, mapping }: MetaOutgoing): string {
  const payload = postback.facts;
  let text =
    `{"event_name":${quoteJson(mapping)},"event_time":${Math.floor(postback.eventTimeMs / 1000)}` +
    `,"event_id":${quoteJson(postback.dedupeId)},"action_source":"${payload.source}"`;
  if (payload.pageUrl !== undefined) text += `,"event_source_url":${quoteJson(payload.pageUrl)}`;
  if (payload.referrer !== undefined) text += `,"referrer_url":${quoteJson(payload.referrer)}`;
  // Of attribution alone it may be told, not of delivery: what LDU means outside the states that
  // have a law for it.
  if (payload.limitedDataUse) text += `,"opt_out":true,${LIMITED_DATA_USE}`;
  return `${text},"user_data":${JSON.stringify(payload.user)}${renderCustomData(payload)}}`;
}

/** Country and state 0: Meta finds out by itself where the person is (data-processing-options). */
const LIMITED_DATA_USE =
  '"data_processing_options":["LDU"],"data_processing_options_country":0,"data_processing_options_state":0';

function renderCustomData(payload: MetaPayload): string {
  const parts: string[] = [];
  const { orderId, item } = payload;
  const amount = amountOf(payload);
  // The amount is written digit for digit.
  if (amount) parts.push(`"value":${amount.value},"currency":"${amount.currency}"`);
  if (orderId !== undefined) parts.push(`"order_id":${quoteJson(orderId)}`);
  if (item?.name !== undefined) parts.push(`"content_name":${quoteJson(item.name)}`);
  if (item?.id !== undefined) {
    const id = quoteJson(item.id);
    const contents = `[{"id":${id},"quantity":${item.quantity ?? 1}}]`;
    parts.push(`"content_type":"product","content_ids":[${id}],"contents":${contents}`);
  }
  return parts.length === 0 ? '' : `,"custom_data":{${parts.join(',')}}`;
}

function noPixel(): AuthError {
  return new AuthError('incomplete_connection', 'The Meta connection has no pixel.', {
    hint: 'Connect again. Goals and mappings are kept.',
    next: 'postback connect meta',
  });
}
