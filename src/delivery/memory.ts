import type { Click, ConversionEvent } from '../events/conversion-event.js';
import type { Slot } from '../log/claims.js';
import type { People } from '../log/people.js';
import type { Underway } from './underway.js';

/** What a plan asks of what the workspace remembers of people. */
export interface Memory {
  /** The last paid click of the player within `windowMs` before the event. */
  findClick(event: ConversionEvent, windowMs: number): Click | undefined;
  isSuppressed(event: ConversionEvent): boolean;
  playerOf(event: ConversionEvent): string | undefined;
  membersOf(event: ConversionEvent): string[];
  /** Whether another conversion has the slot. */
  isTaken(slot: Slot): boolean;
}

/** The memory of a workspace, with what this run is about to add to it. */
export function makeMemory(people: People, underway?: Underway): Memory {
  return {
    findClick: (event, windowMs) => people.findClick(event, windowMs),
    isSuppressed: (event) => people.isSuppressed(event),
    playerOf: (event) => people.playerOf(event),
    membersOf: (event) => people.membersOf(event),
    isTaken: (slot) => {
      const holder = underway?.holder(slot) ?? people.claims.holder(slot);
      return holder !== undefined && holder !== slot.id;
    },
  };
}

/** The memory of a workspace that has sent nothing yet. */
export const NO_MEMORY: Memory = {
  findClick: () => undefined,
  isSuppressed: () => false,
  playerOf: () => undefined,
  membersOf: () => [],
  isTaken: () => false,
};
