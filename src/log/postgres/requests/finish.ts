import type { BatchAnswer, DroppedEntry, Entry, UnsentEntries } from '../../entry.js';
import { confirmMemberships } from '../audiences/memberships.js';
import type { PgWrite } from '../database/write-queue.js';
import type { PgParts } from '../parts.js';
import { releaseLocks, takeLocks } from '../people/once-locks.js';
import { putRows, type RowWrite } from '../postbacks/rows.js';
import { dropAll, findObstacles, findUnsent, idsOf, locksOf } from './begin.js';
import { closeRequest } from './requests.js';

/** Whether an answer changes only what belongs to the run: no row and no lock. */
export function isPlain({ result }: BatchAnswer): boolean {
  return result.verdicts.every(({ rowState: settled }) => settled === undefined);
}

/** Records the answer to a request, see `DeliveryLog.finish`. */
export async function finishRequest(
  write: PgWrite,
  { run, clock, batches }: PgParts,
  { account, open, result, again }: BatchAnswer,
): Promise<number[] | undefined> {
  const nowMs = clock.now();
  if (!(await closeRequest(write, open.request, result, nowMs))) return undefined;
  const delivered = open.entries.filter((_, index) => result.verdicts[index]?.status === 'success');
  // Who is in an audience list is remembered by salted hashes alone: their payload is not kept.
  const kept = delivered.filter(({ postback }) => !postback.membership);
  await batches.complete(write, open.batchId, kept.length, nowMs);
  await confirmMemberships(write, delivered, nowMs);
  const rows: RowWrite[] = [];
  const failed: Entry[] = [];
  result.verdicts.forEach(({ rowState: settled, outcome }, index) => {
    if (settled === undefined) return;
    const entry = open.entries[index] as Entry;
    const isProcessing = outcome.kind === 'processing';
    rows.push({
      entry: { ...entry, attempts: entry.attempts + 1 },
      state: settled === 'deferred' ? 'pending' : settled,
      account,
      outcome,
      http: result.http,
      request: isProcessing ? open.request : undefined,
      leftBy: !isProcessing && settled === 'pending' ? run.id : undefined,
      run: settled === 'deferred' ? run.id : undefined,
    });
    if (settled === 'failed') failed.push(entry);
  });
  await putRows(write, rows, nowMs);
  await releaseLocks(write, locksOf(failed));
  const made: number[] = [];
  for (const group of again) made.push(await batches.insert(write, account, group, open.request));
  return made;
}

/** Puts postbacks that get no further attempt now into rows, see `DeliveryLog.settle`. */
export async function storeUnsent(
  write: PgWrite,
  parts: PgParts,
  { account, entries, state, outcome, batchId, rest = [], claimed = false }: UnsentEntries,
): Promise<DroppedEntry[]> {
  const { run, clock, batches } = parts;
  if (batchId === undefined) await batches.release(write, entries);
  else await batches.shrink(write, batchId, rest);
  const reasons = await findObstacles(write, entries);
  // A later change of a list takes the place of this one when it is about to be sent.
  for (const [id, reason] of reasons) if (reason === 'superseded') reasons.delete(id);
  if (batchId === undefined) {
    const free = await findFree(write, entries);
    for (const id of idsOf(entries))
      if (!free.has(id) && !reasons.has(id)) reasons.set(id, 'duplicate');
  }
  const wanted = entries.filter(({ postback }) => !reasons.has(postback.id));
  if (state === 'pending')
    for (const id of await takeLocks(write, locksOf(wanted))) reasons.set(id, 'already_counted');
  const kept = wanted.filter(({ postback }) => !reasons.has(postback.id));
  const isLeft = state === 'pending' && !claimed;
  const rows = kept.map((entry): RowWrite => ({
    entry,
    state,
    account,
    outcome,
    leftBy: isLeft ? run.id : undefined,
    run: claimed ? run.id : undefined,
  }));
  await putRows(write, rows, clock.now());
  if (state === 'failed') await releaseLocks(write, locksOf(kept));
  const dropped = entries.flatMap((entry): DroppedEntry[] => {
    const reason = reasons.get(entry.postback.id);
    return reason === undefined ? [] : [{ entry, reason }];
  });
  await dropAll(write, parts, { dropped, mine: [] });
  return dropped;
}

/** Ids of the entries that no other run has taken. */
async function findFree(write: PgWrite, entries: readonly Entry[]): Promise<Set<string>> {
  const stored = idsOf(entries.filter((entry) => entry.stored)).sort();
  const free = await findUnsent(write, idsOf(entries.filter((entry) => !entry.stored)));
  if (stored.length === 0) return free;
  for (const { id } of await write.rows(
    `UPDATE @postback SET run = $2, state = 'pending' WHERE id = ANY($1::uuid[]) AND (run IS NULL
       OR run = $2)
       AND (state = 'pending' OR (state = 'failed' AND reason = 'log_damaged'))
     RETURNING replace(id::text, '-', '') AS id`,
    [stored, write.run],
  ))
    free.add(String(id));
  return free;
}
