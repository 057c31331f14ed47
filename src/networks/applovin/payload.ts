import type { Settings } from '../../config/settings.js';
import type { ConversionEvent } from '../../events/conversion-event.js';
import { isJsonObject } from '../../json.js';
import { readPriced, type Priced } from '../amount.js';
import { readOrigin } from '../event-origin.js';
import { readGoods, type Goods } from '../goods.js';
import { hashUser, withoutGaps } from '../hashed-user.js';
import { readPageUrl } from '../page-url.js';
import { readClickId, readMobileId } from '../plain-identifiers.js';
import { APPLOVIN_RULES } from './identity/rules.js';

/** Fields of `user_data`: email address and phone number are SHA-256, all others are in clear. */
export type AppLovinUser = Partial<
  Record<
    | 'alart'
    | 'aleid'
    | 'axwrt'
    | 'email'
    | 'phone'
    | 'client_ip_address'
    | 'client_user_agent'
    | 'country_code'
    | 'ifa'
    | 'os',
    string
  >
>;

/** All that AppLovin may be told of one conversion: pure JSON. */
export interface AppLovinPayload extends Priced, Goods {
  user: AppLovinUser;
  /** Whether it happened in an app. */
  isApp?: true;
  pageUrl?: string;
  /** The person limits the use of data: AppLovin has no such mode, so that nothing may be sent. */
  limited?: true;
}

/** Whether a stored payload is one of AppLovin's. */
export function isAppLovinPayload(stored: object): stored is AppLovinPayload {
  return 'user' in stored && isJsonObject(stored.user);
}

/** Hashes and keeps what AppLovin may be told of `event`. Click ids are kept unmodified. Pure. */
export function prepareAppLovinPayload(
  event: ConversionEvent,
  settings: Settings,
): AppLovinPayload {
  const { identifiers, click, source } = event;
  const origin = readOrigin(event);
  const hashed = hashUser(event, APPLOVIN_RULES, settings);
  const user: AppLovinUser = withoutGaps({
    alart: readClickId(click.fields.alart),
    aleid: readClickId(click.fields.aleid),
    axwrt: readClickId(click.fields.axwrt),
    email: hashed.em,
    phone: hashed.ph,
    client_ip_address: hashed.client_ip_address,
    client_user_agent: hashed.client_user_agent,
    country_code: identifiers.country,
    ifa: readMobileId(identifiers),
    os: source === 'ios' || source === 'android' ? source : undefined,
  });
  const payload: AppLovinPayload = { user, ...readPriced(event), ...readGoods(event) };
  if (origin !== undefined && origin !== 'website' && origin !== 'offline') payload.isApp = true;
  const pageUrl = readPageUrl(event.pageUrl);
  if (pageUrl !== undefined) payload.pageUrl = pageUrl;
  if (event.consent.limitedDataUse) payload.limited = true;
  return payload;
}
