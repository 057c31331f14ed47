import type { EndedRun, RunOverview } from '../../run-overview.js';
import { readRow, readUnlessDamaged } from '../../stored-json.js';
import type { Database } from '../database/database.js';
import { integer, rowReader, text } from '../database/row-reader.js';
import type { Runs } from '../runs/runs.js';
import { LEASE_MS } from '../../run.js';

/** Returns which runs are at work and how the last one ended. */
export function readRunOverview(database: Database, runs: Runs): RunOverview {
  const live = runs.listLiving().map(({ name, command, host, silentMs }) => ({
    run: name,
    command,
    host,
    leaseMs: Math.max(0, LEASE_MS - silentMs),
  }));
  const lastEnded = findLastEnded(database);
  return lastEnded ? { live, lastEnded } : { live };
}

/** A replay reads no events, and a run that died has no summary. */
const LAST_ENDED = `
SELECT name AS run, command, ended AS endedMs, summary FROM run
WHERE ended IS NOT NULL AND summary IS NOT NULL AND command IN ('send', 'backfill', 'tail')
ORDER BY id DESC LIMIT 1`;

const readEnded = rowReader({ run: text, command: text, endedMs: integer, summary: text });

function findLastEnded(database: Database): EndedRun | undefined {
  const row = database.prepare(LAST_ENDED).get();
  if (!row) return undefined;
  const ended = readEnded(row);
  const parse = (): unknown => JSON.parse(ended.summary);
  const summary = readUnlessDamaged(() => readRow(`run ${ended.run}`, parse));
  return summary === undefined ? undefined : { ...ended, summary };
}
