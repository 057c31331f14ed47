import type { HttpRequest } from '../../http/http.js';
import { amountOf, checkAmount } from '../amount.js';
import { boundJsonBytes, quoteJson } from '../json-text.js';
import type { Channel, Connection, Limits, Outgoing, Skip } from '../network.js';
import { classifyRedditAnswer } from './classify.js';
import type { RedditFacts, RedditUser } from './facts.js';
import { readEventType } from './mapping.js';
import { conversionEventsUrl } from './addresses.js';

const HOUR_MS = 60 * 60 * 1000;

const LIMITS: Limits = {
  /** 1,000 events a request (networks.md section 1). */
  maxEvents: 1000,
  /** No limit is documented; what Amazon's partners batch at serves here too. */
  maxBytes: 1_000_000,
  /**
   * 10,000 events a second, which are 10 full requests; the 5,000 requests a minute that a peer names, and the 10 test
   * events a second (one a request), are kept by it too (networks.md sections 1 and 13).
   */
  requestsPerSecond: 10,
  /** "event_at timestamp must be less than 168h0m0s old". */
  windowMs: 168 * HOUR_MS,
  /** Nothing is documented; peers allow 5 minutes. */
  futureMs: 5 * 60 * 1000,
  /** Events of one id "should arrive within two days" of each other. */
  dedupeWindowMs: 48 * HOUR_MS,
  /** The test area shows one event of a request. */
  maxTestEvents: 1,
};

const NO_CLICK: Skip = {
  reason: 'no_click_id',
  message: 'the event carries neither a Reddit click id (rdt_cid) nor an e-mail address, and Reddit needs one of them',
};
const NO_COUNTRY: Skip = {
  reason: 'no_country',
  message: 'the event asks for limited data use and names no country, and Reddit takes the one only with the other',
};

/** The Conversions API v3: `POST /api/v3/pixels/{pixel}/conversion_events` (networks.md section 5). */
export function openReddit(connection: Connection): Channel {
  const { account, testCode } = connection;
  const url = conversionEventsUrl(account);
  return {
    network: 'reddit',
    account,
    limits: LIMITS,
    testMode: testCode !== undefined,
    check: (facts) => checkFacts(facts as RedditFacts),
    sizeOf: boundEventBytes,
    request: (items, accessToken): HttpRequest => ({
      method: 'POST',
      url,
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        Authorization: `Bearer ${accessToken}`,
      },
      body: renderBody(items, testCode),
    }),
    classify: classifyRedditAnswer,
  };
}

function checkFacts(facts: RedditFacts): Skip | undefined {
  if (facts.clickId === undefined && facts.user.email === undefined) return NO_CLICK;
  if (facts.limited !== undefined && facts.limited.country === undefined) return NO_COUNTRY;
  return checkAmount(facts, 'Reddit');
}

/** Only test events carry the test id: they come in requests of their own (contract.md section 3, `test`). */
function renderBody(items: readonly Outgoing[], testCode: string | undefined): string {
  const isTest = testCode !== undefined && items.some(({ postback }) => postback.test);
  const head = isTest ? `"test_id":${quoteJson(testCode)},` : '';
  return `{"data":{${head}"events":[${items.map(renderEvent).join(',')}]}}`;
}

function renderEvent({ postback, mapping }: Outgoing): string {
  const facts = postback.facts as RedditFacts;
  const { trackingType, customName } = readEventType(mapping as string);
  const custom = customName === undefined ? '' : `,"custom_event_name":${quoteJson(customName)}`;
  let text = `{"event_at":${postback.eventTimeMs},"action_source":"${facts.actionSource}"`;
  if (facts.url !== undefined) text += `,"event_source_url":${quoteJson(facts.url)}`;
  if (facts.clickId !== undefined) text += `,"click_id":${quoteJson(facts.clickId)}`;
  text += `,"type":{"tracking_type":"${trackingType}"${custom}}`;
  text += `,"metadata":${renderMetadata(postback.dedupeId, facts)}`;
  const user = renderUser(facts);
  return user === '' ? `${text}}` : `${text},"user":{${user}}}`;
}

/** The conversion id goes plain: hashed, it would not be the pixel's (networks.md section 10). */
function renderMetadata(dedupeId: string, facts: RedditFacts): string {
  let text = `{"conversion_id":${quoteJson(dedupeId)}`;
  const amount = amountOf(facts);
  if (amount) text += `,"value":${amount.value},"currency":"${amount.currency}"`;
  if (facts.units !== undefined) text += `,"item_count":${facts.units}`;
  if (facts.itemId !== undefined) {
    const name = facts.itemName === undefined ? '' : `,"name":${quoteJson(facts.itemName)}`;
    text += `,"products":[{"id":${quoteJson(facts.itemId)}${name}}]`;
  }
  return `${text}}`;
}

function renderUser({ user, limited }: RedditFacts): string {
  const fields = Object.entries(user).map(([name, value]) => `"${name}":${quoteJson(value as string)}`);
  if (limited !== undefined) {
    fields.push(`"data_processing_options":${JSON.stringify({ modes: ['LDU'], ...limited })}`);
  }
  return fields.join(',');
}

/** The envelope, every name and bracket, and the longest of each number, code and date. */
const FIXED_BYTES = 700;

function boundEventBytes({ postback, mapping }: Outgoing): number {
  const facts = postback.facts as RedditFacts;
  const { url = '', clickId = '', value = '', itemId = '', itemName = '' } = facts;
  const texts = [url, clickId, value, itemId, itemName, mapping as string, postback.dedupeId];
  for (const name in facts.user) texts.push(facts.user[name as keyof RedditUser] ?? '');
  return texts.reduce((bytes, text) => bytes + boundJsonBytes(text), FIXED_BYTES);
}
