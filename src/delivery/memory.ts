import type { Click, ConversionEvent } from '../events/conversion-event.js';
import type { Slot } from '../log/claims.js';
import { IN_MEMORY, openDatabase } from '../log/database.js';
import { People } from '../log/people.js';
import { prepareSchema } from '../log/schema.js';
import { systemRandom } from '../random.js';
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

/** The memory of a rehearsal: what the workspace remembers, and what the rehearsal reads, kept nowhere. */
export interface RehearsalMemory extends Memory {
  remember(events: readonly ConversionEvent[]): void;
  close(): void;
}

/** @param real what the workspace remembers; absent where it has sent nothing yet */
export function openRehearsalMemory(real: People | undefined): RehearsalMemory {
  const database = openDatabase(IN_MEMORY, 'normal');
  prepareSchema(database, IN_MEMORY, systemRandom);
  const own = new People(database, real?.keys);
  const memory = makeMemory(real ?? own);
  return {
    ...memory,
    findClick: (event, windowMs) => {
      const [one, two] = [own.findClick(event, windowMs), real?.findClick(event, windowMs)];
      return (one?.timeMs ?? 0) >= (two?.timeMs ?? 0) ? one : two;
    },
    remember: (events) => database.transact(() => own.note(events)),
    close: () => database.close(),
  };
}
