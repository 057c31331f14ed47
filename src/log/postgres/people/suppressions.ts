import type { Entry } from '../../entry.js';
import type { PgSession } from '../connection/pg-database.js';
import { findPersons } from './identities.js';

/** Returns which of these members were erased. */
export async function findErased(
  session: PgSession,
  members: readonly string[],
): Promise<Set<string>> {
  if (members.length === 0) return new Set();
  const rows = await session.rows(
    'SELECT member FROM @suppression WHERE member = ANY($1::text[])',
    [[...new Set(members)]],
  );
  return new Set(rows.map(({ member }) => String(member)));
}

/** Returns ids of the entries whose player was erased. */
export async function findSuppressed(
  session: PgSession,
  entries: readonly Entry[],
): Promise<string[]> {
  const namesOf = ({ postback: { person, members = [] } }: Entry): readonly string[] =>
    person === undefined ? members : [person, ...members];
  const erased = await findErased(session, entries.flatMap(namesOf));
  if (erased.size === 0) return [];
  return entries
    .filter((entry) => namesOf(entry).some((name) => erased.has(name)))
    .map(({ postback }) => postback.id);
}

/** Whether each person, known by any of these keys, was erased. */
export async function findSuppressedPeople(
  session: PgSession,
  people: readonly (readonly string[])[],
): Promise<boolean[]> {
  const members = [...new Set(people.flat())];
  const persons = await findPersons(session, members);
  const erased = await findErased(session, [...members, ...persons.values()]);
  return people.map((names) =>
    names.some((name) => erased.has(name) || erased.has(persons.get(name) ?? name)),
  );
}
