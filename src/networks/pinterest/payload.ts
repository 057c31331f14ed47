import type { Settings } from '../../config/settings.js';
import type { ConversionEvent, EventSource } from '../../events/conversion-event.js';
import { sha256Hex } from '../../identity/hash.js';
import { isJsonObject } from '../../json.js';
import { readPriced, type Priced } from '../amount.js';
import { readGoods, type Goods } from '../goods.js';
import { hashUser, type UserFields } from '../hashed-user.js';
import { readPageUrl } from '../page-url.js';
import { readClickId, readMobileId } from '../plain-identifiers.js';
import { PINTEREST_RULES } from './identity/rules.js';

/** Where a conversion happened, in Pinterest's words. */
export type ActionSource = 'web' | 'app_ios' | 'app_android' | 'offline';

/** Fields of `user_data`; only addresses of the device and the click id travel as they are. */
export type PinterestUser = UserFields & Partial<Record<'hashed_maids' | 'click_id', string>>;

/** All that Pinterest may be told of one conversion: pure JSON. */
export interface PinterestPayload extends Priced, Goods {
  /** Absent for an app whose system is not known. */
  source?: ActionSource;
  user: PinterestUser;
  pageUrl?: string;
  /** The person limits the use of data. */
  limited?: true;
}

const SOURCES: Readonly<Partial<Record<EventSource, ActionSource>>> = {
  website: 'web',
  android: 'app_android',
  fire_tv: 'app_android',
  ios: 'app_ios',
  offline: 'offline',
};

/** Whether a stored payload is one of Pinterest's. */
export function isPinterestPayload(stored: object): stored is PinterestPayload {
  return 'user' in stored && isJsonObject(stored.user);
}

/**
 * Hashes and keeps what Pinterest may be told of `event`. The click id is kept unmodified. Pure.
 */
export function preparePinterestPayload(
  event: ConversionEvent,
  settings: Settings,
): PinterestPayload {
  const user: PinterestUser = hashUser(event, PINTEREST_RULES, settings);
  const maid = readMobileId(event.identifiers);
  if (maid !== undefined) user.hashed_maids = sha256Hex(maid.toLowerCase());
  const clickId = readClickId(event.click.fields.epik);
  if (clickId !== undefined) user.click_id = clickId;
  const payload: PinterestPayload = { user, ...readPriced(event), ...readGoods(event) };
  const source = SOURCES[event.source ?? 'website'];
  if (source !== undefined) payload.source = source;
  const pageUrl = readPageUrl(event.pageUrl);
  if (pageUrl !== undefined) payload.pageUrl = pageUrl;
  if (event.consent.limitedDataUse) payload.limited = true;
  return payload;
}
