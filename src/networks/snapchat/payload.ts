import type { Settings } from '../../config/settings.js';
import type { ConversionEvent, EventSource } from '../../events/conversion-event.js';
import { isJsonObject } from '../../json.js';
import { readPriced, type Priced } from '../amount.js';
import { readGoods, type Goods } from '../goods.js';
import { hashUser, withoutGaps, type UserFields } from '../hashed-user.js';
import { readPageUrl } from '../page-url.js';
import { readClickId, readMobileId } from '../plain-identifiers.js';
import { SNAPCHAT_RULES } from './identity/rules.js';

/** Where a conversion happened, in Snapchat's words. */
export type ActionSource = 'WEB' | 'MOBILE_APP' | 'OFFLINE';

/** Fields of `user_data`; mobile id, click id and cookie travel as they are. */
export type SnapchatUser = UserFields &
  Partial<Record<'madid' | 'sc_click_id' | 'sc_cookie1', string>>;

/** All that Snapchat may be told of one conversion: pure JSON. */
export interface SnapchatPayload extends Priced, Goods {
  source: ActionSource;
  /** The system of an app: it decides the version of the app's data. */
  system?: 'ios' | 'android';
  user: SnapchatUser;
  pageUrl?: string;
  /** The person limits the use of data. */
  limited?: true;
}

const SOURCES: Readonly<Record<EventSource, ActionSource>> = {
  website: 'WEB',
  app: 'MOBILE_APP',
  android: 'MOBILE_APP',
  ios: 'MOBILE_APP',
  fire_tv: 'MOBILE_APP',
  offline: 'OFFLINE',
};

/** Whether a stored payload is one of Snapchat's. */
export function isSnapchatPayload(stored: object): stored is SnapchatPayload {
  return 'user' in stored && isJsonObject(stored.user) && 'source' in stored;
}

/** Hashes and keeps what Snapchat may be told of `event`. The click id is kept unmodified. Pure. */
export function prepareSnapchatPayload(
  event: ConversionEvent,
  settings: Settings,
): SnapchatPayload {
  const { source, identifiers, click } = event;
  const ids = {
    // "Converts all characters to lowercase", and is not hashed.
    madid: readMobileId(identifiers)?.toLowerCase(),
    sc_click_id: readClickId(click.fields.sc_click_id),
    sc_cookie1: readClickId(click.fields.sc_cookie1),
  };
  const payload: SnapchatPayload = {
    source: source === undefined ? 'WEB' : SOURCES[source],
    user: { ...hashUser(event, SNAPCHAT_RULES, settings), ...withoutGaps(ids) },
    ...readPriced(event),
    ...readGoods(event),
  };
  if (source === 'ios' || source === 'android') payload.system = source;
  const pageUrl = readPageUrl(event.pageUrl);
  if (pageUrl !== undefined) payload.pageUrl = pageUrl;
  if (event.consent.limitedDataUse) payload.limited = true;
  return payload;
}
