import type { ConversionEvent, EventSource } from '../../events/conversion-event.js';
import { readOrigin } from '../event-origin.js';

/** Where a conversion happened, in the words of `Event.eventSource` that this tool writes. */
export type GoogleSource = 'WEB' | 'APP' | 'OTHER';

/**
 * `offline` is OTHER. IN_STORE is the source of store sales, which need an allow-listed account and
 * a conversion action of the type STORE_SALES
 * (https://developers.google.com/data-manager/api/devguides/events/google-ads/store-sales/send-events,
 * 2026-11-30; docs/development/decisions/google-event-source.md).
 */
const BY_SOURCE: Readonly<Record<EventSource, GoogleSource>> = {
  website: 'WEB',
  app: 'APP',
  android: 'APP',
  ios: 'APP',
  fire_tv: 'APP',
  offline: 'OTHER',
};

/** Returns where an event happened; undefined if unknown. */
export function readEventSource(
  event: Pick<ConversionEvent, 'source' | 'surface' | 'pageUrl'>,
): GoogleSource | undefined {
  const origin = readOrigin(event);
  return origin === undefined ? undefined : BY_SOURCE[origin];
}

/**
 * The `eventSource` of a request. The reference calls the field optional, and the live API refuses
 * a Google Ads event without it (https://github.com/googleapis/google-cloud-php/issues/9201,
 * 2026-05-19), so an event that tells nothing, or was recorded before this rule, is OTHER.
 */
export function chooseEventSource(source: GoogleSource | undefined): GoogleSource {
  return source ?? 'OTHER';
}
