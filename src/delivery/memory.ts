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
  /** Notes that a conversion of the plan takes the player's one place in its goal. */
  take(slot: Slot): void;
  close(): void;
}

/** @param real what the workspace remembers; absent where it has sent nothing yet */
export function openRehearsalMemory(real: People | undefined): RehearsalMemory {
  const database = openDatabase(IN_MEMORY, 'normal');
  prepareSchema(database, IN_MEMORY, systemRandom);
  const own = new People(database, real?.keys);
  const sides = real ? [real, own] : [own];
  return {
    findClick: (event, windowMs) => {
      const persons = joinPersons(event, sides);
      const clicks = sides.map(({ clicks }) => clicks.findLast(persons, event.timeMs - windowMs, event.timeMs));
      return clicks.reduce((best, click) => ((click?.timeMs ?? 0) > (best?.timeMs ?? 0) ? click : best), undefined);
    },
    isSuppressed: (event) => real !== undefined && real.suppressions.has(joinPersons(event, sides)),
    playerOf: (event) => (real ?? own).playerOf(event),
    membersOf: (event) => own.membersOf(event),
    isTaken: (slot) => {
      const persons = [...closePersons([slot.person], sides)];
      const holders = persons.flatMap((person) => sides.map(({ claims }) => claims.holder({ ...slot, person })));
      return holders.some((holder) => holder !== undefined && holder !== slot.id);
    },
    remember: (events) => database.transact(() => own.note(events)),
    take: (slot) => database.transact(() => void own.claims.take(slot)),
    close: () => database.close(),
  };
}

/** Everything that the log and the rehearsal together take for the player of an event. */
function joinPersons(event: ConversionEvent, sides: readonly People[]): Set<string> {
  return closePersons((sides[0] as People).membersOf(event), sides);
}

/** Ids may be joined on one side by an alias of the log, on the other by one that was just read. */
function closePersons(members: Iterable<string>, sides: readonly People[]): Set<string> {
  const found = new Set(members);
  const listed = sides.map(() => new Set<string>());
  // A set that grows while it is walked through is walked through to its end.
  for (const member of found) {
    for (const [side, { aliases }] of sides.entries()) {
      const person = aliases.personOf(member);
      if (listed[side]!.has(person)) continue;
      listed[side]!.add(person);
      for (const other of aliases.membersOf(person)) found.add(other);
    }
  }
  return found;
}
