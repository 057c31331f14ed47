import { amountOf, checkAmount } from '../amount.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import { postJson } from '../json-post.js';
import { quoteJson } from '../json-text.js';
import type { Connection, DefinedChannel, Outgoing, Skip } from '../network.js';
import { TIKTOK_API } from './addresses.js';
import { classifyTikTokAnswer } from './classify.js';
import { isTikTokPayload, type TikTokPayload } from './payload.js';

/** 1000 events a request and 1000 requests a second (docs/reference/tiktok.md#request). */
const MAX_EVENTS = 1000;
const REQUESTS_PER_SECOND = 1000;
/** No size is documented; 1 MB is what a partner batches at (Tealium's TikTok Events connector). */
const MAX_BYTES = 1_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/**
 * The longest click window; nothing is documented for web events (docs/reference/tiktok.md#window).
 */
const WINDOW_MS = 28 * DAY_MS;
const FUTURE_MS = 5 * 60 * 1000;
/** "API to API and pixel to pixel 48 h" (docs/reference/tiktok.md#dedupe). */
const DEDUPE_WINDOW_MS = 2 * DAY_MS;
/** Maximum number of test events per request. TikTok's partners never batch them. */
const MAX_TEST_EVENTS = 1;

/**
 * The Events API 2.0: `POST /open_api/v1.3/event/track/` for the web events of one pixel
 * (docs/reference/tiktok.md#request). The token travels in `Access-Token`, never as a bearer token.
 */
export function openTikTokEventsApi({
  account,
  testCode,
}: Connection): DefinedChannel<TikTokPayload> {
  return defineChannel(TYPES, {
    network: 'tiktok',
    account,
    limits: {
      maxEvents: MAX_EVENTS,
      maxBytes: MAX_BYTES,
      requestsPerSecond: REQUESTS_PER_SECOND,
      windowMs: WINDOW_MS,
      futureMs: FUTURE_MS,
      dedupeWindowMs: DEDUPE_WINDOW_MS,
      maxTestEvents: MAX_TEST_EVENTS,
    },
    testMode: testCode !== undefined,
    check: checkPayload,
    renderEvent,
    request: (events, items, accessToken) =>
      postJson(
        TIKTOK_API.track,
        renderBody(account, items[0]?.postback.test ? testCode : undefined, events),
        { 'Access-Token': accessToken },
      ),
    classify: (items, answer) => classifyTikTokAnswer(items.length, answer),
  });
}

const NO_CLICK_ID: Skip = {
  reason: 'no_click_id',
  message: 'the event has no ttclid; only conversions from a TikTok click are reported to TikTok',
};
const NO_PAGE: Skip = {
  reason: 'incomplete_event',
  field: 'page_url',
  message:
    'the event has no page (page_url or context.pageUrl), which TikTok requires for web events',
};
const NO_IP: Skip = {
  reason: 'incomplete_event',
  field: 'ip',
  message:
    'the event requests limited data use but has no IP address, which TikTok requires to apply it',
};
const WRONG_MAPPING: Skip = {
  reason: 'unmapped_goal',
  message: 'the mapping of the goal is not an event name',
};

const TYPES = { isPayload: isTikTokPayload, isMapping: isTextMapping, wrongMapping: WRONG_MAPPING };
type TikTokOutgoing = Outgoing<TikTokPayload, string>;

function checkPayload(payload: TikTokPayload): Skip | undefined {
  const { user, pageUrl, limitedDataUse } = payload;
  if (user.ttclid === undefined) return NO_CLICK_ID;
  if (pageUrl === undefined) return NO_PAGE;
  if (limitedDataUse && user.ip === undefined) return NO_IP;
  return checkAmount(payload, 'TikTok');
}

function renderBody(pixel: string, testCode: string | undefined, events: string): string {
  const test = testCode === undefined ? '' : `,"test_event_code":${quoteJson(testCode)}`;
  const source = `"event_source":"web","event_source_id":${quoteJson(pixel)}${test}`;
  return `{${source},"data":[${events}]}`;
}

function renderEvent({ postback, mapping }: TikTokOutgoing): string {
  const payload = postback.facts;
  const limited = payload.limitedDataUse ? ',"limited_data_use":true' : '';
  return (
    `{"event":${quoteJson(mapping)},"event_time":${Math.floor(postback.eventTimeMs / 1000)}` +
    `,"event_id":${quoteJson(postback.dedupeId)},"user":${JSON.stringify(payload.user)}` +
    `,"page":${renderPage(payload)}${renderProperties(payload)}${limited}}`
  );
}

/**
 * `page.referrer` as in TikTok's own template:
 * https://github.com/tiktok/gtm-template-eapi/blob/089e34e/template.tpl
 */
function renderPage({ pageUrl = '', referrer }: TikTokPayload): string {
  const part = referrer === undefined ? '' : `,"referrer":${quoteJson(referrer)}`;
  return `{"url":${quoteJson(pageUrl)}${part}}`;
}

/** Renders money digit for digit, without a binary float. */
function renderProperties(payload: TikTokPayload): string {
  const { orderId, itemId, itemName, quantity } = payload;
  const fields: string[] = [];
  const amount = amountOf(payload);
  if (amount) fields.push(`"value":${amount.value},"currency":${quoteJson(amount.currency)}`);
  if (orderId !== undefined) fields.push(`"order_id":${quoteJson(orderId)}`);
  if (itemId !== undefined) {
    const content = { content_id: itemId, content_name: itemName, quantity };
    fields.push(`"content_type":"product","contents":[${JSON.stringify(content)}]`);
  }
  return fields.length === 0 ? '' : `,"properties":{${fields.join(',')}}`;
}
