import type { Clock } from '../../../clock.js';
import { derivePostbackId } from '../../../identity/postback-id.js';
import type { NetworkName } from '../../../networks/names.js';
import type { Postback } from '../../../networks/network.js';
import type { Entry } from '../../entry.js';
import { unpackDetails, unpackIds } from '../../packed/packing.js';
import { INTERRUPTED, UNSENT, type AbandonedBatch } from '../../abandoned-batch.js';
import { readUnlessDamaged } from '../../stored-json.js';
import type { PgRow, PgSession } from '../connection/pg-database.js';
import type { PgWrite } from '../database/write-queue.js';
import { LEFT_BY_DEAD_RUN, leaveOf } from '../postbacks/claims.js';
import { putRows, type RowWrite } from '../postbacks/rows.js';
import { findStates } from '../postbacks/states.js';
import { readEntries } from '../requests/batches.js';
import { findUnsent, idsOf } from '../requests/begin.js';
import { endRun } from './registry.js';
import { makeDamaged } from '../../packed/stored-rows.js';

/**
 * Makes the work of runs that died pending: their open requests are closed as interrupted, and
 * every postback that was in flight, held or claimed gets a pending row with its dedupe id
 * unchanged. A run that is in a transaction at this moment, or that another run recovers, is left
 * alone.
 */
export async function recoverDeadRuns(
  write: PgWrite,
  workspace: string,
  clock: Clock,
): Promise<void> {
  const dead = await write.rows(
    `SELECT id FROM @run WHERE ended IS NULL AND lease < now() AND id <> $1 ORDER BY id
     FOR UPDATE SKIP LOCKED`,
    [write.run],
  );
  for (const row of dead) {
    const run = Number(row['id']);
    const nowMs = clock.now();
    const abandoned = await listAbandoned(write, run, workspace);
    for (const { batchId, entries, account, outcome } of abandoned) {
      const left = outcome === UNSENT ? await listUnsent(write, entries) : entries;
      const rows = left.map((entry): RowWrite => ({
        entry,
        state: 'pending',
        account,
        outcome,
        leftBy: LEFT_BY_DEAD_RUN,
      }));
      await putRows(write, rows, nowMs);
      await write.change('DELETE FROM @batch WHERE id = $1', [batchId]);
    }
    await closeRequests(write, run, nowMs);
    await leaveOf(write, run);
    await endRun(write, run, { summary: null, nowMs });
  }
}

/** Another run may have read them again, and be about to send them. */
async function listUnsent(write: PgWrite, entries: readonly Entry[]): Promise<Entry[]> {
  const unsent = await findUnsent(write, idsOf(entries));
  return entries.filter(({ postback }) => unsent.has(postback.id));
}

/** Returns the unfinished batches of a run. Held batches that cannot be read are left out. */
export async function listAbandoned(
  session: PgSession,
  run: number,
  workspace: string,
): Promise<AbandonedBatch[]> {
  const rows = await session.rows(
    `SELECT b.id, b.network, b.account, b.request, b.entries, b.entries_text, r.id IS NOT NULL
       AS is_open
     FROM @batch b LEFT JOIN @request r ON r.id = b.request AND r.ended IS NULL
     WHERE b.run = $1 AND b.completed IS NULL ORDER BY b.request IS NULL, b.id`,
    [run],
  );
  const met = new Set<string>();
  const found: AbandonedBatch[] = [];
  for (const row of rows) {
    const isHeld = row['request'] === null;
    const entries = isHeld
      ? await readHeld(session, row, met)
      : await readCarried(session, row, workspace);
    if (!entries) continue;
    if (!isHeld) for (const { postback } of entries) met.add(postback.id);
    const batchId = Number(row['id']);
    found.push({
      batchId,
      account: String(row['account']),
      outcome: isHeld ? UNSENT : INTERRUPTED,
      entries,
    });
  }
  return found;
}

/** A held postback may have moved on, into a request or a row: that says what became of it. */
async function readHeld(
  session: PgSession,
  row: PgRow,
  met: ReadonlySet<string>,
): Promise<Entry[] | undefined> {
  const entries = readUnlessDamaged(() => readEntries(row));
  if (!entries) return undefined;
  const stateOf = await findStates(
    session,
    entries.map(({ postback }) => postback.id),
    0,
  );
  return entries.filter(({ postback: { id } }) => !met.has(id) && stateOf(id).state === 'unknown');
}

/** The request says what it carried; the payloads of a damaged batch are lost. */
async function readCarried(session: PgSession, row: PgRow, workspace: string): Promise<Entry[]> {
  const found =
    readUnlessDamaged(() => readEntries(row)) ??
    (await listCarried(session, Number(row['request']), workspace)).map((postback) => ({
      postback,
      attempts: 0,
    }));
  const tries = row['is_open'] === true ? 1 : 0;
  return found.map(({ postback, attempts }) => ({ postback, attempts: attempts + tries }));
}

/** What the postbacks of a request are, as far as its row can be read: without payload. */
export async function listCarried(
  session: PgSession,
  request: number,
  workspace: string,
): Promise<Postback[]> {
  const [row] = await session.rows(
    'SELECT network, started, ids, ids_text, details FROM @request WHERE id = $1',
    [request],
  );
  if (!row) return [];
  const types = await session.rows('SELECT id, goal, event FROM @postback_type');
  const typeOf = new Map(types.map((type) => [Number(type['id']), type]));
  const network = row['network'] as NetworkName;
  const read = readUnlessDamaged(() => {
    const eventIds = unpackIds((row['ids'] ?? row['ids_text']) as Uint8Array | string);
    return unpackDetails(String(row['details']), Number(row['started'])).map(
      ({ kind, eventTimeMs }, index) => {
        const goal = String(typeOf.get(kind)?.['goal'] ?? '');
        const event = String(typeOf.get(kind)?.['event'] ?? '');
        const eventId = eventIds[index] ?? '';
        const id = derivePostbackId(workspace, network, goal, eventId);
        return makeDamaged({ id, network, goal, event, eventId, eventTimeMs });
      },
    );
  });
  return read ?? [];
}

async function closeRequests(session: PgSession, run: number, nowMs: number): Promise<void> {
  await session.change(
    `UPDATE @request SET ended = $2, delivered = 0, verdicts = repeat('r', count), kind = $3,
       reason = $4, message = $5,
       changed = pg_current_xact_id() WHERE run = $1 AND ended IS NULL`,
    [run, nowMs, INTERRUPTED.kind, INTERRUPTED.reason, INTERRUPTED.message],
  );
}
