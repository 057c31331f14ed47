import type { PerNetwork } from '../networks/names.js';

/** `once` counts a player's first conversion only; `repeatable` counts each. */
export type Trigger = 'once' | 'repeatable';

/**
 * Amazon's Events API has no definition id: these four name a conversion
 * (docs/reference/amazon.md#events-api-events).
 */
export interface EventDescription {
  name: string;
  type: string;
  source: string;
  dataset?: string;
}

/**
 * Mapping of a goal at a network: an id, an event name or tag as text, or an Amazon event
 * description.
 */
export type Mapping = string | EventDescription;

/**
 * Our rule saying which events count as a conversion. The form of the project file and of
 * `goals list --json`.
 */
export interface ConversionGoal {
  /** Slug, unique in its workspace. */
  id: string;
  name: string;
  event: string;
  description?: string;
  trigger: Trigger;
  /** Conditions such as `value>10`; all must hold. */
  filters: string[];
  enabled: boolean;
  map: PerNetwork<Mapping>;
  /** Where test events go. */
  testMap: PerNetwork<Mapping>;
}
