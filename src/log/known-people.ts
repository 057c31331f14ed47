import type { Click, ConversionEvent } from '../events/conversion-event.js';
import type { OnceLock } from './once-lock.js';

/** What a look-up asks of what the workspace remembers of people. */
export interface KnownPeople {
  /** The last paid click of the player within `windowMs` before the event. */
  findClick(event: ConversionEvent, windowMs: number): Click | undefined;
  isSuppressed(event: ConversionEvent): boolean;
  playerOf(event: ConversionEvent): string | undefined;
  membersOf(event: ConversionEvent): string[];
  /** Id of the postback that holds a once-per-player lock. */
  lockOwner(lock: OnceLock): string | undefined;
}

/**
 * What the log remembers of people together with what a dry run has read, which is kept nowhere.
 */
export interface DryRunPeople extends KnownPeople {
  remember(events: readonly ConversionEvent[]): void;
  /** Every name that the log and the dry run together join with these. */
  joinedWith(members: readonly string[]): Set<string>;
  /** Notes that a conversion of the plan takes the player's one place in its goal. */
  take(lock: OnceLock): void;
  close(): void;
}
