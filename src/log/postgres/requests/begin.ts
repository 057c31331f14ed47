import type { BatchStart, Begun, DroppedEntry, Entry } from '../../entry.js';
import { lockOf, type OnceLock } from '../../once-lock.js';
import { putCheckpoints } from '../checkpoints.js';
import type { PgParts } from '../parts.js';
import type { PgWrite } from '../database/write-queue.js';
import { findSuperseded } from '../audiences/memberships.js';
import { findSuppressed } from '../people/suppressions.js';
import { takeLocks } from '../people/once-locks.js';
import { removeRows } from '../postbacks/rows.js';
import { insertRequest } from './requests.js';

/**
 * Records a request before it leaves, see `DeliveryLog.begin`. Ids come before locks, and each are
 * sorted: every run takes them in the same order.
 */
export async function beginRequest(
  write: PgWrite,
  parts: PgParts,
  { account, entries, batchId, checkpoints = [] }: BatchStart,
  request: number,
): Promise<Begun> {
  const isRetry = batchId !== undefined;
  const { mine, dropped } = await sort(write, { entries, isRetry, request });
  await parts.batches.release(write, entries);
  if (dropped.length > 0) await dropAll(write, parts, { dropped, batchId, mine });
  if (mine.length === 0) return { dropped };
  const nowMs = parts.clock.now();
  await insertRequest(write, parts.types, {
    id: request,
    run: parts.run.id,
    account,
    entries: mine,
    startedMs: nowMs,
  });
  // A row that was skipped or left earlier gives way to the request.
  if (write.hasRows) await removeRows(write, idsOf(mine).sort());
  if (isRetry)
    await write.change('UPDATE @batch SET request = $2 WHERE id = $1', [batchId, request]);
  const open = {
    request,
    batchId: batchId ?? (await parts.batches.insert(write, account, mine, request)),
    entries: mine,
  };
  if (dropped.length === 0) putCheckpoints(write, checkpoints, nowMs);
  return { open, dropped };
}

interface Sorted {
  mine: Entry[];
  dropped: DroppedEntry[];
}

/** Finds out which entries may be sent, and takes their ids and locks for this request. */
async function sort(
  write: PgWrite,
  { entries, isRetry, request }: { entries: readonly Entry[]; isRetry: boolean; request: number },
): Promise<Sorted> {
  const reasons = await findObstacles(write, entries);
  const free = entries.filter(({ postback }) => !reasons.has(postback.id));
  if (isRetry) await noteAgain(write, idsOf(free), request);
  else {
    const taken = await takeIds(write, free, request);
    for (const { postback } of free)
      if (!taken.has(postback.id)) reasons.set(postback.id, 'duplicate');
    const wanted = free.filter(({ postback }) => taken.has(postback.id));
    const lost = await takeLocks(write, locksOf(wanted));
    for (const id of lost) reasons.set(id, 'already_counted');
    await giveBack(write, [...lost], request);
  }
  const mine: Entry[] = [];
  const dropped: DroppedEntry[] = [];
  for (const entry of entries) {
    const reason = reasons.get(entry.postback.id);
    if (reason === undefined) mine.push(entry);
    else dropped.push({ entry, reason });
  }
  return { mine, dropped };
}

/** What keeps entries from being sent by any run: an erasure, or a later change. */
export async function findObstacles(
  write: PgWrite,
  entries: readonly Entry[],
): Promise<Map<string, DroppedEntry['reason']>> {
  const reasons = new Map<string, DroppedEntry['reason']>();
  for (const id of await findSuperseded(write, entries)) reasons.set(id, 'superseded');
  if (write.hasSuppressions)
    for (const id of await findSuppressed(write, entries)) reasons.set(id, 'suppressed');
  return reasons;
}

/**
 * Takes ids for a request: those that no request had, and of those that come from rows the ones
 * whose row this run has or may have.
 */
async function takeIds(
  write: PgWrite,
  entries: readonly Entry[],
  request: number,
): Promise<Set<string>> {
  const unplanned = idsOf(entries.filter(({ stored }) => !stored)).sort();
  const stored = idsOf(entries.filter((entry) => entry.stored)).sort();
  const taken = new Set<string>();
  if (stored.length > 0) {
    const claimed = await write.rows(CLAIM, [stored, write.run]);
    for (const { id } of claimed) taken.add(String(id));
  }
  const inserted = new Set<string>();
  const ids = [...unplanned, ...taken].sort();
  for (const { id } of await write.rows(INSERT_DEDUPE_IDS, [ids, request]))
    inserted.add(String(id));
  const again = ids.filter((id) => taken.has(id) && !inserted.has(id));
  await noteAgain(write, again, request);
  // Only now: the insertion has waited for a run that was leaving one of them pending.
  const free = unplanned.filter((id) => inserted.has(id));
  const waiting = await findWaiting(write, free);
  for (const id of free) if (!waiting.has(id)) taken.add(id);
  await giveBack(write, [...waiting], request);
  return taken;
}

/** Forgets that ids are in a request: they will not be in it after all. */
async function giveBack(write: PgWrite, ids: readonly string[], request: number): Promise<void> {
  if (ids.length === 0) return;
  for (const table of ['dedupe_index', 'dedupe_repeats'])
    await write.change(`DELETE FROM @${table} WHERE id = ANY($1::uuid[]) AND request = $2`, [
      ids,
      request,
    ]);
}

/**
 * Finds which ids no run has sent or left pending. Another run that takes one of them waits until
 * this transaction ends, and then finds the row that it has written. Call inside a transaction.
 */
export async function findUnsent(write: PgWrite, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const inserted = await write.rows(INSERT_DEDUPE_IDS, [[...ids].sort(), NO_REQUEST]);
  const free = inserted.map(({ id }) => String(id));
  await giveBack(write, free, NO_REQUEST);
  const waiting = await findWaiting(write, free);
  return new Set(free.filter((id) => !waiting.has(id)));
}

/** A number that no request has. */
const NO_REQUEST = 0;

/** Ids of which another run has left a pending row since they were planned. */
async function findWaiting(write: PgWrite, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await write.rows(
    `SELECT replace(id::text, '-', '') AS id FROM @postback
     WHERE id = ANY($1::uuid[]) AND state = 'pending' AND run IS DISTINCT FROM $2`,
    [ids, write.run],
  );
  return new Set(rows.map(({ id }) => String(id)));
}

const CLAIM = `
DELETE FROM @postback WHERE id = ANY($1::uuid[]) AND (run IS NULL OR run = $2)
  AND (state = 'pending' OR (state = 'failed' AND reason = 'log_damaged'))
RETURNING replace(id::text, '-', '') AS id`;

const INSERT_DEDUPE_IDS = `
INSERT INTO @dedupe_index (id, request) SELECT u, $2 FROM unnest($1::uuid[]) u ORDER BY u
ON CONFLICT DO NOTHING RETURNING replace(id::text, '-', '') AS id`;

/** Notes a later request of postbacks that were in one before. */
async function noteAgain(write: PgWrite, ids: readonly string[], request: number): Promise<void> {
  if (ids.length === 0) return;
  await write.change(
    `INSERT INTO @dedupe_repeats (id, request)
     SELECT u, $2 FROM unnest($1::uuid[]) u ORDER BY u ON CONFLICT DO NOTHING`,
    [ids, request],
  );
}

/** Takes dropped entries out of their batch, and their rows away, unless another run has them. */
export async function dropAll(
  write: PgWrite,
  { batches }: Pick<PgParts, 'batches'>,
  {
    dropped,
    batchId,
    mine,
  }: { dropped: readonly DroppedEntry[]; batchId?: number | undefined; mine: readonly Entry[] },
): Promise<void> {
  if (batchId !== undefined) await batches.shrink(write, batchId, mine);
  const gone = dropped.filter(({ entry, reason }) => entry.stored && reason !== 'duplicate');
  await removeRows(write, idsOf(gone.map(({ entry }) => entry)));
}

export function idsOf(entries: readonly Entry[]): string[] {
  return entries.map(({ postback }) => postback.id);
}

/** The once-per-player locks that entries need. */
export function locksOf(entries: readonly Entry[]): OnceLock[] {
  return entries.flatMap(({ postback }) => lockOf(postback) ?? []);
}
