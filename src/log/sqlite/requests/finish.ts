import type { BatchAnswer, DroppedEntry, Entry, EntryVerdict, UnsentEntries } from '../../entry.js';
import { recordMembership } from '../audiences/memberships.js';
import { catchUp, type SqliteParts } from '../parts.js';
import { removeDropped } from './begin.js';
import { closeRequest } from './request-rows.js';

/** Records the answer to a request, see `DeliveryLog.finish`. Call inside a write transaction. */
export function finishRequest(
  parts: SqliteParts,
  { account, open, result, again }: BatchAnswer,
): number[] | undefined {
  const { database, batches, memberships, clock } = parts;
  if (!closeRequest(database, open.request, result, clock.now())) return undefined;
  // Who is in an audience list is remembered by salted hashes alone: their facts are not kept.
  const kept = result.verdicts.filter(
    ({ status }, index) => status === 'success' && !open.entries[index]?.postback.membership,
  );
  batches.complete(open.batchId, kept.length, clock.now());
  result.verdicts.forEach((verdict, index) => {
    const entry = open.entries[index] as Entry;
    if (verdict.status === 'success') recordMembership(memberships, entry.postback, clock.now());
    putVerdict(parts, { account, open, result }, entry, verdict);
  });
  return again.map((group) => batches.insert(account, group, open.request));
}

/** Puts an entry that leaves its request into a row of its own; the others have none. */
function putVerdict(
  { rows, run, obstacles }: SqliteParts,
  { account, open, result: { http } }: Pick<BatchAnswer, 'account' | 'open' | 'result'>,
  entry: Entry,
  { rowState: settled, outcome }: EntryVerdict,
): void {
  if (settled === undefined) return;
  const isProcessing = outcome.kind === 'processing';
  const leftBy = settled === 'pending' ? run.id : undefined;
  const from = isProcessing ? { http, request: open.request } : { http, leftBy };
  const state = settled === 'deferred' ? 'pending' : settled;
  rows.put({ ...entry, attempts: entry.attempts + 1 }, { state, account, outcome, ...from });
  if (settled === 'failed') obstacles.releaseLock(entry);
  if (settled === 'deferred') rows.claim(entry.postback.id, run.id);
}

/**
 * Puts postbacks that get no further attempt now into rows, see `DeliveryLog.settle`. Call inside a
 * write transaction.
 */
export function storeUnsent(
  parts: SqliteParts,
  { account, entries, state, outcome, batchId, rest = [], claimed = false }: UnsentEntries,
): DroppedEntry[] {
  const { rows, run, batches, obstacles } = parts;
  const left = state === 'pending' && !claimed ? { leftBy: run.id } : {};
  catchUp(parts);
  if (batchId === undefined) batches.release(entries);
  else batches.shrink(batchId, rest);
  const dropped: DroppedEntry[] = [];
  for (const entry of entries) {
    const reason = obstacles.findForRow(entry, state, batchId !== undefined);
    if (reason !== undefined) {
      dropped.push({ entry, reason });
      continue;
    }
    rows.put(entry, { state, account, outcome, ...left });
    if (claimed) rows.claim(entry.postback.id, run.id);
    if (state === 'failed') obstacles.releaseLock(entry);
  }
  removeDropped(parts, dropped);
  return dropped;
}
