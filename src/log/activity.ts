import type { Clock } from '../clock.js';
import type { Refusal } from '../networks/fix.js';
import type { Database, SqlRow } from './database.js';
import { LogPeek } from './log-peek.js';
import { listRefusals } from './refusals.js';

/** What the log knows of one network, in numbers. Times in milliseconds since the epoch. */
export interface NetworkActivity {
  /** Attempts since the asked time that ended in success, and those that ended in a final failure. */
  delivered: number;
  failed: number;
  /** Postbacks that wait to be sent again, `processing` left out. */
  pending: number;
  /** Of `pending`, how many were recorded for each account, those without one left out. */
  pendingByAccount?: Map<string, number>;
  /** Postbacks that the network has accepted and not decided upon. */
  processing: number;
  /** Postbacks that finally failed since the asked time and were not sent again. */
  lost: number;
  lastDeliveryMs?: number;
  /** The newest attempt of any outcome. */
  lastAttemptMs?: number;
  /** When a grant was last seen refused. */
  lastRefusalMs?: number;
  /** The newest refusals of its accounts, the latest first; those that were disproved since included. */
  refusals?: Refusal[];
  /** What most of the postbacks failed of that finally failed since the asked time. */
  mainFailure?: Failure;
}

/** A final outcome that several postbacks share. */
export interface Failure {
  kind: string;
  reason: string;
  message?: string;
}

/**
 * The activity of each network that the log has met. What a killed run left on its way counts as pending, as the next run
 * would find it.
 * @throws as openDatabase.
 */
export function readActivity(
  path: string,
  workspace: string,
  { clock, sinceMs }: { clock: Clock; sinceMs: number },
): Map<string, NetworkActivity> {
  const peek = LogPeek.open(path, workspace);
  if (!peek) return new Map();
  try {
    const dead = peek.takeOverDead(clock);
    const found = collect(peek.database, sinceMs);
    for (const run of dead) {
      for (const { network, n } of peek.database.prepare(LEFT_BEHIND).all(run)) {
        const activity = found.get(String(network));
        if (activity) activity.pending += Number(n);
      }
    }
    return found;
  } finally {
    peek.close();
  }
}

function collect(database: Database, sinceMs: number): Map<string, NetworkActivity> {
  const found = new Map<string, NetworkActivity>();
  const of = (network: unknown): NetworkActivity => {
    const name = String(network);
    const activity = found.get(name) ?? { delivered: 0, failed: 0, pending: 0, processing: 0, lost: 0 };
    found.set(name, activity);
    return activity;
  };
  for (const row of database.prepare(RECENT).all(sinceMs)) {
    const activity = of(row['network']);
    activity.delivered = Number(row['delivered']);
    activity.failed = Number(row['failed']);
  }
  for (const row of database.prepare(WAITING).all()) {
    const activity = of(row['network']);
    if (row['kind'] === 'processing') activity.processing += Number(row['n']);
    else countWaiting(activity, row);
    if (row['kind'] === 'credential') noteRefusal(activity, Number(row['newest']));
  }
  for (const row of database.prepare(LOST).all(sinceMs)) {
    const activity = of(row['network']);
    activity.lost += Number(row['n']);
    activity.mainFailure ??= readFailure(row);
  }
  for (const refusal of listRefusals(database)) (of(refusal.network).refusals ??= []).push(refusal);
  for (const name of listNetworks(database)) {
    const activity = of(name);
    const at = (sql: string): number | undefined => {
      const row = database.prepare(sql).get(name);
      return row ? Number(row['started']) : undefined;
    };
    const [lastAttemptMs, lastDeliveryMs, refusedMs] = [at(LAST_ATTEMPT), at(LAST_DELIVERY), at(LAST_REFUSAL)];
    if (lastAttemptMs !== undefined) activity.lastAttemptMs = lastAttemptMs;
    if (lastDeliveryMs !== undefined) activity.lastDeliveryMs = lastDeliveryMs;
    if (refusedMs !== undefined) noteRefusal(activity, refusedMs);
  }
  return found;
}

function countWaiting(activity: NetworkActivity, { account, n }: SqlRow): void {
  activity.pending += Number(n);
  if (account === null || account === undefined) return;
  const counts = (activity.pendingByAccount ??= new Map<string, number>());
  counts.set(String(account), (counts.get(String(account)) ?? 0) + Number(n));
}

function readFailure({ kind, reason, message }: SqlRow): Failure {
  const failure: Failure = { kind: String(kind), reason: String(reason) };
  return message === null ? failure : { ...failure, message: String(message) };
}

function noteRefusal(activity: NetworkActivity, atMs: number): void {
  activity.lastRefusalMs = Math.max(activity.lastRefusalMs ?? 0, atMs);
}

/** Networks that something was sent to. */
function listNetworks(database: Database): string[] {
  return database
    .prepare('SELECT DISTINCT network FROM request')
    .all()
    .map((row) => String(row['network']));
}

/** `verdicts` has one letter a postback, and is null where all succeeded (schema.ts). */
const RECENT = `
SELECT network, sum(CASE WHEN verdicts IS NULL THEN count ELSE length(verdicts) - length(replace(verdicts, 's', '')) END)
    AS delivered,
  sum(CASE WHEN verdicts IS NULL THEN 0 ELSE length(verdicts) - length(replace(verdicts, 'f', '')) END) AS failed
FROM request WHERE started >= ? AND ended IS NOT NULL GROUP BY network`;

const WAITING = `
SELECT network, kind, account, count(*) AS n, max(updated) AS newest FROM postback WHERE state = 'pending'
GROUP BY network, kind, account`;

const LOST = `
SELECT network, kind, reason, max(message) AS message, count(*) AS n FROM postback
WHERE state = 'failed' AND updated >= ? GROUP BY network, kind, reason ORDER BY n DESC`;

/** What a dead run had on its way, where the log can only be read. */
const LEFT_BEHIND =
  'SELECT network, sum(count) AS n FROM flight WHERE run = ? AND done IS NULL AND request IS NOT NULL GROUP BY network';

const LAST_ATTEMPT =
  'SELECT started FROM request WHERE network = ? AND ended IS NOT NULL ORDER BY started DESC LIMIT 1';

const LAST_DELIVERY = `
SELECT started FROM request WHERE network = ? AND ended IS NOT NULL AND (verdicts IS NULL OR instr(verdicts, 's') > 0)
ORDER BY started DESC LIMIT 1`;

const LAST_REFUSAL = `
SELECT started FROM request WHERE network = ? AND verdicts IS NOT NULL AND kind = 'credential'
ORDER BY started DESC LIMIT 1`;
