import { toIsoTime } from '../../iso-time.js';
import { amountOf, checkAmount } from '../amount.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import { postJson } from '../json-post.js';
import { quoteJson } from '../json-text.js';
import type { Connection, DefinedChannel, Limits, Outgoing, Skip } from '../network.js';
import { classifyXAnswer } from './classify.js';
import { isXPayload, type XPayload } from './payload.js';
import { EXPECTED_TAG, readTagPixel } from './mapping.js';
import { isOAuthToken, signXRequest } from './signature.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const LIMITS: Limits = {
  /** 500 conversions a request (docs/reference/x.md#request). */
  maxEvents: 500,
  /** No limit is documented. */
  maxBytes: 1_000_000,
  /**
   * 60,000 events in 15 minutes, however fast they come: 500 a second use that up in two minutes,
   * and a 429 says when the rest may go (docs/development/decisions/x.md).
   */
  requestsPerSecond: 1,
  /** None is documented; attribution windows go up to 90 days (docs/reference/x.md#window). */
  windowMs: 90 * DAY_MS,
  /** X documents none; 5 minutes allow for clock differences. */
  futureMs: 5 * 60 * 1000,
  /** `conversion_id` of an event tag, 48 hours. */
  dedupeWindowMs: 2 * DAY_MS,
};

const NO_CLICK: Skip = {
  reason: 'no_click_id',
  message: 'the event has no X click id (twclid)',
};
const LIMITED: Skip = {
  reason: 'opted_out',
  message:
    'the person opted out of the sale or sharing of data; X does not support limited data use, ' +
    'so nothing is sent',
};

/** X web conversions: `POST /12/measurement/conversions/{pixel}` (docs/reference/x.md#request). */
export function openX(connection: Connection): DefinedChannel<XPayload> {
  const { account } = connection;
  const url = `https://ads-api.x.com/12/measurement/conversions/${encodeURIComponent(account)}`;
  return defineChannel(TYPES, {
    network: 'x',
    account,
    limits: LIMITS,
    // "For a single Event Tag ID": a tag that is wrong refuses its own goal's conversions only.
    groupOf: ({ mapping }) => mapping,
    check: (payload, mapping) => checkPixel(mapping, account) ?? checkPayload(payload),
    renderEvent,
    request: (events, _items, accessToken) =>
      postJson(
        url,
        `{"conversions":[${events}]}`,
        isOAuthToken(accessToken) ? {} : { 'X-Pixel-Token': accessToken },
      ),
    sign: signXRequest,
    classify: (items, answer) => classifyXAnswer(items.length, answer),
  });
}

const TYPES = {
  isPayload: isXPayload,
  isMapping: isTextMapping,
  wrongMapping: { reason: 'unmapped_goal', message: EXPECTED_TAG } satisfies Skip,
};
type XOutgoing = Outgoing<XPayload, string>;

function checkPixel(mapping: string, account: string): Skip | undefined {
  const pixel = readTagPixel(mapping);
  if (pixel === undefined || pixel === account) return undefined;
  const message =
    `the goal is mapped to a tag of the pixel ${pixel}, but X is connected to the pixel ` + account;
  return { reason: 'unmapped_goal', message };
}

function checkPayload(payload: XPayload): Skip | undefined {
  if (payload.limited) return LIMITED;
  return payload.twclid === undefined ? NO_CLICK : checkAmount(payload, 'X');
}

function renderEvent({ postback, mapping }: XOutgoing): string {
  const payload = postback.facts;
  let text =
    `{"conversion_time":"${toIsoTime(postback.eventTimeMs)}","event_id":${quoteJson(mapping)}` +
    `,"identifiers":[${listIdentifiers(payload).join(',')}],"conversion_id":${quoteJson(postback.dedupeId)}`;
  const amount = amountOf(payload);
  // A value without its currency would be booked in US dollars.
  if (amount) text += `,"value":${amount.value},"price_currency":"${amount.currency}"`;
  if (payload.units !== undefined) text += `,"number_items":${payload.units}`;
  if (payload.itemId !== undefined)
    text += `,"contents":[${renderItem(payload.itemId, payload.itemName)}]`;
  return `${text}}`;
}

/**
 * Returns one object per identifier. IP address and user agent share one, and X requires another
 * identifier with it.
 */
function listIdentifiers({ twclid, email, phone, ip, userAgent }: XPayload): string[] {
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
