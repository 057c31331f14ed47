import type { Postback } from '../../../networks/network.js';
import type {
  AccountOf,
  Claimed,
  ClaimedPending,
  ClaimTarget,
  Inquired,
  Inquiry,
  QueueOf,
  Reclaimed,
  Recovered,
  ReplayTarget,
  RowPosition,
} from '../../claims.js';
import type { Entry } from '../../entry.js';
import { lockOf } from '../../once-lock.js';
import type { ReplayCandidate, StoredPostback } from '../../stored-postback.js';
import type { PgSession } from '../connection/pg-database.js';
import type { PgWrite } from '../database/write-queue.js';
import { takeLocks } from '../people/once-locks.js';
import { putRows, waitingAmong } from './rows.js';
import { findStates, readStoredRow, STORED_COLUMNS } from './states.js';

/** Left by a run that died: any live run delivers it. */
export const LEFT_BY_DEAD_RUN = 0;

function toEntry({ postback, attempts }: StoredPostback): Entry {
  return { postback, attempts, stored: true };
}

/**
 * Claims pending rows, see `DeliveryLog.claim`. What failed because its payload was damaged becomes
 * pending again: the claiming run has read its event again.
 */
export async function claimTargets(
  write: PgWrite,
  targets: readonly ClaimTarget[],
): Promise<(Entry | 'other_account' | undefined)[]> {
  if (targets.length === 0) return [];
  const sorted = [...targets].sort((one, other) => (one.id < other.id ? -1 : 1));
  const rows = await write.rows(
    `WITH wanted AS (
       SELECT p.id FROM unnest($1::uuid[], $2::text[]) t(id, account)
         JOIN @postback p ON p.id = t.id
       WHERE (p.state = 'pending' OR (p.state = 'failed' AND p.reason = 'log_damaged'))
         AND (p.run IS NULL OR p.run = $3)
         AND (t.account IS NULL OR p.account IS NULL OR p.account = t.account)
       ORDER BY p.id FOR UPDATE OF p)
     UPDATE @postback p SET run = $3, state = 'pending' FROM wanted w WHERE p.id = w.id
       RETURNING ${STORED_COLUMNS}`,
    [sorted.map(({ id }) => id), sorted.map(({ account }) => account ?? null), write.run],
  );
  const claimed = new Map(rows.map((row) => [String(row['id']), toEntry(readStoredRow(row))]));
  const others = targets.filter(({ id }) => !claimed.has(id)).map(({ id }) => id);
  const stateOf = await findStates(write, others, write.run);
  return targets.map(({ id, account }) => {
    const entry = claimed.get(id);
    if (entry) return entry;
    const { state } = stateOf(id);
    const isOther =
      typeof state === 'object' &&
      state.state === 'pending' &&
      state.run === undefined &&
      state.account !== account;
    return isOther ? 'other_account' : undefined;
  });
}

/** Answers what became of postbacks that another run had, see `DeliveryLog.inquire`. */
export async function inquireAll(write: PgWrite, asked: readonly Inquiry[]): Promise<Inquired[]> {
  const stateOf = await findStates(
    write,
    asked.map(({ postback }) => postback.id),
    write.run,
  );
  const isFree = ({ postback }: Inquiry): boolean => {
    const { state, isElsewhere } = stateOf(postback.id);
    return (
      !isElsewhere &&
      typeof state === 'object' &&
      state.state === 'pending' &&
      state.request === undefined
    );
  };
  const free = asked.filter(isFree);
  const claimed = await claimTargets(
    write,
    free.map(({ postback, account }) => ({ id: postback.id, account })),
  );
  const claims = new Map(free.map((inquiry, index) => [inquiry, claimed[index]]));
  return asked.map((inquiry): Inquired => {
    const { state, isElsewhere } = stateOf(inquiry.postback.id);
    if (isElsewhere) return 'elsewhere';
    if (typeof state === 'string') return state;
    return claims.has(inquiry) ? (claims.get(inquiry) ?? 'elsewhere') : 'known';
  });
}

/** Makes postbacks pending for a run that replays them, see `DeliveryLog.reclaim`. */
export async function reclaimAll(
  write: PgWrite,
  candidates: readonly ReplayCandidate[],
  { accounts = {}, moves = false }: ReplayTarget,
  nowMs: number,
): Promise<Reclaimed> {
  const stateOf = await findStates(
    write,
    candidates.map(({ postback }) => postback.id),
    write.run,
  );
  const delivered = candidates.filter(
    ({ state, postback }) =>
      state === 'delivered' && typeof stateOf(postback.id).state === 'string',
  );
  await putRows(
    write,
    delivered.map(({ postback, attempts, account }) => ({
      entry: { postback, attempts },
      state: 'pending',
      account: account ?? null,
      outcome: { kind: 'stopped', reason: 'replayed' },
    })),
    nowMs,
  );
  const needing = candidates.filter(({ state }) => state !== 'delivered');
  const lost = await takeLocks(
    write,
    needing.flatMap(({ postback }) => lockOf(postback) ?? []),
  );
  await dropWaiting(write, [...lost]);
  const counted = needing.filter(({ postback }) => lost.has(postback.id));
  const rest = candidates.filter((candidate) => !counted.includes(candidate));
  const got = await takeRows(write, rest, { accounts, moves }, nowMs);
  const missed = rest.filter(({ postback }) => !got.has(postback.id));
  return {
    claimed: countClaimed(rest.filter(({ postback }) => got.has(postback.id))),
    taken: await findTaken(write, missed),
    counted: counted.map(({ postback }) => postback),
  };
}

async function takeRows(
  write: PgWrite,
  candidates: readonly ReplayCandidate[],
  { accounts, moves }: Required<ReplayTarget>,
  nowMs: number,
): Promise<Set<string>> {
  const sorted = candidates
    .map(({ postback: { id, network } }) => ({ id, account: accounts[network] ?? null }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const rows = await write.rows(
    `UPDATE @postback p SET state = 'pending', run = $3, request = NULL, updated = $4,
       account = coalesce(t.account, p.account)
     FROM unnest($1::uuid[], $2::text[]) t(id, account)
     WHERE p.id = t.id AND p.run IS NULL AND ($5 OR t.account IS NULL OR p.account IS NULL
       OR p.account = t.account)
     RETURNING replace(p.id::text, '-', '') AS id`,
    [sorted.map(({ id }) => id), sorted.map(({ account }) => account), write.run, nowMs, moves],
  );
  return new Set(rows.map(({ id }) => String(id)));
}

/** Those that have no row any more, or one that another run has. */
async function findTaken(write: PgWrite, missed: readonly ReplayCandidate[]): Promise<Postback[]> {
  const stateOf = await findStates(
    write,
    missed.map(({ postback }) => postback.id),
    write.run,
  );
  return missed.flatMap(({ postback }) => {
    const { state } = stateOf(postback.id);
    return typeof state === 'string' || state.run !== undefined ? [postback] : [];
  });
}

function countClaimed(candidates: readonly ReplayCandidate[]): Claimed[] {
  const found = new Map<string, Claimed>();
  for (const { postback } of candidates) {
    const { network, membership } = postback;
    const key = `${network} ${membership === undefined}`;
    const { count } = found.get(key) ?? { count: 0 };
    found.set(key, { network, isForLists: membership !== undefined, count: count + 1 });
  }
  return [...found.values()];
}

/** Takes rows away where no run and no network has them. */
export async function dropWaiting(session: PgSession, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await session.change(
    'DELETE FROM @postback WHERE id = ANY($1::uuid[]) AND run IS NULL AND request IS NULL',
    [ids],
  );
}

/** Claims every pending conversion of an account, see `DeliveryLog.claimPending`. */
export async function claimPending(
  write: PgWrite,
  { network, account }: AccountOf,
  goals: readonly string[],
): Promise<ClaimedPending> {
  const waiting = waitingAmong('$1', '$2');
  const count = await write.change(
    `WITH wanted AS MATERIALIZED (
       SELECT id FROM @postback WHERE ${waiting} AND (account IS NULL OR account = $3) ORDER BY id
         FOR UPDATE SKIP LOCKED)
     UPDATE @postback p SET run = $4 FROM wanted w WHERE p.id = w.id`,
    [network, goals, account, write.run],
  );
  const [others] = await write.rows(
    `SELECT count(*) AS number FROM @postback WHERE ${waiting} AND account <> $3`,
    [network, goals, account],
  );
  return { count, others: Number(others?.['number']) };
}

/** Claims the recovered work for an account, see `DeliveryLog.claimRecovered`. */
export async function claimRecovered(
  write: PgWrite,
  { network, account }: AccountOf,
  goals: readonly string[],
  limit: number,
): Promise<Recovered> {
  const left = `left_by = ${LEFT_BY_DEAD_RUN} AND ${waitingAmong('$1', '$2')}`;
  // As a subquery it may run once for each row, and claim more than the limit.
  const rows = await write.rows(
    `WITH wanted AS MATERIALIZED (
       SELECT id FROM @postback WHERE ${left} AND (account IS NULL OR account = $3) ORDER BY id
         LIMIT $4 FOR UPDATE SKIP LOCKED)
     UPDATE @postback p SET run = $5 FROM wanted w WHERE p.id = w.id
     RETURNING replace(p.id::text, '-', '') AS id`,
    [network, goals, account, limit, write.run],
  );
  const [others] = await write.rows(
    `SELECT count(*) AS number FROM @postback WHERE ${left} AND account <> $3`,
    [network, goals, account],
  );
  return { ids: rows.map(({ id }) => String(id)), others: Number(others?.['number']) };
}

/** Marks everything that a run has claimed or left pending as left by a dead run. */
export async function leaveOf(write: PgWrite, run: number): Promise<void> {
  const mark = `UPDATE @postback SET run = NULL, left_by = ${LEFT_BY_DEAD_RUN}`;
  await write.change(`${mark} WHERE run = $1`, [run]);
  await write.change(`${mark} WHERE left_by = $1 AND state = 'pending' AND run IS NULL`, [run]);
}

/** Lets any live run deliver what ended runs left pending, see `DeliveryLog.adoptPending`. */
export async function adoptPending(
  write: PgWrite,
  accounts: readonly AccountOf[],
  goals: readonly string[],
): Promise<void> {
  for (const { network, account } of accounts) {
    await write.change(
      `UPDATE @postback SET left_by = ${LEFT_BY_DEAD_RUN}
       WHERE ${waitingAmong('$1', '$2')} AND (account IS NULL OR account = $3)`,
      [network, goals, account],
    );
  }
}

/** Pending postbacks that a run has claimed, oldest event first, see `DeliveryLog.listClaimed`. */
export async function listClaimed(
  session: PgSession,
  run: number,
  { network, isForLists }: QueueOf,
  { limit, after }: { limit: number; after: RowPosition | undefined },
): Promise<Entry[]> {
  const rows = await session.rows(
    `SELECT ${STORED_COLUMNS} FROM @postback p WHERE run = $1 AND network = $2
       AND (event_time, id) > ($3::bigint, $4::uuid) AND (list IS NOT NULL) = $5
     ORDER BY event_time, id LIMIT $6`,
    [run, network, after?.eventTimeMs ?? -1, after?.id ?? NO_ID, isForLists === true, limit],
  );
  return rows.map((row) => toEntry(readStoredRow(row)));
}

const NO_ID = '0'.repeat(32);
