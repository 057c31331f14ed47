import type { Postback } from '../../../networks/network.js';
import type { Entry, PostbackState, RowOutcome } from '../../entry.js';
import type { PgSession } from '../connection/pg-database.js';

/** A row to write. */
export interface RowWrite {
  entry: Entry;
  state: PostbackState;
  account: string | null;
  outcome?: RowOutcome;
  /** HTTP status of the last answer. */
  http?: number | undefined;
  /** The request in which the network has accepted it. */
  request?: number | undefined;
  /** The run that has claimed it. */
  run?: number | undefined;
  /** The run that leaves it pending without a claim. */
  leftBy?: number | undefined;
}

/**
 * Writes or replaces rows of postbacks, sorted by id, so that two runs that write the same ones
 * wait for each other and never in a circle. Of one id the last counts.
 */
export async function putRows(
  session: PgSession,
  writes: readonly RowWrite[],
  nowMs: number,
): Promise<void> {
  if (writes.length === 0) return;
  const byId = new Map(writes.map((write) => [write.entry.postback.id, write]));
  const rows = [...byId.keys()].sort().map((id) => byId.get(id) as RowWrite);
  const of = <T>(read: (write: RowWrite) => T): T[] => rows.map(read);
  const ofPostback = <T>(read: (postback: Postback) => T): T[] =>
    rows.map(({ entry }) => read(entry.postback));
  await session.change(
    `INSERT INTO @postback (id, state, network, account, goal, event, event_id, event_time, updated,
       attempts, run,
       kind, reason, message, http, person, data, request, left_by, test, list)
     SELECT id, state, network, account, goal, event, event_id, event_time, $18::bigint, attempts,
       run, kind, reason,
       message, http, person, data, request, left_by, test, list
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::bigint[],
       $9::int[], $10::int[], $11::text[], $12::text[], $13::text[], $14::int[], $15::text[],
         $16::text[],
       $17::bigint[], $19::int[], $20::boolean[], $21::text[]) r(id, state, network, account, goal,
         event, event_id, event_time, attempts, run,
       kind, reason, message, http, person, data, request, left_by, test, list)
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, account = excluded.account,
       updated = excluded.updated,
       attempts = excluded.attempts, run = excluded.run, kind = excluded.kind,
         reason = excluded.reason,
       message = excluded.message, http = excluded.http, data = excluded.data,
         request = excluded.request,
       left_by = excluded.left_by`,
    [
      [...byId.keys()].sort(),
      of(({ state }) => state),
      ofPostback(({ network }) => network),
      of(({ account }) => account),
      ofPostback(({ goal }) => goal),
      ofPostback(({ event }) => event),
      ofPostback(({ eventId }) => eventId),
      ofPostback(({ eventTimeMs }) => eventTimeMs),
      of(({ entry }) => entry.attempts),
      of(({ run }) => run ?? null),
      of(({ outcome }) => outcome?.kind ?? null),
      of(({ outcome }) => outcome?.reason ?? null),
      of(({ outcome }) => outcome?.message ?? null),
      of(({ http }) => http ?? null),
      ofPostback(({ person }) => person ?? null),
      ofPostback((postback) => JSON.stringify(postback)),
      of(({ request }) => request ?? null),
      nowMs,
      of(({ leftBy }) => leftBy ?? null),
      ofPostback(({ test }) => test),
      ofPostback(({ membership }) => membership?.list ?? null),
    ],
  );
}

/** Removes rows: their postbacks are on their way in a request, or nothing sends them any more. */
export async function removeRows(session: PgSession, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await session.change('DELETE FROM @postback WHERE id = ANY($1::uuid[])', [ids]);
}

/** Condition for pending conversions of a network that no run has. Values: network, goals. */
export function waitingAmong(network: string, goals: string): string {
  return (
    `state = 'pending' AND run IS NULL AND request IS NULL AND network = ${network} ` +
    `AND list IS NULL AND (cardinality(${goals}::text[]) = 0 OR goal = ANY(${goals}::text[]))`
  );
}
