import type { Settings } from '../../config/settings.js';
import type { ConversionEvent, EventSource } from '../../events/conversion-event.js';
import { toCountryCode } from '../../identity/country.js';
import { readHash, sha256Hex } from '../../identity/hash.js';
import { hashIdentifiers } from '../../identity/hash-identifiers.js';
import { REDDIT_RULES } from './identity/rules.js';
import { isJsonObject } from '../../json.js';
import { readPriced, type Priced } from '../amount.js';
import { readOrigin } from '../event-origin.js';
import { readPageUrl } from '../page-url.js';
import {
  readClickId,
  readIpAddress,
  readMobileId,
  readUserAgent,
  readUuid,
} from '../plain-identifiers.js';

/**
 * All that Reddit may be told of one conversion: pure JSON, identifiers hashed but for those it
 * wants in clear.
 */
export interface RedditPayload extends Priced {
  clickId?: string;
  actionSource: 'WEBSITE' | 'APP' | 'PHYSICAL_STORE';
  /** Where it happened, without what would name a person. */
  url?: string;
  /** Fields of `user`, by Reddit's names. */
  user: RedditUser;
  /** Limited data use: where the person is. */
  limited?: { country?: string; region?: string };
  units?: number;
  itemId?: string;
  itemName?: string;
}

/** SHA-256 hashes, except `uuid`, `ip_address`, `user_agent`, `idfa` and `aaid`. */
export type RedditUser = Partial<
  Record<
    | 'email'
    | 'phone_number'
    | 'external_id'
    | 'uuid'
    | 'ip_address'
    | 'user_agent'
    | 'idfa'
    | 'aaid',
    string
  >
>;

const ACTION_SOURCES: Readonly<Record<EventSource, RedditPayload['actionSource']>> = {
  website: 'WEBSITE',
  app: 'APP',
  android: 'APP',
  ios: 'APP',
  fire_tv: 'APP',
  offline: 'PHYSICAL_STORE',
};
/** The cookie `_rdt_uuid` has the time of its making before the id: `1700000000000.<UUID>`. */
const COOKIE_TIME = /^\d+\./;
/** ISO 3166-2, with or without its country: `US-CA`, `CA`. */
const REGION = /^(?:[A-Z]{2}-)?[A-Z0-9]{1,3}$/;
const MAX_TEXT_LENGTH = 256;
/** `item_count` is an int32 at most implementations. */
const MAX_UNITS = 2_147_483_647;

/** Whether a stored payload is one of Reddit's. */
export function isRedditPayload(stored: object): stored is RedditPayload {
  return 'user' in stored && isJsonObject(stored.user) && 'actionSource' in stored;
}

/** Hashes and keeps what Reddit may be told of `event`. Pure. */
export function prepareRedditPayload(event: ConversionEvent, settings: Settings): RedditPayload {
  const payload: RedditPayload = {
    // Reddit counts a pixel's event and ours as one only where both say WEBSITE
    // (docs/development/decisions/reddit.md).
    actionSource: ACTION_SOURCES[readOrigin(event) ?? 'website'],
    user: readUser(event, settings),
    ...readPriced(event),
  };
  const clickId = readClickId(event.click.fields.rdt_cid);
  if (clickId !== undefined) payload.clickId = clickId;
  const url = readPageUrl(event.pageUrl);
  if (url !== undefined) payload.url = url;
  if (event.consent.limitedDataUse) payload.limited = readRegion(event);
  addGoods(payload, event);
  return payload;
}

function readUser(event: ConversionEvent, settings: Settings): RedditUser {
  const { identifiers } = event;
  const origin = {
    country: identifiers.country,
    phoneCountry: toCountryCode(settings['identity.phoneCountry']),
  };
  const hashes = hashIdentifiers(identifiers, REDDIT_RULES, origin);
  return withoutGaps({
    email: hashes.email,
    phone_number: hashes.phone,
    external_id:
      identifiers.externalId &&
      (readHash(identifiers.externalId) ?? sha256Hex(identifiers.externalId)),
    uuid: readUuid(event.click.fields.rdt_uuid?.trim().replace(COOKIE_TIME, '')),
    ip_address: readIpAddress(identifiers),
    user_agent: readUserAgent(identifiers),
    ...readDevice(event),
  });
}

/** Which system's id it is: as the source says, else as the line calls it. */
function readDevice({
  identifiers,
  source,
  properties,
}: ConversionEvent): Pick<RedditUser, 'idfa' | 'aaid'> {
  const id = readMobileId(identifiers);
  if (id === undefined) return {};
  if (source === 'ios' || (source !== 'android' && properties['idfa'] !== undefined))
    return { idfa: id };
  if (source === 'android' || properties['gaid'] !== undefined) return { aaid: id };
  return {};
}

function readRegion({ identifiers }: ConversionEvent): NonNullable<RedditPayload['limited']> {
  const state = identifiers.plain.state?.trim().toUpperCase();
  const region = state !== undefined && REGION.test(state) ? state : undefined;
  return withoutGaps({ country: identifiers.country, region });
}

function addGoods(payload: RedditPayload, { quantity, itemId, itemName }: ConversionEvent): void {
  if (
    quantity !== undefined &&
    Number.isInteger(quantity) &&
    quantity >= 1 &&
    quantity <= MAX_UNITS
  ) {
    payload.units = quantity;
  }
  if (!itemId?.trim()) return;
  payload.itemId = itemId.slice(0, MAX_TEXT_LENGTH).toWellFormed();
  if (itemName?.trim()) payload.itemName = itemName.slice(0, MAX_TEXT_LENGTH).toWellFormed();
}

function withoutGaps<T extends object>(fields: T): Partial<T> {
  const given: Partial<T> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && value !== '') given[name] = value;
  }
  return given;
}
