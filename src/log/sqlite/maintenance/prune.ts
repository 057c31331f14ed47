import { existsSync } from 'node:fs';

import { derivePostbackId } from '../../../identity/postback-id.js';
import type { LogLocation } from '../../../config/log-location.js';
import {
  NOTHING_PRUNED,
  type PruneCounts,
  type PruneOptions,
  type PruneReceipt,
} from '../../maintenance.js';
import type { Database, SqlRow } from '../database/database.js';
import { noteName } from '../dedupe/index-scope.js';
import { PostbackTypes } from '../postbacks/postback-types.js';
import { openDatabase, openToRead } from '../database/database.js';
import { hasSchema, prepareSchema } from '../database/schema.js';
import { systemRandom } from '../../../random.js';
import { forgetIds, notePruned } from '../dedupe/pruned-ids.js';
import { rewriteFile, sizeOf } from '../database/rewrite.js';
import { DedupeIndex } from '../dedupe/dedupe-index.js';

/**
 * Rows a transaction: others wait for a commit of ours no longer than a hundredth of a second or
 * so.
 */
const ROWS_A_STEP = 500;

type PruneParts = PruneOptions & Pick<LogLocation, 'path' | 'workspace'>;

/** See pruneLog of open-log.ts. */
export async function pruneLog(
  { path, workspace }: LogLocation,
  options: PruneOptions,
): Promise<PruneReceipt> {
  const parts = { ...options, path, workspace };
  const olderThan = new Date(parts.beforeMs).toISOString();
  const database = openToPrune(parts);
  if (!database)
    return {
      olderThan,
      ...(parts.dryRun ? { dryRun: true } : {}),
      ...NOTHING_PRUNED,
      freedBytes: 0,
    };
  try {
    const counts = countAll(database, parts.beforeMs);
    const receipt = { olderThan, ...counts, freedBytes: 0 };
    if (parts.dryRun) return { ...receipt, dryRun: true };
    keepIds(database, parts.workspace);
    const bytes = sizeOf(database);
    const isDone = await takeAll(database, parts);
    if (!isDone)
      return { ...receipt, ...subtract(counts, countAll(database, parts.beforeMs)), stopped: true };
    return {
      ...receipt,
      freedBytes: rewriteFile(database, parts.path, parts.clock) ? bytes - sizeOf(database) : 0,
    };
  } finally {
    database.close();
  }
}

/** Opens the log, read-only for a dry run; undefined where nothing was ever sent. */
function openToPrune({ path, dryRun }: PruneParts): Database | undefined {
  if (!existsSync(path)) return undefined;
  const database = dryRun ? openToRead(path) : openDatabase(path, 'normal');
  try {
    if (!dryRun) prepareSchema(database, path, systemRandom);
    if (hasSchema(database, path)) return database;
  } catch (error) {
    database.close();
    throw error;
  }
  database.close();
  return undefined;
}

/**
 * Rows that nobody waits for: no answer, and no decision of a network on what it accepted. The
 * newest of each table stays, for numbers must never be given twice.
 */
const REQUESTS = `started < ? AND ended IS NOT NULL AND id < (SELECT max(id) FROM request)
  AND id NOT IN (SELECT request FROM postback WHERE request IS NOT NULL)`;
const SKIPS = 'at < ? AND id < (SELECT max(id) FROM skip)';
const COUNTED = '(hour + 1) * 3600000 <= ?';

function countAll(database: Database, beforeMs: number): PruneCounts {
  const ask = (sql: string): SqlRow => database.prepare(sql).get(beforeMs) ?? {};
  const postbacks = (state: string): number =>
    Number(ask(`SELECT count(*) AS n FROM postback WHERE state = '${state}' AND updated < ?`)['n']);
  const requests = ask(
    `SELECT count(*) AS n, total(count) AS attempts FROM request WHERE ${REQUESTS}`,
  );
  return {
    attempts: Number(requests['attempts']),
    requests: Number(requests['n']),
    skips:
      Number(ask(`SELECT total(count) AS n FROM skip WHERE ${SKIPS}`)['n']) +
      Number(ask(`SELECT total(count) AS n FROM skip_count WHERE ${COUNTED}`)['n']),
    failed: postbacks('failed'),
    skipped: postbacks('skipped'),
    pendingKept: postbacks('pending'),
  };
}

function subtract(before: PruneCounts, after: PruneCounts): PruneCounts {
  const left = { ...before };
  for (const name of Object.keys(NOTHING_PRUNED) as (keyof PruneCounts)[])
    left[name] -= after[name];
  return left;
}

/**
 * Every id of a request that may go has to be in the sorted index, which alone remembers it
 * afterwards.
 */
function keepIds(database: Database, workspace: string): void {
  const postbackTypes = new PostbackTypes(database);
  database.transact(() => {
    const identify = (network: string, goal: string, eventId: string): string =>
      derivePostbackId(workspace, network, goal, eventId);
    noteName(database, workspace);
    new DedupeIndex(database, postbackTypes, identify).flush();
  });
}

/** Returns false when the signal ended it early. */
async function takeAll(
  database: Database,
  { beforeMs, keepIdsMs, clock, signal }: PruneParts,
): Promise<boolean> {
  const steps: (() => number)[] = [
    () => takeRequests(database, beforeMs),
    () => take(database, 'skip', SKIPS, beforeMs),
    () => take(database, 'postback', "state IN ('failed', 'skipped') AND updated < ?", beforeMs),
  ];
  for (const step of steps) {
    while (database.transact(step) > 0) {
      await clock.sleep(0);
      if (signal.aborted) return false;
    }
  }
  database.transact(() => {
    database.prepare(`DELETE FROM skip_count WHERE ${COUNTED}`).run(beforeMs);
    database
      .prepare(
        `DELETE FROM run WHERE ended < ? AND id < (SELECT max(id) FROM run)
           AND id NOT IN (SELECT run FROM request) AND id NOT IN (SELECT run FROM skip)
           AND id NOT IN (SELECT run FROM skip_count)
           AND id NOT IN (SELECT run FROM batch)`,
      )
      .run(beforeMs);
    forgetIds(database, clock.now(), keepIdsMs);
  });
  return true;
}

function takeRequests(database: Database, beforeMs: number): number {
  const rows = database
    .prepare(
      `SELECT id, started FROM request WHERE ${REQUESTS} ORDER BY started LIMIT ${ROWS_A_STEP}`,
    )
    .all(beforeMs);
  for (const { id } of rows) {
    database.prepare('DELETE FROM problem WHERE request = ?').run(id as number);
    database
      .prepare('DELETE FROM batch WHERE request = ? AND completed IS NOT NULL')
      .run(id as number);
    database.prepare('DELETE FROM request WHERE id = ?').run(id as number);
  }
  const ids = rows.map(({ id }) => Number(id));
  if (ids.length > 0) notePruned(database, Math.max(...ids), Number(rows.at(-1)?.['started']));
  return rows.length;
}

function take(
  database: Database,
  table: 'skip' | 'postback',
  where: string,
  beforeMs: number,
): number {
  const { changes } = database
    .prepare(
      `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${where} LIMIT ` +
        `${ROWS_A_STEP})`,
    )
    .run(beforeMs);
  return Number(changes);
}
