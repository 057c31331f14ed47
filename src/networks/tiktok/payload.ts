import type { Settings } from '../../config/settings.js';
import type { ConversionEvent } from '../../events/conversion-event.js';
import { toCountryCode } from '../../identity/country.js';
import { readHash, sha256Hex } from '../../identity/hash.js';
import { hashIdentifiers } from '../../identity/hash-identifiers.js';
import { TIKTOK_RULES } from './identity/rules.js';
import { isJsonObject } from '../../json.js';
import { readPriced, type Priced } from '../amount.js';
import { readPageUrl } from '../page-url.js';
import { readClickId, readIpAddress, readUserAgent } from '../plain-identifiers.js';

/**
 * What TikTok may be told of the person: hashes, and in clear what it wants in clear
 * (docs/reference/tiktok.md#request).
 */
export type TikTokUser = Partial<
  Record<
    | 'email'
    | 'phone'
    | 'external_id'
    | 'first_name'
    | 'last_name'
    | 'zip_code'
    | 'country'
    | 'ttclid'
    | 'ttp'
    | 'ip'
    | 'user_agent',
    string
  >
>;

/** All that the Events API may be told of one conversion: pure JSON, named as in its body. */
export interface TikTokPayload extends Priced {
  user: TikTokUser;
  pageUrl?: string;
  /** The page that led to it. */
  referrer?: string;
  orderId?: string;
  itemId?: string;
  itemName?: string;
  quantity?: number;
  limitedDataUse?: true;
}

/** Whether a stored payload is one of TikTok's. */
export function isTikTokPayload(stored: object): stored is TikTokPayload {
  return 'user' in stored && isJsonObject(stored.user);
}

/** Hashes and keeps what TikTok may be told of `event`. The click id is kept unmodified. */
export function prepareTikTokPayload(event: ConversionEvent, settings: Settings): TikTokPayload {
  const payload: TikTokPayload = { user: describeUser(event, settings), ...readPriced(event) };
  put(payload, 'pageUrl', readPageUrl(event.pageUrl));
  put(payload, 'referrer', readPageUrl(event.pageReferrer));
  put(payload, 'orderId', event.transactionId?.trim());
  put(payload, 'itemId', event.itemId?.trim());
  put(payload, 'itemName', event.itemName?.trim());
  const { quantity } = event;
  if (quantity !== undefined && Number.isSafeInteger(quantity) && quantity > 0)
    payload.quantity = quantity;
  if (event.consent.limitedDataUse) payload.limitedDataUse = true;
  return payload;
}

function describeUser({ identifiers, click }: ConversionEvent, settings: Settings): TikTokUser {
  const country = toCountryCode(identifiers.country ?? '');
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const hashes = hashIdentifiers(identifiers, TIKTOK_RULES, { country, phoneCountry });
  const user: TikTokUser = {};
  put(user, 'email', hashes.email);
  put(user, 'phone', hashes.phone);
  put(user, 'external_id', hashExternalId(identifiers.externalId));
  put(user, 'first_name', hashes.first_name);
  put(user, 'last_name', hashes.last_name);
  put(user, 'zip_code', hashes.postal_code);
  put(user, 'country', country);
  put(user, 'ttclid', readClickId(click.fields.ttclid));
  put(user, 'ttp', readClickId(click.fields.ttp));
  put(user, 'ip', readIpAddress(identifiers));
  put(user, 'user_agent', readUserAgent(identifiers));
  return user;
}

/** Trimmed, its case kept, as in TikTok's own template (docs/reference/identity.md#tiktok). */
function hashExternalId(id: string | undefined): string | undefined {
  const trimmed = id?.trim();
  if (!trimmed) return undefined;
  return readHash(trimmed) ?? sha256Hex(trimmed);
}

function put<T, K extends keyof T>(into: T, key: K, value: T[K] | '' | undefined): void {
  if (value !== undefined && value !== '') into[key] = value;
}
