import type { ConversionEvent, Identifiers } from '../events/conversion-event.js';
import { HASHED_FIELDS } from '../events/conversion-event.js';

/** An event reduced to what `anonymous` allows, and the types of identifiers that were left out. */
export interface Reduced {
  event: ConversionEvent;
  /** The kinds of identifiers that were left out, by the names that lines use. */
  dropped: string[];
}

const DIRECT_IDS = { externalId: 'external_id', maid: 'maid', rampId: 'ramp_id' } as const;

/**
 * The event without the identifiers that only `full` consent allows
 * (docs/development/decisions/consent.md). Click ids, match id, country, IP address and user agent
 * stay.
 */
export function withoutPersonalIdentifiers(event: ConversionEvent): Reduced {
  const { plain, hashed } = event.identifiers;
  const dropped: string[] = HASHED_FIELDS.filter(
    (field) => (plain[field] ?? hashed[field]) !== undefined,
  );
  const identifiers: Identifiers = { ...event.identifiers, plain: {}, hashed: {} };
  for (const field of Object.keys(DIRECT_IDS) as (keyof typeof DIRECT_IDS)[]) {
    if (identifiers[field] === undefined) continue;
    dropped.push(DIRECT_IDS[field]);
    delete identifiers[field];
  }
  return { event: { ...event, consentLevel: 'anonymous', identifiers }, dropped };
}
