import type { Click, ConversionEvent } from '../../../events/conversion-event.js';
import type { DryRunMemory } from '../../dry-run-memory.js';
import type { PeopleRecorder } from '../../log-reader.js';
import { lockOf, type OnceLock } from '../../once-lock.js';
import type { LoggedState } from '../../stored-postback.js';
import { openMirroredPeople, type PeopleCopy } from '../../scratch.js';
import { listPostbackIds } from '../lookup.js';
import { findPersons } from '../people/identities.js';
import { findErased } from '../people/suppressions.js';
import type { PgReadContext } from './read-context.js';
import { answerLookup } from '../../answer-lookup.js';

/**
 * Opens the memory of a dry run on top of the log: what the log knows of the people in question is
 * copied into memory before each look-up, where what the dry run has read is added to it.
 */
export function openDryRunMemory(context: PgReadContext, recorder?: PeopleRecorder): DryRunMemory {
  const people = openMirroredPeople(context.keys, (members) => readPeopleOf(context, members));
  const remember = async (events: readonly ConversionEvent[]): Promise<void> => {
    if (events.length === 0) return;
    if (recorder) {
      await recorder.record(events);
      people.forget();
    } else people.remember(events);
  };
  return {
    lookup: async (request) => {
      await remember(request.identities);
      await people.load(request.questions.map(({ event }) => event));
      const { workspace } = context;
      const stateOf = await context.statesOf(listPostbackIds(workspace, people.known, request));
      return answerLookup(request, {
        workspace,
        people: people.known,
        stateOf: ({ id }): LoggedState => stateOf(id),
      });
    },
    remember,
    take: (postback) => {
      const lock = lockOf(postback);
      if (lock) people.known.take(lock);
    },
    findLockOwners: async (locks: readonly OnceLock[]) => {
      await people.loadMembers(locks.map(({ person }) => person));
      return locks.map((lock) => people.known.lockOwner(lock));
    },
    close: () => {
      people.close();
      return Promise.resolve();
    },
  };
}

/** What the log knows of members, and of everything that they are joined with. */
async function readPeopleOf(
  { database }: PgReadContext,
  members: readonly string[],
): Promise<PeopleCopy> {
  return database.use(async (session) => {
    const persons = [...new Set((await findPersons(session, members)).values())];
    const aliases = await session.rows(
      'SELECT member, person FROM @alias WHERE person = ANY($1::text[])',
      [persons],
    );
    const clicks = await session.rows(
      'SELECT person, at, fields FROM @click WHERE person = ANY($1::text[])',
      [persons],
    );
    const locks = await session.rows(
      'SELECT goal, test, person, postback FROM @once_lock WHERE person = ANY($1::text[])',
      [persons],
    );
    const names = [...members, ...persons, ...aliases.map(({ member }) => String(member))];
    return {
      aliases: aliases.map((row) => [String(row['member']), String(row['person'])]),
      clicks: clicks.map((row) => ({
        person: String(row['person']),
        atMs: Number(row['at']),
        fields: JSON.parse(String(row['fields'])) as Click['fields'],
      })),
      locks: locks.map((row) => ({
        goal: String(row['goal']),
        test: row['test'] === true,
        person: String(row['person']),
        id: String(row['postback']),
      })),
      suppressed: [...(await findErased(session, names))],
    };
  });
}
