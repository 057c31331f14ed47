import { amountOf, checkAmount } from '../amount.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import { bearer, postJson } from '../json-post.js';
import { quoteJson } from '../json-text.js';
import type { Connection, DefinedChannel, Limits, Outgoing, Skip } from '../network.js';
import { classifyRedditAnswer } from './classify.js';
import { isRedditPayload, type RedditPayload } from './payload.js';
import { ONE_NAME, readEventType } from './mapping.js';
import { conversionEventsUrl } from './addresses.js';

const HOUR_MS = 60 * 60 * 1000;

const LIMITS: Limits = {
  /** 1,000 events a request (docs/reference/reddit.md#request). */
  maxEvents: 1000,
  /** No limit is documented; what Amazon's partners batch at serves here too. */
  maxBytes: 1_000_000,
  /**
   * 10,000 events a second, which are 10 full requests; the 5,000 requests a minute that a peer
   * names, and the 10 test events a second (one a request), are kept by it too
   * (docs/reference/reddit.md#request).
   */
  requestsPerSecond: 10,
  /** "event_at timestamp must be less than 168h0m0s old". */
  windowMs: 168 * HOUR_MS,
  /** Reddit documents none; its partners allow 5 minutes. */
  futureMs: 5 * 60 * 1000,
  /** Events of one id "should arrive within two days" of each other. */
  dedupeWindowMs: 48 * HOUR_MS,
  /** The test area shows one event of a request. */
  maxTestEvents: 1,
};

const NO_CLICK: Skip = {
  reason: 'no_click_id',
  message:
    'the event has neither a Reddit click id (rdt_cid) nor an email address; Reddit requires ' +
    'one of them',
};
const NO_COUNTRY: Skip = {
  reason: 'no_country',
  message: 'the event requests limited data use but has no country, which Reddit then requires',
};

/**
 * The Conversions API v3: `POST /api/v3/pixels/{pixel}/conversion_events`
 * (docs/reference/reddit.md#request).
 */
export function openReddit(connection: Connection): DefinedChannel<RedditPayload> {
  const { account, testCode } = connection;
  const url = conversionEventsUrl(account);
  return defineChannel(TYPES, {
    network: 'reddit',
    account,
    limits: LIMITS,
    testMode: testCode !== undefined,
    check: checkPayload,
    renderEvent,
    request: (events, items, accessToken) =>
      postJson(url, renderBody(events, items, testCode), bearer(accessToken)),
    classify: classifyRedditAnswer,
  });
}

const TYPES = {
  isPayload: isRedditPayload,
  isMapping: isTextMapping,
  wrongMapping: { reason: 'unmapped_goal', message: ONE_NAME } satisfies Skip,
};
type RedditOutgoing = Outgoing<RedditPayload, string>;

function checkPayload(payload: RedditPayload): Skip | undefined {
  if (payload.clickId === undefined && payload.user.email === undefined) return NO_CLICK;
  if (payload.limited !== undefined && payload.limited.country === undefined) return NO_COUNTRY;
  return checkAmount(payload, 'Reddit');
}

/**
 * Only test events carry the test id: they come in requests of their own.
 */
function renderBody(
  events: string,
  items: readonly RedditOutgoing[],
  testCode: string | undefined,
): string {
  const isTest = testCode !== undefined && items.some(({ postback }) => postback.test);
  const head = isTest ? `"test_id":${quoteJson(testCode)},` : '';
  return `{"data":{${head}"events":[${events}]}}`;
}

function renderEvent({ postback, mapping }: RedditOutgoing): string {
  const payload = postback.facts;
  const { trackingType, customName } = readEventType(mapping);
  const custom = customName === undefined ? '' : `,"custom_event_name":${quoteJson(customName)}`;
  let text = `{"event_at":${postback.eventTimeMs},"action_source":"${payload.actionSource}"`;
  if (payload.url !== undefined) text += `,"event_source_url":${quoteJson(payload.url)}`;
  if (payload.clickId !== undefined) text += `,"click_id":${quoteJson(payload.clickId)}`;
  text += `,"type":{"tracking_type":"${trackingType}"${custom}}`;
  text += `,"metadata":${renderMetadata(postback.dedupeId, payload)}`;
  const user = renderUser(payload);
  return user === '' ? `${text}}` : `${text},"user":{${user}}}`;
}

/**
 * The conversion id goes plain: hashed, it would not be the pixel's
 * (docs/reference/reddit.md#request).
 */
function renderMetadata(dedupeId: string, payload: RedditPayload): string {
  let text = `{"conversion_id":${quoteJson(dedupeId)}`;
  const amount = amountOf(payload);
  if (amount) text += `,"value":${amount.value},"currency":"${amount.currency}"`;
  if (payload.units !== undefined) text += `,"item_count":${payload.units}`;
  if (payload.itemId !== undefined) {
    const name = payload.itemName === undefined ? '' : `,"name":${quoteJson(payload.itemName)}`;
    text += `,"products":[{"id":${quoteJson(payload.itemId)}${name}}]`;
  }
  return `${text}}`;
}

function renderUser({ user, limited }: RedditPayload): string {
  const fields = Object.entries(user).map(([name, value]) => `"${name}":${quoteJson(value)}`);
  if (limited !== undefined) {
    fields.push(`"data_processing_options":${JSON.stringify({ modes: ['LDU'], ...limited })}`);
  }
  return fields.join(',');
}
