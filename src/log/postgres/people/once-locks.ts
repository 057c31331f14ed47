import type { OnceLock } from '../../once-lock.js';
import type { PgSession } from '../connection/pg-database.js';

function keyOf({ goal, test, person }: OnceLock): string {
  return `${goal}\0${test ? 1 : 0}\0${person}`;
}

/** The first of several that want the same lock. */
function firstOfEach(locks: readonly OnceLock[]): OnceLock[] {
  const first = new Map<string, OnceLock>();
  for (const lock of locks) if (!first.has(keyOf(lock))) first.set(keyOf(lock), lock);
  return [...first.values()];
}

/** The columns of locks as arrays, sorted: several runs take the same ones in the same order. */
function columnsOf(locks: readonly OnceLock[]): (string[] | boolean[])[] {
  const sorted = [...locks].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return [
    sorted.map(({ goal }) => goal),
    sorted.map(({ test }) => test),
    sorted.map(({ person }) => person),
    sorted.map(({ id }) => id),
  ];
}

const LOCKS =
  'unnest($1::text[], $2::boolean[], $3::text[], $4::text[]) l(goal, test, person, postback)';

/**
 * Takes once-per-player locks. A player who was joined with another since is found under the name
 * that counts now. Call inside a transaction.
 * @returns ids of the postbacks that did not get theirs, because another conversion holds it
 */
export async function takeLocks(
  session: PgSession,
  locks: readonly OnceLock[],
): Promise<Set<string>> {
  if (locks.length === 0) return new Set();
  await session.change(
    `INSERT INTO @once_lock (goal, test, person, postback)
     SELECT l.goal, l.test, coalesce(a.person, l.person), l.postback FROM ${LOCKS}
     LEFT JOIN @alias a ON a.member = l.person ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
    columnsOf(firstOfEach(locks)),
  );
  const rows = await session.rows(
    `SELECT l.postback FROM ${LOCKS} LEFT JOIN @alias a ON a.member = l.person
     JOIN @once_lock o ON o.goal = l.goal AND o.test = l.test AND o.person = coalesce(a.person,
       l.person)
     WHERE o.postback <> l.postback`,
    columnsOf(locks),
  );
  return new Set(rows.map(({ postback }) => String(postback)));
}

/** Releases locks, where these postbacks hold them. Call inside a transaction. */
export async function releaseLocks(session: PgSession, locks: readonly OnceLock[]): Promise<void> {
  if (locks.length === 0) return;
  await session.change(
    `DELETE FROM @once_lock o USING ${LOCKS} LEFT JOIN @alias a ON a.member = l.person
     WHERE o.goal = l.goal AND o.test = l.test AND o.person = coalesce(a.person, l.person)
       AND o.postback = l.postback`,
    columnsOf(locks),
  );
}

/** Returns ids of the postbacks that hold locks; undefined for each that is free. */
export async function findLockOwners(
  session: PgSession,
  locks: readonly Omit<OnceLock, 'id'>[],
): Promise<(string | undefined)[]> {
  if (locks.length === 0) return [];
  const rows = await session.rows(
    `SELECT l.position, o.postback FROM unnest($1::text[], $2::boolean[], $3::text[])
       WITH ORDINALITY l(goal, test, person, position)
     JOIN @once_lock o ON o.goal = l.goal AND o.test = l.test AND o.person = l.person`,
    [
      locks.map(({ goal }) => goal),
      locks.map(({ test }) => test),
      locks.map(({ person }) => person),
    ],
  );
  const owners = new Map(rows.map((row) => [Number(row['position']), String(row['postback'])]));
  return locks.map((_, index) => owners.get(index + 1));
}
