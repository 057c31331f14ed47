import { countWaiting, noteRefusal } from '../../network-activity.js';
import type { Failure, NetworkActivity } from '../../network-activity.js';
import type { Database } from '../database/database.js';
import { integer, optionalText, rowReader, text, total } from '../database/row-reader.js';
import { listRefusals } from '../maintenance/refusals.js';
import type { AbandonedWork } from './abandoned-work.js';

/**
 * Returns the activity of each network that the log has met.
 * @param sinceMs from when on `delivered` and `lost` are counted, in milliseconds since the epoch
 */
export function readActivity(
  database: Database,
  abandoned: AbandonedWork,
  sinceMs: number,
): Map<string, NetworkActivity> {
  const found = new Map<string, NetworkActivity>();
  const of = (network: string): NetworkActivity => {
    const activity = found.get(network) ?? {
      delivered: 0,
      failed: 0,
      pending: 0,
      processing: 0,
      lost: 0,
    };
    found.set(network, activity);
    return activity;
  };
  for (const row of database.prepare(RECENT).all(sinceMs)) {
    const { network, delivered } = readRecent(row);
    of(network).delivered = delivered;
  }
  for (const row of database.prepare(WAITING).all()) {
    const { network, ...waiting } = readWaiting(row);
    countWaiting(of(network), waiting);
  }
  for (const { postback, account } of abandoned.postbacks.values()) {
    const { network, eventTimeMs: oldestEventMs } = postback;
    countWaiting(of(network), { kind: undefined, account, count: 1, newestMs: 0, oldestEventMs });
  }
  for (const row of database.prepare(FAILED).all(sinceMs)) {
    const { network, count, recent, ...failure } = readFailed(row);
    const activity = of(network);
    activity.failed += count;
    activity.lost += recent;
    if (recent > 0) activity.mainFailure ??= toFailure(failure);
  }
  for (const refusal of listRefusals(database)) (of(refusal.network).refusals ??= []).push(refusal);
  for (const name of listNetworks(database)) addTimes(database, name, of(name), abandoned);
  return found;
}

function addTimes(
  database: Database,
  network: string,
  activity: NetworkActivity,
  { runs }: Pick<AbandonedWork, 'runs'>,
): void {
  const dead = JSON.stringify([...runs]);
  const lastAttemptMs = startOf(database.prepare(LAST_ATTEMPT).get(network, dead));
  const lastDeliveryMs = startOf(database.prepare(LAST_DELIVERY).get(network));
  const refusedMs = startOf(database.prepare(LAST_REFUSAL).get(network));
  if (lastAttemptMs !== undefined) activity.lastAttemptMs = lastAttemptMs;
  if (lastDeliveryMs !== undefined) activity.lastDeliveryMs = lastDeliveryMs;
  if (refusedMs !== undefined) noteRefusal(activity, refusedMs);
}

const readStart = rowReader({ started: integer });

function startOf(row: Parameters<typeof readStart>[0] | undefined): number | undefined {
  return row && readStart(row).started;
}

function toFailure({
  kind = '',
  reason = '',
  message,
}: Partial<Record<keyof Failure, string | undefined>>): Failure {
  return message === undefined ? { kind, reason } : { kind, reason, message };
}

const readNetwork = rowReader({ network: text });

/** Networks that something was sent to. */
function listNetworks(database: Database): string[] {
  return database
    .prepare('SELECT DISTINCT network FROM request')
    .all()
    .map((row) => readNetwork(row).network);
}

/** `verdicts` has one letter a postback, and is null where all succeeded (schema.ts). */
const RECENT = `
SELECT network, sum(CASE WHEN verdicts IS NULL THEN count
  ELSE length(verdicts) - length(replace(verdicts, 's', '')) END)
    AS delivered
FROM request WHERE started >= ? AND ended IS NOT NULL GROUP BY network`;
const readRecent = rowReader({ network: text, delivered: total });

const WAITING = `
SELECT network, kind, account, count(*) AS count, max(updated) AS newestMs,
  min(event_time) AS oldestEventMs
FROM postback WHERE state = 'pending'
GROUP BY network, kind, account`;
const readWaiting = rowReader({
  network: text,
  kind: optionalText,
  account: optionalText,
  count: integer,
  newestMs: integer,
  oldestEventMs: integer,
});

const FAILED = `
SELECT network, kind, reason, max(message) AS message, count(*) AS count, sum(updated >= ?)
  AS recent
FROM postback WHERE state = 'failed' GROUP BY network, kind, reason ORDER BY recent DESC`;
const readFailed = rowReader({
  network: text,
  kind: optionalText,
  reason: optionalText,
  message: optionalText,
  count: integer,
  recent: total,
});

/** An open request of a dead run was attempted, though its answer was never recorded. */
const LAST_ATTEMPT = `
SELECT started FROM request
WHERE network = ? AND (ended IS NOT NULL OR run IN (SELECT value FROM json_each(?)))
ORDER BY started DESC LIMIT 1`;

const LAST_DELIVERY = `
SELECT started FROM request WHERE network = ? AND ended IS NOT NULL AND (verdicts IS NULL
  OR instr(verdicts, 's') > 0)
ORDER BY started DESC LIMIT 1`;

const LAST_REFUSAL = `
SELECT started FROM request WHERE network = ? AND verdicts IS NOT NULL AND kind = 'credential'
ORDER BY started DESC LIMIT 1`;
