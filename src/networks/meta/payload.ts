import type { Settings } from '../../config/settings.js';
import type { ConversionEvent } from '../../events/conversion-event.js';
import { toCountryCode } from '../../identity/country.js';
import { isJsonObject } from '../../json.js';
import { readPriced, type Priced } from '../amount.js';
import { readPageUrl } from '../page-url.js';
import { buildUserData, type MetaUser } from './user-data.js';

/**
 * The words of `action_source` that an event line can mean
 * (docs/development/decisions/meta-action-source.md).
 */
export type ActionSource = 'website' | 'physical_store' | 'other';

/** All that Meta may be told of one conversion: pure JSON, identifiers hashed. */
export interface MetaPayload extends Priced {
  user: MetaUser;
  source: ActionSource;
  /** Where it happened, http or https. */
  pageUrl?: string;
  /** The page that led to it, http or https. */
  referrer?: string;
  orderId?: string;
  item?: { id?: string; name?: string; quantity?: number };
  limitedDataUse?: true;
}

/** Whether a stored payload is one of Meta's. */
export function isMetaPayload(stored: object): stored is MetaPayload {
  return (
    'user' in stored &&
    isJsonObject(stored.user) &&
    'source' in stored &&
    typeof stored.source === 'string'
  );
}

/** Hashes and keeps what Meta may be told of `event`. */
export function prepareMetaPayload(event: ConversionEvent, settings: Settings): MetaPayload {
  const { country } = event.identifiers;
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const user = buildUserData(event, { country, phoneCountry });
  const pageUrl = readPageUrl(event.pageUrl);
  const payload: MetaPayload = {
    user,
    source: chooseActionSource(event, user, pageUrl),
    ...readPriced(event),
  };
  if (pageUrl !== undefined) payload.pageUrl = pageUrl;
  const referrer = readPageUrl(event.pageReferrer);
  if (referrer !== undefined) payload.referrer = referrer;
  addGoods(payload, event);
  if (event.consent.limitedDataUse) payload.limitedDataUse = true;
  return payload;
}

/**
 * A line that says nothing is the website's where it has all that Meta wants of a website's event.
 * What happened in an app is `other`: Meta takes `app` only with device data that no event line
 * carries.
 */
function chooseActionSource(
  { source }: ConversionEvent,
  user: MetaUser,
  pageUrl: string | undefined,
): ActionSource {
  if (source === 'website') return 'website';
  if (source === 'offline') return 'physical_store';
  return source === undefined && pageUrl !== undefined && user.client_user_agent !== undefined
    ? 'website'
    : 'other';
}

function addGoods(payload: MetaPayload, event: ConversionEvent): void {
  if (event.transactionId !== undefined) payload.orderId = event.transactionId;
  const { itemId: id, itemName: name, quantity } = event;
  const item = {
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(quantity === undefined ? {} : { quantity }),
  };
  if (id !== undefined || name !== undefined) payload.item = item;
}
