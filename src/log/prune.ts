import type { Clock } from '../clock.js';
import { derivePostbackId } from '../identity/postback-id.js';
import type { Database, SqlRow } from './database.js';
import { noteName } from './index-scope.js';
import { LogPeek } from './log-peek.js';
import { forgetIds, notePruned } from './pruned-ids.js';
import { rewriteFile, sizeOf } from './rewrite.js';
import { SeenIndex } from './seen-index.js';

/** What was taken out of the log, and what had to stay. */
export interface PruneReceipt {
  /** Everything that was older than this went, ISO 8601. */
  olderThan: string;
  dryRun?: true;
  /** Attempts, and the requests that carried them. */
  attempts: number;
  requests: number;
  skips: number;
  /** Postbacks that can be replayed no more. */
  failed: number;
  skipped: number;
  /** Pending postbacks of that age: they stay until they are delivered or expire. */
  pendingKept: number;
  /** By how much the file has shrunk; 0 while others send, then the room is used again. */
  freedBytes: number;
  /** Whether a signal ended it early: the same command goes on. */
  stopped?: true;
}

export interface PruneParts {
  path: string;
  workspace: string;
  beforeMs: number;
  /** Counts only. */
  dryRun: boolean;
  clock: Clock;
  signal: AbortSignal;
}

/** Rows a transaction: others wait for a commit of ours no longer than a hundredth of a second or so. */
const ROWS_A_STEP = 500;

type Counts = Pick<PruneReceipt, 'attempts' | 'requests' | 'skips' | 'failed' | 'skipped' | 'pendingKept'>;

/**
 * Takes attempts, skips, failed and skipped postbacks of before a time out of the log, in small steps, while others send.
 * The ids of what was ever sent stay, so that it is never sent again (docs/decisions/pruning.md); so does whatever is
 * pending or under way.
 * @throws InternalError when the log cannot be written
 */
export async function pruneLog(parts: PruneParts): Promise<PruneReceipt> {
  const olderThan = new Date(parts.beforeMs).toISOString();
  const peek = LogPeek.open(parts.path, parts.workspace);
  if (!peek) return { olderThan, ...(parts.dryRun ? { dryRun: true } : {}), ...NOTHING, freedBytes: 0 };
  try {
    const { database } = peek;
    const counts = countAll(database, parts.beforeMs);
    const receipt = { olderThan, ...counts, freedBytes: 0 };
    if (parts.dryRun) return { ...receipt, dryRun: true };
    keepIds(peek, parts.workspace);
    const bytes = sizeOf(database);
    const isDone = await takeAll(database, parts);
    if (!isDone) return { ...receipt, ...subtract(counts, countAll(database, parts.beforeMs)), stopped: true };
    return { ...receipt, freedBytes: rewriteFile(database, parts.path, parts.clock) ? bytes - sizeOf(database) : 0 };
  } finally {
    peek.close();
  }
}

const NOTHING: Counts = { attempts: 0, requests: 0, skips: 0, failed: 0, skipped: 0, pendingKept: 0 };

/**
 * Rows that nobody waits for: no answer, and no decision of a network on what it accepted. The newest of each table
 * stays, for numbers must never be given twice.
 */
const REQUESTS = `started < ? AND ended IS NOT NULL AND id < (SELECT max(id) FROM request)
  AND id NOT IN (SELECT request FROM postback WHERE request IS NOT NULL)`;
const SKIPS = 'at < ? AND id < (SELECT max(id) FROM skip)';

function countAll(database: Database, beforeMs: number): Counts {
  const ask = (sql: string): SqlRow => database.prepare(sql).get(beforeMs) ?? {};
  const postbacks = (state: string): number =>
    Number(ask(`SELECT count(*) AS n FROM postback WHERE state = '${state}' AND updated < ?`)['n']);
  const requests = ask(`SELECT count(*) AS n, total(count) AS attempts FROM request WHERE ${REQUESTS}`);
  return {
    attempts: Number(requests['attempts']),
    requests: Number(requests['n']),
    skips: Number(ask(`SELECT total(count) AS n FROM skip WHERE ${SKIPS}`)['n']),
    failed: postbacks('failed'),
    skipped: postbacks('skipped'),
    pendingKept: postbacks('pending'),
  };
}

function subtract(before: Counts, after: Counts): Counts {
  const entries = Object.entries(before) as [keyof Counts, number][];
  return { ...(Object.fromEntries(entries.map(([name, n]) => [name, n - after[name]])) as unknown as Counts) };
}

/** Every id of a request that may go has to be in the sorted index, which alone remembers it afterwards. */
function keepIds(peek: LogPeek, workspace: string): void {
  const { database, kinds } = peek;
  database.transact(() => {
    const identify = (network: string, goal: string, eventId: string): string =>
      derivePostbackId(workspace, network, goal, eventId);
    noteName(database, workspace);
    new SeenIndex(database, kinds, identify).flush();
  });
}

/** Returns false when the signal ended it early. */
async function takeAll(database: Database, { beforeMs, clock, signal }: PruneParts): Promise<boolean> {
  const steps: (() => number)[] = [
    () => takeRequests(database, beforeMs),
    () => take(database, 'skip', 'id', SKIPS, beforeMs),
    () => take(database, 'postback', 'id', "state IN ('failed', 'skipped') AND updated < ?", beforeMs),
  ];
  for (const step of steps) {
    while (database.transact(step) > 0) {
      await clock.sleep(0);
      if (signal.aborted) return false;
    }
  }
  database.transact(() => {
    database
      .prepare(
        `DELETE FROM run WHERE ended < ? AND id < (SELECT max(id) FROM run) AND id NOT IN (SELECT run FROM request) AND id NOT IN (SELECT run FROM skip)
           AND id NOT IN (SELECT run FROM flight)`,
      )
      .run(beforeMs);
    forgetIds(database, clock.now());
  });
  return true;
}

function takeRequests(database: Database, beforeMs: number): number {
  const rows = database
    .prepare(`SELECT id, started FROM request WHERE ${REQUESTS} ORDER BY started LIMIT ${ROWS_A_STEP}`)
    .all(beforeMs);
  for (const { id } of rows) {
    database.prepare('DELETE FROM problem WHERE request = ?').run(id as number);
    database.prepare('DELETE FROM flight WHERE request = ? AND done IS NOT NULL').run(id as number);
    database.prepare('DELETE FROM request WHERE id = ?').run(id as number);
  }
  const ids = rows.map(({ id }) => Number(id));
  if (ids.length > 0) notePruned(database, Math.max(...ids), Number(rows.at(-1)?.['started']));
  return rows.length;
}

function take(database: Database, table: string, key: string, where: string, beforeMs: number): number {
  const { changes } = database
    .prepare(`DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${ROWS_A_STEP})`)
    .run(beforeMs);
  return Number(changes);
}
