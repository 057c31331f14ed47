import type { LogLocation } from '../../../config/log-location.js';
import {
  NOTHING_PRUNED,
  type PruneCounts,
  type PruneOptions,
  type PruneReceipt,
} from '../../maintenance.js';
import { PgDatabase } from '../connection/pg-database.js';
import { listPartitions, PARTITIONED } from '../database/partitions.js';
import { hasSchema } from '../database/schema.js';
import { sizeOf } from './measure.js';

/** Rows that one statement deletes: others wait for it no longer than some milliseconds. */
const ROWS_A_STEP = 500;
/** Ids that one statement deletes. */
const IDS_A_STEP = 5_000;

const DAY_MS = 86_400_000;

/** Requests that no answer and no decision of a network is awaited for. */
const REQUESTS = `started < $1::bigint AND ended IS NOT NULL
  AND id NOT IN (SELECT request FROM @postback WHERE request IS NOT NULL)`;

/** Removes what is older than a time, see `pruneLog` of open-log.ts. */
export async function pruneLog(
  location: LogLocation,
  options: PruneOptions,
): Promise<PruneReceipt> {
  const olderThan = new Date(options.beforeMs).toISOString();
  const database = await PgDatabase.open(location);
  try {
    const dryRun = options.dryRun ? { dryRun: true as const } : {};
    if (!(await hasSchema(database)))
      return { olderThan, ...dryRun, ...NOTHING_PRUNED, freedBytes: 0 };
    const counts = await countAll(database, options.beforeMs);
    const receipt = { olderThan, ...dryRun, ...counts, freedBytes: 0 };
    if (options.dryRun) return receipt;
    const bytes = await sizeOf(database);
    if (await removeAll(database, options))
      return { ...receipt, freedBytes: Math.max(0, bytes - (await sizeOf(database))) };
    const left = await countAll(database, options.beforeMs);
    return { ...receipt, ...subtract(counts, left), stopped: true };
  } finally {
    await database.close();
  }
}

async function countAll(database: PgDatabase, beforeMs: number): Promise<PruneCounts> {
  const [requests] = await database.rows(
    `SELECT count(*) AS number, coalesce(sum(count), 0) AS attempts FROM @request
       WHERE ${REQUESTS}`,
    [beforeMs],
  );
  const [skips] = await database.rows(
    `SELECT (SELECT coalesce(sum(count), 0) FROM @skip WHERE at < $1::bigint) +
       (SELECT coalesce(sum(count), 0) FROM @skip_count WHERE (hour + 1) * 3600000::bigint <= $1)
         AS number`,
    [beforeMs],
  );
  const states = await database.rows(
    'SELECT state, count(*) AS number FROM @postback WHERE updated < $1::bigint GROUP BY state',
    [beforeMs],
  );
  const of = (state: string): number =>
    Number(states.find((row) => row['state'] === state)?.['number'] ?? 0);
  return {
    attempts: Number(requests?.['attempts']),
    requests: Number(requests?.['number']),
    skips: Number(skips?.['number']),
    failed: of('failed'),
    skipped: of('skipped'),
    pendingKept: of('pending'),
  };
}

function subtract(before: PruneCounts, after: PruneCounts): PruneCounts {
  const entries = Object.entries(before) as [keyof PruneCounts, number][];
  return {
    ...before,
    ...Object.fromEntries(entries.map(([name, number]) => [name, number - after[name]])),
  };
}

/** Returns false when the signal ended it early. */
async function removeAll(
  database: PgDatabase,
  { beforeMs, keepIdsMs, clock, signal }: PruneOptions,
): Promise<boolean> {
  await dropWholeMonths(database, beforeMs);
  const steps: (readonly [sql: string, value: number])[] = [
    [removeSome('@skip', 'id', 'at < $1::bigint'), beforeMs],
    [
      removeSome('@postback', 'id', `state IN ('failed', 'skipped') AND updated < $1::bigint`),
      beforeMs,
    ],
    [removeSome('@checkpoint', 'ctid', 'updated < $1::bigint'), beforeMs],
    ...['@dedupe_index', '@dedupe_repeats'].map(
      (table) =>
        [
          `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM ${table} WHERE day < current_date - $1::int LIMIT ${IDS_A_STEP}))`,
          Math.ceil(keepIdsMs / DAY_MS),
        ] as const,
    ),
  ];
  while ((await removeRequests(database, beforeMs)) > 0) {
    await clock.sleep(0);
    if (signal.aborted) return false;
  }
  for (const [sql, value] of steps) {
    while ((await database.change(sql, [value])) > 0) {
      await clock.sleep(0);
      if (signal.aborted) return false;
    }
  }
  await database.change(
    'DELETE FROM @skip_count WHERE (hour + 1) * 3600000::bigint <= $1::bigint',
    [beforeMs],
  );
  await database.change(
    `DELETE FROM @run WHERE ended < $1::bigint AND id < (SELECT max(id) FROM @run)
       AND NOT EXISTS (SELECT 1 FROM @request r WHERE r.run = @run.id) AND NOT EXISTS (SELECT 1
         FROM @skip s WHERE s.run = @run.id)
       AND NOT EXISTS (SELECT 1 FROM @skip_count c WHERE c.run = @run.id)
       AND NOT EXISTS (SELECT 1 FROM @batch b WHERE b.run = @run.id)`,
    [beforeMs],
  );
  return true;
}

function removeSome(table: string, key: string, where: string): string {
  const some = `SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${ROWS_A_STEP}`;
  return `DELETE FROM ${table} WHERE ${key} = ANY(ARRAY(${some}))`;
}

async function removeRequests(database: PgDatabase, beforeMs: number): Promise<number> {
  return database.transact(async (session) => {
    const rows = await session.rows(
      `SELECT id FROM @request WHERE ${REQUESTS} ORDER BY started LIMIT ${ROWS_A_STEP}`,
      [beforeMs],
    );
    if (rows.length === 0) return 0;
    const ids = rows.map(({ id }) => Number(id));
    await session.change('DELETE FROM @problem WHERE request = ANY($1::bigint[])', [ids]);
    await session.change(
      'DELETE FROM @batch WHERE request = ANY($1::bigint[]) AND completed IS NOT NULL',
      [ids],
    );
    await session.change('DELETE FROM @request WHERE id = ANY($1::bigint[])', [ids]);
    return ids.length;
  });
}

/**
 * Drops the partitions of past months in which everything is old enough and nothing is awaited:
 * that frees their room at once. What holds a month back is deleted row by row instead.
 */
async function dropWholeMonths(database: PgDatabase, beforeMs: number): Promise<void> {
  const [now] = await database.rows(
    `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')::int AS month`,
  );
  for (const table of PARTITIONED) {
    for (const month of await listPartitions(database, database.schema, table)) {
      if (month >= Number(now?.['month'])) continue;
      await database.transact(async (session) => {
        await session.script(`SET LOCAL lock_timeout = 5000`);
        const name = `@${table}_${month}`;
        if (table === 'skip') {
          const [kept] = await session.rows(
            `SELECT 1 AS one FROM ${name} WHERE at >= $1::bigint LIMIT 1`,
            [beforeMs],
          );
          if (!kept) await session.script(`DROP TABLE ${name}`);
          return;
        }
        const [kept] = await session.rows(
          `SELECT 1 AS one FROM ${name} WHERE NOT (${REQUESTS}) LIMIT 1`,
          [beforeMs],
        );
        if (kept) return;
        await session.change(`DELETE FROM @problem WHERE request IN (SELECT id FROM ${name})`);
        await session.change(
          `DELETE FROM @batch WHERE completed IS NOT NULL AND request IN (SELECT id FROM ${name})`,
        );
        await session.script(`DROP TABLE ${name}`);
      });
    }
  }
}
