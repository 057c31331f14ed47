import { formatTimestamp } from '../../events/timestamp.js';
import type { HttpRequest } from '../../http/http.js';
import { amountOf, checkAmount } from '../amount.js';
import { boundJsonBytes, quoteJson } from '../json-text.js';
import type { Channel, Connection, Limits, Outgoing, Skip } from '../network.js';
import { classifyXAnswer } from './classify.js';
import type { XFacts } from './facts.js';
import { readTagPixel } from './mapping.js';
import { isOAuthToken, signXRequest } from './signature.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const LIMITS: Limits = {
  /** 500 conversions a request (networks.md section 6). */
  maxEvents: 500,
  /** No limit is documented. */
  maxBytes: 1_000_000,
  /**
   * 60,000 events in 15 minutes, however fast they come: 500 a second use that up in two minutes, and a 429 says when
   * the rest may go (docs/decisions/x.md).
   */
  requestsPerSecond: 1,
  /** None is documented; attribution windows go up to 90 days (networks.md section 13). */
  windowMs: 90 * DAY_MS,
  /** Nothing is documented; 5 minutes allow for clocks that differ. */
  futureMs: 5 * 60 * 1000,
  /** `conversion_id` of an event tag, 48 hours. */
  dedupeWindowMs: 2 * DAY_MS,
};

const NO_CLICK: Skip = {
  reason: 'no_click_id',
  message: 'the event carries no X click id (twclid)',
};
const LIMITED: Skip = {
  reason: 'opted_out',
  message: 'the person opted out of the sale or sharing of data; X has no limited data use, so nothing is sent',
};

/** X web conversions: `POST /12/measurement/conversions/{pixel}` (networks.md section 6). */
export function openX(connection: Connection): Channel {
  const { account } = connection;
  const url = `https://ads-api.x.com/12/measurement/conversions/${encodeURIComponent(account)}`;
  return {
    network: 'x',
    account,
    limits: LIMITS,
    // "For a single Event Tag ID": a tag that is wrong refuses its own goal's conversions only.
    groupOf: ({ mapping }) => mapping as string,
    check: (facts, mapping) => checkPixel(mapping as string, account) ?? checkFacts(facts),
    sizeOf: boundEventBytes,
    request: (items, accessToken): HttpRequest => ({
      method: 'POST',
      url,
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(isOAuthToken(accessToken) ? {} : { 'X-Pixel-Token': accessToken }),
      },
      body: `{"conversions":[${items.map(renderEvent).join(',')}]}`,
    }),
    sign: signXRequest,
    classify: (items, answer) => classifyXAnswer(items.length, answer),
  };
}

function checkPixel(mapping: string, account: string): Skip | undefined {
  const pixel = readTagPixel(mapping);
  if (pixel === undefined || pixel === account) return undefined;
  const message = `the goal is mapped to a tag of the pixel ${pixel}, and X is connected to the pixel ${account}`;
  return { reason: 'unmapped_goal', message };
}

function checkFacts(facts: XFacts): Skip | undefined {
  if (facts.limited) return LIMITED;
  return facts.twclid === undefined ? NO_CLICK : checkAmount(facts, 'X');
}

function renderEvent({ postback, mapping }: Outgoing): string {
  const facts = postback.facts as XFacts;
  let text =
    `{"conversion_time":"${formatTimestamp(postback.eventTimeMs)}","event_id":${quoteJson(mapping as string)}` +
    `,"identifiers":[${listIdentifiers(facts).join(',')}],"conversion_id":${quoteJson(postback.dedupeId)}`;
  const amount = amountOf(facts);
  // A value without its currency would be booked in US dollars.
  if (amount) text += `,"value":${amount.value},"price_currency":"${amount.currency}"`;
  if (facts.units !== undefined) text += `,"number_items":${facts.units}`;
  if (facts.itemId !== undefined) text += `,"contents":[${renderItem(facts.itemId, facts.itemName)}]`;
  return `${text}}`;
}

/** One object each; IP address and user agent stand together, and beside another one. */
function listIdentifiers({ twclid, email, phone, ip, userAgent }: XFacts): string[] {
  const device = [
    ...(ip === undefined ? [] : [`"ip_address":${quoteJson(ip)}`]),
    ...(userAgent === undefined ? [] : [`"user_agent":${quoteJson(userAgent)}`]),
  ];
  return [
    ...(twclid === undefined ? [] : [`{"twclid":${quoteJson(twclid)}}`]),
    ...(email === undefined ? [] : [`{"hashed_email":"${email}"}`]),
    ...(phone === undefined ? [] : [`{"hashed_phone_number":"${phone}"}`]),
    ...(device.length === 0 ? [] : [`{${device.join(',')}}`]),
  ];
}

function renderItem(id: string, name: string | undefined): string {
  return `{"content_id":${quoteJson(id)}${name === undefined ? '' : `,"content_name":${quoteJson(name)}`}}`;
}

/** The envelope, every name and bracket, and the longest of each hash, number, code and date. */
const FIXED_BYTES = 620;

function boundEventBytes({ postback, mapping }: Outgoing): number {
  const { twclid = '', ip = '', userAgent = '', value = '', itemId = '', itemName = '' } = postback.facts as XFacts;
  const texts = [twclid, ip, userAgent, value, itemId, itemName, mapping as string, postback.dedupeId];
  return texts.reduce((bytes, text) => bytes + boundJsonBytes(text), FIXED_BYTES);
}
