import { attributeClick } from '../../../attribution/attribute.js';
import type { Click, ConversionEvent } from '../../../events/conversion-event.js';
import type { MemberKeys } from '../../../people/member.js';
import type { EventQuestion } from '../../known-state.js';
import type { PgSession } from '../connection/pg-database.js';
import { findPersons } from './identities.js';
import { findErased } from './suppressions.js';
import { readStoredClick } from '../../packed/stored-click.js';
import type { KnownPeople } from '../../known-people.js';

interface StoredClick {
  atMs: number;
  fields: Click['fields'];
}

/**
 * Reads what the log remembers of the people in some questions into memory, so that a plan can ask
 * without waiting. Tables without rows cost nothing.
 */
export async function readPeople(
  session: PgSession,
  keys: MemberKeys,
  questions: readonly EventQuestion[],
  clickWindowMs: number,
): Promise<KnownPeople> {
  const tables = await findFilled(session);
  const membersOf = cached((event: ConversionEvent) => listMembers(event, keys));
  const idsOf = cached((event: ConversionEvent) => listIds(event, keys));
  const events = questions.map(({ event }) => event).filter(({ type }) => type === 'track');
  const members = [...new Set(events.flatMap(membersOf))];
  const persons = tables.alias ? await findPersons(session, members) : new Map<string, string>();
  const personOf = (member: string): string => persons.get(member) ?? member;
  const erased = tables.suppression
    ? await findErased(session, [...members, ...members.map(personOf)])
    : new Set<string>();
  const people = [...new Set(events.flatMap(idsOf).map(personOf))];
  const asking = questions.filter(
    ({ event, owner }) => event.type === 'track' && owner === undefined,
  );
  const clicks =
    tables.click && asking.length > 0
      ? await readClicks(session, people, spanOf(asking, clickWindowMs))
      : new Map<string, StoredClick[]>();
  const locks = tables.once_lock ? await readLocks(session, people) : new Map<string, string>();
  return {
    findClick: (event, windowMs) =>
      findLast(idsOf(event).map(personOf), clicks, event.timeMs - windowMs, event.timeMs),
    isSuppressed: (event) =>
      erased.size > 0 &&
      membersOf(event).some((member) => erased.has(member) || erased.has(personOf(member))),
    playerOf: ({ userId, anonymousId }) => {
      const id = userId ?? anonymousId;
      return id === undefined ? undefined : personOf(keys.ofId(id));
    },
    membersOf,
    lockOwner: ({ goal, test, person }) => locks.get(lockKey(goal, test, person)),
  };
}

type Table = 'alias' | 'suppression' | 'click' | 'once_lock';

async function findFilled(session: PgSession): Promise<Record<Table, boolean>> {
  const [row] = await session.rows(
    `SELECT EXISTS (SELECT 1 FROM @alias) AS alias, EXISTS (SELECT 1 FROM @suppression)
       AS suppression,
       EXISTS (SELECT 1 FROM @click) AS click, EXISTS (SELECT 1 FROM @once_lock) AS once_lock`,
  );
  return row as Record<Table, boolean>;
}

function listIds({ userId, anonymousId }: ConversionEvent, keys: MemberKeys): string[] {
  return [userId, anonymousId].filter((id) => id !== undefined).map((id) => keys.ofId(id));
}

/** The keys of everything on the event that names the player. */
function listMembers(event: ConversionEvent, keys: MemberKeys): string[] {
  const members = listIds(event, keys);
  const { plain, hashed } = event.identifiers;
  if (plain.email !== undefined) members.push(keys.ofEmail(plain.email));
  if (hashed.email !== undefined) members.push(keys.ofEmailHash(hashed.email));
  return members;
}

/** Each event is asked several times. */
function cached<T>(read: (event: ConversionEvent) => T): (event: ConversionEvent) => T {
  const known = new Map<ConversionEvent, T>();
  return (event) => {
    const found = known.get(event);
    if (found !== undefined) return found;
    const made = read(event);
    known.set(event, made);
    return made;
  };
}

/** The time in which clicks count for any of these questions. */
function spanOf(questions: readonly EventQuestion[], windowMs: number): [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const { event } of questions) {
    from = Math.min(from, event.timeMs - windowMs);
    to = Math.max(to, event.timeMs);
  }
  return [Math.floor(from), Math.ceil(to)];
}

async function readClicks(
  session: PgSession,
  people: readonly string[],
  [fromMs, toMs]: [number, number],
): Promise<Map<string, StoredClick[]>> {
  const clicks = new Map<string, StoredClick[]>();
  for (const row of await session.rows(
    `SELECT person, at, fields FROM @click WHERE person = ANY($1::text[]) AND at BETWEEN $2 AND $3
     ORDER BY person, at DESC`,
    [people, fromMs, toMs],
  )) {
    const person = String(row['person']);
    const list = clicks.get(person) ?? [];
    clicks.set(person, list);
    list.push({ atMs: Number(row['at']), fields: readStoredClick(String(row['fields'])) });
  }
  return clicks;
}

/** The last click of any of these people in a time, bounds included. */
function findLast(
  people: readonly string[],
  clicks: ReadonlyMap<string, readonly StoredClick[]>,
  fromMs: number,
  toMs: number,
): Click | undefined {
  let found: (Click & { timeMs: number }) | undefined;
  for (const person of new Set(people)) {
    const last = clicks
      .get(person)
      ?.find(
        ({ atMs, fields }) =>
          atMs >= fromMs && atMs <= toMs && attributeClick({ fields }) !== undefined,
      );
    if (last && (found === undefined || found.timeMs < last.atMs))
      found = { fields: last.fields, timeMs: last.atMs };
  }
  return found;
}

async function readLocks(
  session: PgSession,
  people: readonly string[],
): Promise<Map<string, string>> {
  const rows = await session.rows(
    'SELECT goal, test, person, postback FROM @once_lock WHERE person = ANY($1::text[])',
    [people],
  );
  return new Map(
    rows.map((row) => [
      lockKey(String(row['goal']), row['test'] === true, String(row['person'])),
      String(row['postback']),
    ]),
  );
}

function lockKey(goal: string, test: boolean, person: string): string {
  return `${goal}\0${test ? 1 : 0}\0${person}`;
}
