import type { Clock } from '../clock.js';
import type { Database } from './database.js';
import type { Entry } from './entry.js';
import type { PostbackRows } from './postback-rows.js';

/** What a postback waits for whose process ended before the answer was recorded. */
const INTERRUPTED = {
  kind: 'unknown',
  reason: 'interrupted',
  message: 'the process ended before the answer was recorded',
} as const;

/**
 * Takes over what dead runs left behind: their open requests are closed as interrupted, and every postback that was in
 * flight or claimed becomes pending, with its dedupe id unchanged, so that a second delivery is harmless. Call inside
 * a write transaction.
 */
export function takeOver(database: Database, rows: PostbackRows, deadRuns: readonly number[], clock: Clock): void {
  for (const run of deadRuns) {
    for (const flight of database.prepare('SELECT account, request, entries FROM flight WHERE run = ?').all(run)) {
      const wasOpen = isOpen(database, flight['request']);
      for (const entry of JSON.parse(String(flight['entries'])) as Entry[]) {
        const attempts = entry.attempts + (wasOpen ? 1 : 0);
        rows.put({ postback: entry.postback, attempts }, 'pending', String(flight['account']), INTERRUPTED);
      }
    }
    database.prepare('DELETE FROM flight WHERE run = ?').run(run);
    closeRequests(database, run, clock.now());
    rows.release(run);
    database.prepare('UPDATE run SET ended = ? WHERE id = ?').run(clock.now(), run);
  }
}

function isOpen(database: Database, request: unknown): boolean {
  if (typeof request !== 'number') return false;
  return database.prepare('SELECT 1 FROM request WHERE id = ? AND ended IS NULL').get(request) !== undefined;
}

function closeRequests(database: Database, run: number, nowMs: number): void {
  database
    .prepare(
      `UPDATE request SET ended = ?, delivered = 0, verdicts = replace(hex(zeroblob(count)), '00', 'r'), kind = ?,
         reason = ?, message = ? WHERE run = ? AND ended IS NULL`,
    )
    .run(nowMs, INTERRUPTED.kind, INTERRUPTED.reason, INTERRUPTED.message, run);
}
