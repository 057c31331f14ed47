import type { ConsentSignals } from '../events/conversion-event.js';
import type { Reading } from './reading.js';

/**
 * The level that Google's consent mode says, by the mapping of the Audience SDK:
 * `analytics_storage` denied is none, granted is anonymous, with `ad_storage` granted as well full.
 * `ad_user_data` came later and says the same as `ad_storage` about what may be told of a person;
 * denied, either of them allows anonymous at most. Undefined where the event carries none of them.
 * `ad_personalization` is passed on and decides nothing here.
 */
export function readGoogleConsent({
  analyticsStorage,
  adStorage,
  adUserData,
}: ConsentSignals): Reading | undefined {
  if (analyticsStorage === undefined && adStorage === undefined && adUserData === undefined)
    return undefined;
  const says = Object.entries({
    analytics_storage: analyticsStorage,
    ad_storage: adStorage,
    ad_user_data: adUserData,
  })
    .flatMap(([field, status]) =>
      status === undefined ? [] : [`${field} ${status.toLowerCase()}`],
    )
    .join(', ');
  if (analyticsStorage === 'DENIED') return { level: 'none', says };
  const isDenied = adStorage === 'DENIED' || adUserData === 'DENIED';
  if (isDenied)
    return analyticsStorage === undefined
      ? { atMost: 'anonymous', says }
      : { level: 'anonymous', says };
  if (adUserData !== undefined || (analyticsStorage && adStorage)) return { level: 'full', says };
  // ad_storage alone does not say whether anything may be measured.
  return analyticsStorage === undefined ? { says } : { level: 'anonymous', says };
}
