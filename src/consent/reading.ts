import type { ConsentLevel } from '../events/conversion-event.js';

export type KnownLevel = Exclude<ConsentLevel, 'not_set'>;

/**
 * What one consent signal says: a level, only an upper bound, nothing about this, or nothing that
 * can be read. `optOut`: the person opted out of the sale, sharing or targeted advertising under a
 * law of the US.
 */
export type Reading = (
  | { level: KnownLevel; says: string }
  | { atMost: KnownLevel; says: string }
  | { says: string }
  | { problem: string }
) & { optOut?: true };
