import type { HttpRequest } from '../../http/http.js';
import { AuthError } from '../../errors.js';
import { amountOf } from '../amount.js';
import { boundJsonBytes, quoteJson } from '../json-text.js';
import type { Channel, Connection, Outgoing } from '../network.js';
import { classifyMetaAnswer } from './classify.js';
import type { MetaFacts } from './facts.js';
import { checkMetaFacts } from './feasibility.js';
import { GRAPH_URL } from './graph.js';

/** 1000 events a request (using-the-api). */
const MAX_EVENTS = 1000;
/** Nothing is documented: what 1000 full events take, and less than any server refuses. */
const MAX_BYTES = 4_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** "If any event_time is greater than 7 days in the past, we return an error for the entire request" (server-event). */
const WINDOW_MS = 7 * DAY_MS;
/** What happened in a store may be older (offline events). */
const STORE_WINDOW_MS = 62 * DAY_MS;
/** Not documented; RudderStack stops at a minute (networks.md section 13, question 8). */
const FUTURE_MS = 60 * 1000;
/** The same event name and event id count once within 48 hours (deduplicate-pixel-and-server-events). */
const DEDUPE_WINDOW_MS = 2 * DAY_MS;

/**
 * The Conversions API: `POST /{pixel}/events` (networks.md section 2). Nobody documents a pace.
 * @throws AuthError when the connection names no pixel.
 */
export function openConversionsApi({ account, testCode }: Connection): Channel {
  if (!account) throw noPixel();
  const url = `${GRAPH_URL}/${encodeURIComponent(account)}/events`;
  const testPart = testCode === undefined ? '' : `,"test_event_code":${quoteJson(testCode)}`;
  return {
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
    windowMsOf: (facts) => (isFromStore(facts as MetaFacts) ? STORE_WINDOW_MS : WINDOW_MS),
    // One event that is too old refuses the whole request: what may be older travels apart.
    groupOf: ({ postback }) => (isFromStore(postback.facts as MetaFacts) ? 'physical_store' : ''),
    check: (facts, mapping) => checkMetaFacts(facts as MetaFacts, mapping),
    sizeOf: boundEventBytes,
    request: (items, accessToken): HttpRequest => ({
      method: 'POST',
      url,
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        Authorization: `Bearer ${accessToken}`,
      },
      body: `{"data":[${items.map(renderEvent).join(',')}]${items[0]?.postback.test ? testPart : ''}}`,
    }),
    classify: (items, answer) => classifyMetaAnswer(items.length, answer),
  };
}

function isFromStore({ source }: MetaFacts): boolean {
  return source === 'physical_store';
}

function renderEvent({ postback, mapping }: Outgoing): string {
  const facts = postback.facts as MetaFacts;
  let text =
    `{"event_name":${quoteJson(mapping as string)},"event_time":${Math.floor(postback.eventTimeMs / 1000)}` +
    `,"event_id":${quoteJson(postback.dedupeId)},"action_source":"${facts.source}"`;
  if (facts.pageUrl !== undefined) text += `,"event_source_url":${quoteJson(facts.pageUrl)}`;
  if (facts.referrer !== undefined) text += `,"referrer_url":${quoteJson(facts.referrer)}`;
  // Of attribution alone it may be told, not of delivery: what LDU means outside the states that have a law for it.
  if (facts.limitedDataUse) text += `,"opt_out":true,${LIMITED_DATA_USE}`;
  return `${text},"user_data":${JSON.stringify(facts.user)}${renderCustomData(facts)}}`;
}

/** Country and state 0: Meta finds out by itself where the person is (data-processing-options). */
const LIMITED_DATA_USE =
  '"data_processing_options":["LDU"],"data_processing_options_country":0,"data_processing_options_state":0';

function renderCustomData(facts: MetaFacts): string {
  const parts: string[] = [];
  const { orderId, item } = facts;
  const amount = amountOf(facts);
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

/** The envelope, every name and bracket, and the longest of each number, code and date. */
const FIXED_BYTES = 640;
/** The longest name of user data, its quotes, colon and comma. */
const USER_FIELD_BYTES = 22;

function boundEventBytes({ postback, mapping }: Outgoing): number {
  const facts = postback.facts as MetaFacts;
  const { user, pageUrl = '', referrer = '', value = '', orderId = '', item = {} } = facts;
  let bytes = FIXED_BYTES + boundJsonBytes(mapping as string) + boundJsonBytes(postback.dedupeId) + value.length;
  bytes +=
    boundJsonBytes(pageUrl) + boundJsonBytes(referrer) + boundJsonBytes(orderId) + boundJsonBytes(item.name ?? '');
  bytes += 2 * boundJsonBytes(item.id ?? '');
  for (const text of Object.values(user) as string[]) bytes += USER_FIELD_BYTES + boundJsonBytes(text);
  return bytes;
}

function noPixel(): AuthError {
  return new AuthError('incomplete_connection', 'The Meta connection has no pixel.', {
    hint: 'Connect again; goals and mappings are kept.',
    next: 'postback connect meta',
  });
}
