import { hostname } from 'node:os';
// The process is shown to other runs, as the file log shows it.
// eslint-disable-next-line no-restricted-imports
import { pid } from 'node:process';

import type { Clock } from '../../../clock.js';
import { InternalError } from '../../../errors.js';
import type { Random } from '../../../random.js';
import { LEASE_MS, type LivingRun, type Run } from '../../run.js';
import type { PgDatabase, PgSession } from '../connection/pg-database.js';

/** A run that is about to be registered. */
export interface Registration {
  name: string;
  command: string;
  startedMs: number;
}

/** Names a run that starts now. */
export function startRegistration(
  command: string,
  { clock, random }: { clock: Clock; random: Random },
): Registration {
  const startedMs = clock.now();
  const stamp = new Date(startedMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return { name: `${stamp}-${random.bytes(3).toString('hex')}`, command, startedMs };
}

/** Registers a run, with a lease. May be repeated where the answer was lost. */
export async function registerRun(
  database: PgDatabase,
  { name, command, startedMs }: Registration,
): Promise<Run> {
  const [row] = await database.rows(
    `INSERT INTO @run AS r (name, command, pid, host, started, lease)
     VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
     ON CONFLICT (name) DO UPDATE SET lease = excluded.lease
       WHERE (r.host, r.pid, r.started) = (excluded.host, excluded.pid, excluded.started)
         RETURNING id`,
    [name, command, pid, hostname(), startedMs, LEASE_MS / 1000],
  );
  if (!row) {
    throw new InternalError('log_fault', 'Another run has drawn the same name.', {
      hint: 'Run the same command again.',
    });
  }
  return { id: Number(row['id']), name };
}

/** Numbers of the runs, but for one, whose lease has ended. */
export async function findDeadRuns(session: PgSession, self = 0): Promise<number[]> {
  const rows = await session.rows(
    'SELECT id FROM @run WHERE ended IS NULL AND lease < now() AND id <> $1 ORDER BY id',
    [self],
  );
  return rows.map(({ id }) => Number(id));
}

/** The runs, but for one, that are at work. */
export async function listLivingRuns(session: PgSession, self = 0): Promise<LivingRun[]> {
  const rows = await session.rows(
    `SELECT id, name, command, host, pid, extract(epoch FROM lease - now())::float8 * 1000
       AS left_ms
     FROM @run WHERE ended IS NULL AND lease >= now() AND id <> $1 ORDER BY id`,
    [self],
  );
  return rows.map((row) => ({
    id: Number(row['id']),
    name: String(row['name']),
    command: String(row['command']),
    host: String(row['host']),
    pid: Number(row['pid']),
    silentMs: Math.max(0, Math.round(LEASE_MS - Number(row['left_ms']))),
  }));
}

/** Marks a run as ended. */
export async function endRun(
  session: PgSession,
  run: number,
  { summary, nowMs }: { summary: string | null; nowMs: number },
): Promise<void> {
  await session.change('UPDATE @run SET ended = $2, summary = $3 WHERE id = $1', [
    run,
    nowMs,
    summary,
  ]);
  await session.change('DELETE FROM @write_token WHERE run = $1', [run]);
}
