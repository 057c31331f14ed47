import type { Database } from './database.js';
import type { SkipEntry } from './entry.js';

/** Writes skips, packed into one row. Call inside a write transaction. */
export function insertSkips(database: Database, run: number, nowMs: number, entries: readonly SkipEntry[]): void {
  const packed = entries.map(({ eventId, event, reason, goal, network, message }) => {
    const row = [eventId, event, reason, goal ?? null, network ?? null];
    return message === undefined ? row : [...row, message];
  });
  database
    .prepare('INSERT INTO skip (run, at, count, entries) VALUES (?, ?, ?, ?)')
    .run(run, nowMs, entries.length, JSON.stringify(packed));
}
