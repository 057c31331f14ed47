import type { BatchStart, Begun, DroppedEntry, Entry } from '../../entry.js';
import { putCheckpoints } from '../checkpoints.js';
import { catchUp, type SqliteParts } from '../parts.js';
import { insertRequest } from './request-rows.js';

/** Records a request before it leaves, see `DeliveryLog.begin`. Call inside a write transaction. */
export function beginRequest(
  parts: SqliteParts,
  { account, entries, batchId, checkpoints = [] }: BatchStart,
): Begun {
  const { database, run, runs, postbackTypes, dedupe, rows, batches, obstacles, clock } = parts;
  catchUp(parts);
  const mine: Entry[] = [];
  const dropped: DroppedEntry[] = [];
  for (const entry of entries) {
    const reason = obstacles.find(entry, batchId !== undefined);
    if (reason === undefined) mine.push(entry);
    else dropped.push({ entry, reason });
  }
  batches.release(entries);
  if (dropped.length > 0 && batchId !== undefined) batches.shrink(batchId, mine);
  removeDropped(parts, dropped);
  const first = mine[0];
  if (first === undefined) return { dropped };
  const request = insertRequest(database, postbackTypes, {
    run: run.id,
    account,
    entries: mine,
    startedMs: clock.now(),
  });
  dedupe.add(
    mine.map(({ postback }) => postback.id),
    request,
  );
  dedupe.flushWhenLarge();
  for (const { postback } of mine) rows.remove(postback.id);
  if (batchId !== undefined) batches.assign(batchId, request);
  runs.beat(run);
  const open = {
    request,
    batchId: batchId ?? batches.insert(account, mine, request),
    entries: mine,
  };
  if (dropped.length === 0) putCheckpoints(database, checkpoints, clock.now());
  return { open, dropped };
}

/** Removes the rows of entries that are not sent; a duplicate's belongs to another run. */
export function removeDropped(
  { rows }: Pick<SqliteParts, 'rows'>,
  dropped: readonly DroppedEntry[],
): void {
  for (const { entry, reason } of dropped) {
    if (entry.stored && reason !== 'duplicate') rows.remove(entry.postback.id);
  }
}
