import type { SkipEntry } from '../../entry.js';
import { countGeneral, trimSkips, type SkipCount, type TrimSchedule } from '../../general-skips.js';
import { packSkips } from '../../packed/attempt-rows.js';
import type { PgSession } from '../connection/pg-database.js';
import type { PgWrite } from '../database/write-queue.js';
import { toSqlRow } from '../reading/query.js';
import { putRows, type RowWrite } from './rows.js';

/** Rows that a trim looks at together. */
const ROWS_AT_ONCE = 200;

/** Records what was not sent, packed into rows, and rows of what a later replay may send. */
export async function recordSkips(
  write: PgWrite,
  entries: readonly SkipEntry[],
  nowMs: number,
  schedule: TrimSchedule,
): Promise<void> {
  const general = countGeneral(entries);
  await write.change(
    'INSERT INTO @skip (run, at, count, general, entries) VALUES ($1, $2, $3, $4, $5)',
    [write.run, nowMs, entries.length, general, packSkips(entries)],
  );
  if (general > 0 && schedule.add(general)) await trimGeneralSkips(write, schedule);
  const rows = entries.flatMap(({ postback, reason, message }): RowWrite[] => {
    if (postback === undefined) return [];
    const outcome = message === undefined ? { reason } : { reason, message };
    return [{ entry: { postback, attempts: 0 }, state: 'skipped', account: null, outcome }];
  });
  await putRows(write, rows, nowMs);
}

/**
 * Takes the general skips that are too many out of their rows, and counts them. Does nothing while
 * another run does so: two would remove more than is too much.
 */
export async function trimGeneralSkips(write: PgWrite, schedule: TrimSchedule): Promise<void> {
  if (!schedule.isDue) return;
  const [lock] = await write.rows(`SELECT pg_try_advisory_xact_lock(hashtext('@skip')) AS mine`);
  if (!lock?.['mine']) return;
  schedule.reset();
  const [row] = await write.rows(
    'SELECT coalesce(sum(general), 0)::bigint AS count FROM @skip WHERE general > 0',
  );
  let excess = Number(row?.['count']) - schedule.keep;
  for (let after = 0; excess > 0;) {
    const rows = await write.rows(
      `SELECT id, run, at, entries FROM @skip WHERE general > 0 AND id > $1::bigint ORDER BY id
       LIMIT ${ROWS_AT_ONCE}`,
      [after],
    );
    if (rows.length === 0) return;
    after = Number(rows.at(-1)?.['id']);
    const { remove, shorten, counts } = trimSkips(rows.map(toSqlRow), excess);
    await write.change('DELETE FROM @skip WHERE id = ANY($1::bigint[])', [remove]);
    for (const { id, count, general, entries } of shorten) {
      await write.change(
        'UPDATE @skip SET count = $1, general = $2, entries = $3 WHERE id = $4::bigint',
        [count, general, entries, id],
      );
    }
    await addCounts(write, counts);
    excess -= counts.reduce((sum, { count }) => sum + count, 0);
  }
}

async function addCounts(write: PgWrite, counts: readonly SkipCount[]): Promise<void> {
  for (const { run, hour, reason, goal, network, count } of counts) {
    await write.change(
      `INSERT INTO @skip_count AS c (run, hour, reason, goal, network, count)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (run, hour, reason, goal, network) DO UPDATE
         SET count = c.count + excluded.count`,
      [run, hour, reason, goal, network, count],
    );
  }
}

/** Reads how many skips have no rows any more. */
export async function readSkipCounts(session: PgSession): Promise<SkipCount[]> {
  const rows = await session.rows(
    'SELECT run, hour, reason, goal, network, count FROM @skip_count',
  );
  return rows.map(({ run, hour, reason, goal, network, count }) => ({
    run: Number(run),
    hour: Number(hour),
    reason: String(reason),
    goal: String(goal),
    network: String(network),
    count: Number(count),
  }));
}
