import type { Database } from '../database/database.js';

/** Requests that were pruned are remembered in steps of this length. */
const STEP_MS = 30 * 86_400_000;

/** Up to which request the log was pruned, and when the newest of them started. */
interface Pruned {
  through: number;
  startedMs: number;
}

/**
 * Notes that requests up to `through` are gone but for their ids. Call inside a write transaction.
 */
export function notePruned(database: Database, through: number, startedMs: number): void {
  const known = readPruned(database);
  const last = known.at(-1);
  const noted = {
    through: Math.max(through, last?.through ?? 0),
    startedMs: Math.max(startedMs, last?.startedMs ?? 0),
  };
  const before = known.at(-2)?.startedMs ?? known[0]?.startedMs ?? -Infinity;
  // The last step grows until it is as long as a step may be.
  const kept = known.length > 1 && startedMs - before < STEP_MS ? known.slice(0, -1) : known;
  writePruned(database, [...kept, noted]);
}

/**
 * Forgets ids of pruned requests that are older than any event that could still be sent. Call
 * inside a write transaction.
 */
export function forgetIds(database: Database, nowMs: number, keepMs: number): void {
  const known = readPruned(database);
  const old = known.filter(({ startedMs }) => nowMs - startedMs > keepMs);
  const last = old.at(-1);
  if (!last) return;
  for (const table of ['dedupe_index', 'dedupe_repeats']) {
    database
      .prepare(
        `DELETE FROM ${table} WHERE request <= ? AND request NOT IN (SELECT id FROM request ` +
          'WHERE id <= ?)',
      )
      .run(last.through, last.through);
  }
  writePruned(database, known.slice(old.length));
}

/** The newest request that was pruned; 0 where none was. */
export function prunedThrough(database: Database): number {
  return readPruned(database).at(-1)?.through ?? 0;
}

function readPruned(database: Database): Pruned[] {
  const row = database.prepare("SELECT value FROM meta WHERE name = 'pruned'").get();
  return row ? (JSON.parse(String(row['value'])) as Pruned[]) : [];
}

function writePruned(database: Database, pruned: readonly Pruned[]): void {
  database.prepare("INSERT OR REPLACE INTO meta VALUES ('pruned', ?)").run(JSON.stringify(pruned));
}
