import type { HttpRequest } from '../../http/http.js';
import { amountOf, checkAmount } from '../amount.js';
import { boundJsonBytes, quoteJson } from '../json-text.js';
import type { Channel, Connection, Facts, Outgoing, Skip } from '../network.js';
import type { Mapping } from '../../goals/goal.js';
import { TIKTOK_API } from './addresses.js';
import { classifyTikTokAnswer } from './classify.js';
import type { TikTokFacts } from './facts.js';

/** 1000 events a request and 1000 requests a second (networks.md section 1). */
const MAX_EVENTS = 1000;
const REQUESTS_PER_SECOND = 1000;
/** No size is documented; 1 MB is what a partner batches at (Tealium's TikTok Events connector). */
const MAX_BYTES = 1_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** The longest click window; nothing is documented for web events (networks.md section 13, 1). */
const WINDOW_MS = 28 * DAY_MS;
const FUTURE_MS = 5 * 60 * 1000;
/** "API to API and pixel to pixel 48 h" (networks.md section 3). */
const DEDUPE_WINDOW_MS = 2 * DAY_MS;
/** Peers never batch test events (networks.md section 3). */
const MAX_TEST_EVENTS = 1;

/**
 * The Events API 2.0: `POST /open_api/v1.3/event/track/` for the web events of one pixel (networks.md section 3). The
 * token travels in `Access-Token`, never as a bearer token.
 */
export function openTikTokEventsApi({ account, testCode }: Connection): Channel {
  return {
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
    check: checkFacts,
    sizeOf: boundEventBytes,
    request: (items, accessToken): HttpRequest => ({
      method: 'POST',
      url: TIKTOK_API.track,
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'Access-Token': accessToken },
      body: renderBody(account, items[0]?.postback.test ? testCode : undefined, items),
    }),
    classify: (items, answer) => classifyTikTokAnswer(items.length, answer),
  };
}

const NO_CLICK_ID: Skip = {
  reason: 'no_click_id',
  message: 'the event carries no ttclid; TikTok is told of conversions that came by a click of its own',
};
const NO_PAGE: Skip = {
  reason: 'incomplete_event',
  field: 'page_url',
  message: 'the event names no page (page_url, or context.pageUrl); TikTok requires one of web events',
};
const NO_IP: Skip = {
  reason: 'incomplete_event',
  field: 'ip',
  message: 'the event asks for limited data use and carries no IP address, without which TikTok does not limit it',
};
const WRONG_MAPPING: Skip = {
  reason: 'unmapped_goal',
  message: 'the goal is mapped to something that is no event name',
};

function checkFacts(facts: Facts, mapping: Mapping): Skip | undefined {
  const conversion = facts as TikTokFacts;
  const { user, pageUrl, limitedDataUse } = conversion;
  if (typeof mapping !== 'string') return WRONG_MAPPING;
  if (user.ttclid === undefined) return NO_CLICK_ID;
  if (pageUrl === undefined) return NO_PAGE;
  if (limitedDataUse && user.ip === undefined) return NO_IP;
  return checkAmount(conversion, 'TikTok');
}

function renderBody(pixel: string, testCode: string | undefined, items: readonly Outgoing[]): string {
  const test = testCode === undefined ? '' : `,"test_event_code":${quoteJson(testCode)}`;
  const source = `"event_source":"web","event_source_id":${quoteJson(pixel)}${test}`;
  return `{${source},"data":[${items.map(renderEvent).join(',')}]}`;
}

function renderEvent({ postback, mapping }: Outgoing): string {
  const facts = postback.facts as TikTokFacts;
  const limited = facts.limitedDataUse ? ',"limited_data_use":true' : '';
  return (
    `{"event":${quoteJson(mapping as string)},"event_time":${Math.floor(postback.eventTimeMs / 1000)}` +
    `,"event_id":${quoteJson(postback.dedupeId)},"user":${JSON.stringify(facts.user)}` +
    `,"page":${renderPage(facts)}${renderProperties(facts)}${limited}}`
  );
}

/** `page.referrer` as in TikTok's own template: https://github.com/tiktok/gtm-template-eapi/blob/089e34e/template.tpl */
function renderPage({ pageUrl = '', referrer }: TikTokFacts): string {
  const part = referrer === undefined ? '' : `,"referrer":${quoteJson(referrer)}`;
  return `{"url":${quoteJson(pageUrl)}${part}}`;
}

/** Money stands in the body digit for digit: it never passes through a binary float. */
function renderProperties(facts: TikTokFacts): string {
  const { orderId, itemId, itemName, quantity } = facts;
  const fields: string[] = [];
  const amount = amountOf(facts);
  if (amount) fields.push(`"value":${amount.value},"currency":${quoteJson(amount.currency)}`);
  if (orderId !== undefined) fields.push(`"order_id":${quoteJson(orderId)}`);
  if (itemId !== undefined) {
    const content = { content_id: itemId, content_name: itemName, quantity };
    fields.push(`"content_type":"product","contents":[${JSON.stringify(content)}]`);
  }
  return fields.length === 0 ? '' : `,"properties":{${fields.join(',')}}`;
}

/** The envelope, every name and bracket, and the longest of each number and code. */
const FIXED_BYTES = 300;
const NAME_BYTES = 16;

function boundEventBytes({ postback, mapping }: Outgoing): number {
  const facts = postback.facts as TikTokFacts;
  const { user, pageUrl = '', referrer = '', value = '', orderId = '', itemId = '', itemName = '' } = facts;
  let bytes = FIXED_BYTES + boundJsonBytes(mapping as string) + boundJsonBytes(postback.dedupeId) + value.length;
  for (const text of [pageUrl, referrer, orderId, itemId, itemName]) bytes += boundJsonBytes(text);
  for (const text of Object.values(user) as string[]) bytes += NAME_BYTES + boundJsonBytes(text);
  return bytes;
}
