import type { KnownValues } from '../../log-reader.js';
import type { EndedRun, RunOverview } from '../../run-overview.js';
import { readRow, readUnlessDamaged } from '../../stored-json.js';
import { LEASE_MS } from '../../run.js';
import type { PgRow, PgSession } from '../connection/pg-database.js';
import { listLivingRuns } from '../runs/registry.js';

/** Returns the goals and reasons that a log has rows of. */
export async function listKnownValues(session: PgSession): Promise<KnownValues> {
  const list = async (sql: string): Promise<string[]> =>
    (await session.rows(sql)).flatMap(({ name }) => (name ? String(name) : []));
  return {
    goals: await list(
      'SELECT goal AS name FROM @postback_type UNION SELECT goal FROM @postback ORDER BY name',
    ),
    reasons: await list(
      `SELECT reason AS name FROM @request WHERE verdicts IS NOT NULL AND reason IS NOT NULL
       UNION SELECT reason FROM @problem UNION SELECT reason FROM @postback
       UNION SELECT reason FROM @skip_count ORDER BY name`,
    ),
  };
}

/** A replay reads no events, and a run that died has no summary. */
const LAST_ENDED = `
SELECT name AS run, command, ended, summary FROM @run
WHERE ended IS NOT NULL AND summary IS NOT NULL AND command IN ('send', 'backfill', 'tail')
ORDER BY id DESC LIMIT 1`;

/** Returns which runs are at work and how the last one ended. */
export async function readRunOverview(session: PgSession): Promise<RunOverview> {
  const live = (await listLivingRuns(session)).map(({ name, command, host, silentMs }) => ({
    run: name,
    command,
    host,
    leaseMs: Math.max(0, LEASE_MS - silentMs),
  }));
  const [row] = await session.rows(LAST_ENDED);
  const lastEnded = row && readEnded(row);
  return lastEnded ? { live, lastEnded } : { live };
}

function readEnded(row: PgRow): EndedRun | undefined {
  const run = String(row['run']);
  const parse = (): unknown => JSON.parse(String(row['summary']));
  const summary = readUnlessDamaged(() => readRow(`run ${run}`, parse));
  if (summary === undefined) return undefined;
  return { run, command: String(row['command']), endedMs: Number(row['ended']), summary };
}
