import type { ConversionEvent } from '../../../events/conversion-event.js';
import { systemRandom } from '../../../random.js';
import type { DryRunPeople, KnownPeople } from '../../known-people.js';
import { IN_MEMORY, openDatabase } from '../database/database.js';
import { prepareSchema } from '../database/schema.js';
import { People } from './people.js';

/** What the log remembers of people. */
export function readKnownPeople(people: People): KnownPeople {
  return {
    findClick: (event, windowMs) => people.findClick(event, windowMs),
    isSuppressed: (event) => people.isSuppressed(event),
    playerOf: (event) => people.playerOf(event),
    membersOf: (event) => people.membersOf(event),
    lockOwner: (lock) => people.onceLocks.lockOwner(lock),
  };
}

/** @param real what the workspace remembers; absent where it has sent nothing yet */
export function openDryRunPeople(real: People | undefined): DryRunPeople {
  const database = openDatabase(IN_MEMORY, 'normal');
  prepareSchema(database, IN_MEMORY, systemRandom);
  const own = new People(database, real?.keys);
  const sides = real ? [real, own] : [own];
  return {
    findClick: (event, windowMs) => {
      const persons = joinPersons(event, sides);
      const clicks = sides.map(({ clicks }) =>
        clicks.findLast(persons, event.timeMs - windowMs, event.timeMs),
      );
      return clicks.reduce(
        (best, click) => ((click?.timeMs ?? 0) > (best?.timeMs ?? 0) ? click : best),
        undefined,
      );
    },
    isSuppressed: (event) => real !== undefined && real.suppressions.has(joinPersons(event, sides)),
    playerOf: (event) => (real ?? own).playerOf(event),
    membersOf: (event) => own.membersOf(event),
    lockOwner: (lock) => {
      const persons = [...closePersons([lock.person], sides)];
      const owners = persons.flatMap((person) =>
        sides.map(({ onceLocks }) => onceLocks.lockOwner({ ...lock, person })),
      );
      return (
        owners.find((owner) => owner !== undefined && owner !== lock.id) ?? owners.find(Boolean)
      );
    },
    joinedWith: (members) => closePersons(members, sides),
    remember: (events) => database.transact(() => own.note(events)),
    take: (lock) => database.transact(() => void own.onceLocks.take(lock)),
    close: () => database.close(),
  };
}

/** Everything that the log and the dry run together take for the player of an event. */
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
