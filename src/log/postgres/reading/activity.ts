import { countWaiting, noteRefusal } from '../../network-activity.js';
import type { Failure, NetworkActivity } from '../../network-activity.js';
import type { PgRow, PgSession } from '../connection/pg-database.js';
import { listRefusals } from '../refusals.js';
import type { PgAbandonedWork } from './read-context.js';

/**
 * Returns the activity of each network that the log has met.
 * @param sinceMs from when on `delivered` and `lost` are counted, in milliseconds since the epoch
 */
export async function readActivity(
  session: PgSession,
  abandoned: PgAbandonedWork,
  sinceMs: number,
): Promise<Map<string, NetworkActivity>> {
  const found = new Map<string, NetworkActivity>();
  const of = (network: unknown): NetworkActivity => {
    const name = String(network);
    const activity = found.get(name) ?? {
      delivered: 0,
      failed: 0,
      pending: 0,
      processing: 0,
      lost: 0,
    };
    found.set(name, activity);
    return activity;
  };
  for (const row of await session.rows(RECENT, [sinceMs]))
    of(row['network']).delivered = Number(row['delivered']);
  for (const row of await session.rows(WAITING)) {
    const account = row['account'] === null ? undefined : String(row['account']);
    countWaiting(of(row['network']), {
      kind: row['kind'],
      account,
      count: Number(row['count']),
      newestMs: Number(row['newest']),
      oldestEventMs: Number(row['oldest']),
    });
  }
  for (const { postback, account } of abandoned.postbacks.values()) {
    const { network, eventTimeMs: oldestEventMs } = postback;
    countWaiting(of(network), { kind: null, account, count: 1, newestMs: 0, oldestEventMs });
  }
  for (const row of await session.rows(FAILED, [sinceMs])) {
    const activity = of(row['network']);
    activity.failed += Number(row['count']);
    activity.lost += Number(row['recent']);
    if (Number(row['recent']) > 0) activity.mainFailure ??= toFailure(row);
  }
  for (const refusal of await listRefusals(session))
    (of(refusal.network).refusals ??= []).push(refusal);
  await addTimes(session, of, abandoned);
  return found;
}

async function addTimes(
  session: PgSession,
  of: (network: unknown) => NetworkActivity,
  { runs }: PgAbandonedWork,
): Promise<void> {
  for (const row of await session.rows(TIMES, [[...runs]])) {
    const activity = of(row['network']);
    if (row['attempt'] !== null) activity.lastAttemptMs = Number(row['attempt']);
    if (row['delivery'] !== null) activity.lastDeliveryMs = Number(row['delivery']);
    if (row['refusal'] !== null) noteRefusal(activity, Number(row['refusal']));
  }
}

function toFailure(row: PgRow): Failure {
  const textOf = (value: PgRow[string] | undefined): string =>
    typeof value === 'string' ? value : '';
  const failure = { kind: textOf(row['kind']), reason: textOf(row['reason']) };
  const message = textOf(row['message']);
  return message === '' ? failure : { ...failure, message };
}

/** `verdicts` has one letter a postback, and is null where all succeeded. */
const RECENT = `
SELECT network, sum(CASE WHEN verdicts IS NULL THEN count
  ELSE length(verdicts) - length(replace(verdicts, 's', '')) END) AS delivered
FROM @request WHERE started >= $1::bigint AND ended IS NOT NULL GROUP BY network ORDER BY network`;

const WAITING = `
SELECT network, kind, account, count(*) AS count, max(updated) AS newest,
  min(event_time) AS oldest
FROM @postback WHERE state = 'pending'
GROUP BY network, kind, account ORDER BY network, kind, account`;

const FAILED = `
SELECT network, kind, reason, max(message) AS message, count(*) AS count,
  count(*) FILTER (WHERE updated >= $1::bigint) AS recent
FROM @postback WHERE state = 'failed' GROUP BY network, kind, reason ORDER BY recent DESC, network,
  kind, reason`;

/** The newest request of each kind, found by the index of times. */
const TIMES = `
SELECT n.network,
  (SELECT started FROM @request r WHERE r.network = n.network AND (ended IS NOT NULL
    OR run = ANY($1::int[]))
     ORDER BY started DESC LIMIT 1) AS attempt,
  (SELECT started FROM @request r WHERE r.network = n.network AND ended IS NOT NULL
     AND (verdicts IS NULL OR strpos(verdicts, 's') > 0) ORDER BY started DESC LIMIT 1) AS delivery,
  (SELECT started FROM @request r WHERE r.network = n.network AND verdicts IS NOT NULL
    AND kind = 'credential'
     ORDER BY started DESC LIMIT 1) AS refusal
FROM (SELECT DISTINCT network FROM @request) n ORDER BY n.network`;
