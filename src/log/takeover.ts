import type { Clock } from '../clock.js';
import type { Database } from './database.js';
import type { Entry } from './entry.js';
import { unpackEntries } from './packing.js';
import type { PostbackRows } from './postback-rows.js';
import type { Runs } from './runs.js';
import type { SeenIndex } from './seen-index.js';

/** What a postback waits for whose process ended before the answer was recorded. */
const INTERRUPTED = {
  kind: 'unknown',
  reason: 'interrupted',
  message: 'the process ended before the answer was recorded',
} as const;

/** What a postback waits for that was read from a stream and in no request yet. */
const UNSENT = { kind: 'stopped', reason: 'interrupted', message: 'the process ended before it was sent' } as const;

/**
 * Takes over what dead runs left behind: their open requests are closed as interrupted, and every postback that was in
 * flight, held or claimed becomes pending, with its dedupe id unchanged, so that a second delivery is harmless. Call
 * inside a write transaction, with `seen` caught up.
 */
export function takeOver(
  database: Database,
  rows: PostbackRows,
  seen: Pick<SeenIndex, 'has'>,
  deadRuns: readonly number[],
  { clock, runs }: { clock: Clock; runs: Runs },
): void {
  for (const run of deadRuns) {
    const flights = database
      .prepare(
        `SELECT f.network, f.account, f.request, c.entries FROM flight f JOIN cargo c ON c.flight = f.id
         WHERE f.run = ? AND f.done IS NULL ORDER BY f.request IS NULL`,
      )
      .all(run);
    for (const flight of flights) {
      const account = String(flight['account']);
      const entries = unpackEntries(flight['entries'], flight['network']);
      if (flight['request'] === null) rescueHeld(rows, seen, account, entries);
      else rescueFlying(database, rows, account, Number(flight['request']), entries);
    }
    database.prepare('DELETE FROM flight WHERE run = ? AND done IS NULL').run(run);
    closeRequests(database, run, clock.now());
    rows.release(run);
    runs.bury(run);
  }
}

/** A held postback may have moved on, into a request or a row: then that tells what became of it. */
function rescueHeld(rows: PostbackRows, seen: Pick<SeenIndex, 'has'>, account: string, entries: Entry[]): void {
  for (const { postback, attempts } of entries) {
    if (seen.has(postback) || rows.find(postback.id)) continue;
    rows.put({ postback, attempts }, 'pending', account, UNSENT);
  }
}

function rescueFlying(
  database: Database,
  rows: PostbackRows,
  account: string,
  request: number,
  entries: Entry[],
): void {
  const wasOpen = database.prepare('SELECT 1 FROM request WHERE id = ? AND ended IS NULL').get(request) !== undefined;
  for (const { postback, attempts } of entries) {
    rows.put({ postback, attempts: attempts + (wasOpen ? 1 : 0) }, 'pending', account, INTERRUPTED);
  }
}

function closeRequests(database: Database, run: number, nowMs: number): void {
  database
    .prepare(
      `UPDATE request SET ended = ?, delivered = 0, verdicts = replace(hex(zeroblob(count)), '00', 'r'), kind = ?,
         reason = ?, message = ? WHERE run = ? AND ended IS NULL`,
    )
    .run(nowMs, INTERRUPTED.kind, INTERRUPTED.reason, INTERRUPTED.message, run);
}
