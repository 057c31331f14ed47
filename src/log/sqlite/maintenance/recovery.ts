import type { Clock } from '../../../clock.js';
import type { Database } from '../database/database.js';
import { integer, optionalInteger, rowReader, text } from '../database/row-reader.js';
import { unpackEntries } from '../../packed/packing.js';
import { LEFT_BY_DEAD_RUN, type PostbackRows } from '../postbacks/postback-rows.js';
import type { Runs } from '../runs/runs.js';
import type { DedupeIndex } from '../dedupe/dedupe-index.js';
import { INTERRUPTED, UNSENT, type AbandonedBatch } from '../../abandoned-batch.js';
import { readUnlessDamaged } from '../../stored-json.js';

/** What the log knows of postbacks in batches. */
export interface AbandonedParts {
  database: Database;
  rows: Pick<PostbackRows, 'find'>;
  dedupe: Pick<DedupeIndex, 'has' | 'listPostbacks'>;
}

/**
 * Makes the work of abandoned runs pending: their open requests are closed as interrupted, and
 * every postback that was in flight, held or claimed gets a pending row, with its dedupe id
 * unchanged, so that a second delivery is harmless. Call inside a write transaction, with the
 * dedupe index caught up.
 */
export function recoverRuns(
  parts: AbandonedParts & { rows: PostbackRows; clock: Clock; runs: Runs },
  deadRuns: readonly number[],
): void {
  const { database, rows, clock, runs } = parts;
  for (const run of deadRuns) {
    for (const { batchId, entries, account, outcome } of listAbandoned(run, parts)) {
      for (const entry of entries)
        rows.put(entry, { state: 'pending', account, outcome, leftBy: LEFT_BY_DEAD_RUN });
      database.prepare('DELETE FROM batch WHERE id = ?').run(batchId);
    }
    closeRequests(database, run, clock.now());
    rows.leaveOf(run);
    runs.bury(run);
  }
}

const readBatch = rowReader({
  id: integer,
  network: text,
  account: text,
  request: optionalInteger,
  isOpen: integer,
});

/**
 * Returns what a dead run left in its batches. Reads only. A held batch that cannot be read is left
 * out: nothing else names what it holds, and doctor reports it for as long as it is there.
 */
export function* listAbandoned(
  run: number,
  { database, rows, dedupe }: AbandonedParts,
): Generator<AbandonedBatch> {
  const batches = database
    .prepare(
      `SELECT f.id, f.network, f.account, f.request, c.entries, r.id IS NOT NULL AS isOpen
       FROM batch f JOIN batch_payload c ON c.batch = f.id
       LEFT JOIN request r ON r.id = f.request AND r.ended IS NULL
       WHERE f.run = ? AND f.completed IS NULL ORDER BY f.request IS NULL`,
    )
    .all(run);
  const met = new Set<string>();
  for (const row of batches) {
    const { id: batchId, account, request, isOpen, network } = readBatch(row);
    const found = readUnlessDamaged(() => unpackEntries(row['entries'], network));
    if (request === undefined) {
      if (!found) continue;
      // A held postback may have moved on, into a request or a row: that tells what became of it.
      const entries = found.filter(({ postback }) => {
        return !met.has(postback.id) && !dedupe.has(postback) && !rows.find(postback.id);
      });
      yield { batchId, account, outcome: UNSENT, entries };
    } else {
      // The request says what it carried; the payloads of a damaged batch are lost.
      const carried =
        found ?? dedupe.listPostbacks(request).map((postback) => ({ postback, attempts: 0 }));
      const entries = carried.map(({ postback, attempts }) => ({
        postback,
        attempts: attempts + isOpen,
      }));
      for (const { postback } of entries) met.add(postback.id);
      yield { batchId, account, outcome: INTERRUPTED, entries };
    }
  }
}

function closeRequests(database: Database, run: number, nowMs: number): void {
  database
    .prepare(
      `UPDATE request SET ended = ?, delivered = 0, verdicts = replace(hex(zeroblob(count)), '00',
         'r'), kind = ?,
         reason = ?, message = ? WHERE run = ? AND ended IS NULL`,
    )
    .run(nowMs, INTERRUPTED.kind, INTERRUPTED.reason, INTERRUPTED.message, run);
}
