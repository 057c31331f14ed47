import type { PgDatabase, PgSession } from '../connection/pg-database.js';

/** Tables that have a partition for each month. */
export const PARTITIONED = ['request', 'skip'] as const;

/** Number of months that have a partition before they begin. */
const MONTHS_AHEAD = 6;

/** Returns the partitions of a table, by month (202612 is December 2026), the oldest first. */
export async function listPartitions(
  session: PgSession,
  schema: string,
  table: (typeof PARTITIONED)[number],
): Promise<number[]> {
  const rows = await session.rows(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = to_regclass($1) ORDER BY c.relname`,
    [`${schema}.${table}`],
  );
  return rows.map(({ name }) => Number(String(name).slice(-6)));
}

/** Number of coming months that have a partition in every table, by the server's clock. */
export async function countPartitionsAhead(database: PgDatabase): Promise<number> {
  const wanted = (await listMonths(database)).slice(1);
  const lists = await Promise.all(
    PARTITIONED.map((table) => listPartitions(database, database.schema, table)),
  );
  const firstMissing = wanted.findIndex((month) => lists.some((list) => !list.includes(month)));
  return firstMissing === -1 ? wanted.length : firstMissing;
}

/**
 * Makes the partitions of this month and of some months ahead. Makes none where a user without the
 * right to do so finds this month and the next one there.
 * @throws ConfigError `log_forbidden` when one is missing that this user may not make
 */
export async function makePartitions(database: PgDatabase): Promise<void> {
  const months = await listMonths(database);
  const missing: string[] = [];
  for (const table of PARTITIONED) {
    const found = new Set(await listPartitions(database, database.schema, table));
    for (const month of months) {
      if (!found.has(month))
        missing.push(
          `CREATE TABLE IF NOT EXISTS @${table}_${month} PARTITION OF @${table} FOR
             VALUES IN (${month})`,
        );
    }
  }
  if (missing.length === 0) return;
  try {
    await database.transact(async (session) => {
      await session.rows('SELECT pg_advisory_xact_lock(hashtext($1))', [database.schema]);
      await session.script(missing.join(';\n'));
    });
  } catch (error) {
    if ((await countPartitionsAhead(database)) < 1) throw error;
  }
}

async function listMonths(session: PgSession): Promise<number[]> {
  const rows = await session.rows(
    `SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n),
       'YYYYMM')::int AS month
     FROM generate_series(0, $1::int) n`,
    [MONTHS_AHEAD],
  );
  return rows.map(({ month }) => Number(month));
}
