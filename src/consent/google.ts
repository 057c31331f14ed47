import type { ConversionEvent } from '../events/conversion-event.js';
import type { Reading } from './reading.js';

/**
 * The level that Google's consent mode says, by the mapping of the Audience SDK: `analytics_storage` denied is none,
 * granted is anonymous, with `ad_storage` granted beside it full. `ad_user_data` came later and says the same as
 * `ad_storage` about what may be told of a person; denied, either of them allows anonymous at most.
 * Undefined where the event carries none of them. `ad_personalization` is passed on and decides nothing here.
 */
export function readGoogleConsent({
  properties,
  consent,
}: Pick<ConversionEvent, 'properties' | 'consent'>): Reading | undefined {
  const analytics = readStatus(properties['analytics_storage']);
  const ads = readStatus(properties['ad_storage']);
  const user = readStatus(consent.adUserData);
  if (analytics === undefined && ads === undefined && user === undefined) return undefined;
  const says = Object.entries({ analytics_storage: analytics, ad_storage: ads, ad_user_data: user })
    .flatMap(([field, status]) => (status === undefined ? [] : [`${field} ${status}`]))
    .join(', ');
  if (analytics === 'denied') return { level: 'none', says };
  const isDenied = ads === 'denied' || user === 'denied';
  if (isDenied) return analytics === undefined ? { atMost: 'anonymous', says } : { level: 'anonymous', says };
  if (user === 'granted' || (analytics && ads)) return { level: 'full', says };
  // ad_storage alone does not say whether anything may be measured.
  return analytics === undefined ? { says } : { level: 'anonymous', says };
}

function readStatus(value: unknown): 'granted' | 'denied' | undefined {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  return word === 'granted' || word === 'denied' ? word : undefined;
}
