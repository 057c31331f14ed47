import type { Settings } from '../../config/settings.js';
import type { ConversionEvent } from '../../events/conversion-event.js';
import { toCountryCode } from '../../identity/country.js';
import { readHash, sha256Hex } from '../../identity/hash.js';
import { hashIdentifiers } from '../../identity/hash-identifiers.js';
import { TIKTOK_RULES } from '../../identity/tiktok/rules.js';
import { readPriced, type Priced } from '../amount.js';
import { readPageUrl } from '../page-url.js';
import { readClickId, readIpAddress, readUserAgent } from '../plain-identifiers.js';

/** What TikTok may be told of the person: hashes, and in clear what it wants in clear (networks.md section 8). */
export interface TikTokUser {
  email?: string;
  phone?: string;
  external_id?: string;
  first_name?: string;
  last_name?: string;
  zip_code?: string;
  country?: string;
  ttclid?: string;
  ttp?: string;
  ip?: string;
  user_agent?: string;
}

/** All that the Events API may be told of one conversion: pure JSON, named as in its body. */
export interface TikTokFacts extends Priced {
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

/** Hashes and keeps what TikTok may be told of `event`. The click id is kept unmodified. */
export function prepareTikTokFacts(event: ConversionEvent, settings: Settings): TikTokFacts {
  const facts: TikTokFacts = { user: describeUser(event, settings), ...readPriced(event) };
  put(facts, 'pageUrl', readPageUrl(event.pageUrl));
  put(facts, 'referrer', readPageUrl(event.pageReferrer));
  put(facts, 'orderId', event.transactionId?.trim());
  put(facts, 'itemId', event.itemId?.trim());
  put(facts, 'itemName', event.itemName?.trim());
  const { quantity } = event;
  if (quantity !== undefined && Number.isSafeInteger(quantity) && quantity > 0) facts.quantity = quantity;
  if (event.consent.limitedDataUse) facts.limitedDataUse = true;
  return facts;
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

/** Trimmed, its case kept, as in TikTok's own template (networks.md section 8). */
function hashExternalId(id: string | undefined): string | undefined {
  const trimmed = id?.trim();
  if (!trimmed) return undefined;
  return readHash(trimmed) ?? sha256Hex(trimmed);
}

function put<T, K extends keyof T>(into: T, key: K, value: T[K] | '' | undefined): void {
  if (value !== undefined && value !== '') into[key] = value;
}
