import type { NetworkName } from '../networks/names.js';
import type { Database, SqlValue } from './database.js';
import type { PostbackState } from './entry.js';
import type { StoredPostback } from './postback-rows.js';
import { readStored } from './postback-rows.js';
import { unpackEntries, unpackIds } from './packing.js';

/** Which postbacks a replay is about. Times are of the last change, in milliseconds since the epoch. */
export interface ReplayFilter {
  states: readonly (PostbackState | 'delivered')[];
  sinceMs?: number;
  /** As `sinceMs`, for everything but what is pending: that waits until it is delivered, however old. */
  settledSinceMs?: number;
  untilMs?: number;
  networks?: readonly NetworkName[];
  goals?: readonly string[];
  eventIds?: readonly string[];
  https?: readonly number[];
  reasons?: readonly string[];
}

/** A postback that a replay may send again. */
export type ReplayCandidate = Omit<StoredPostback, 'state'> & { state: PostbackState | 'delivered' };

/** Matching postbacks that are not delivered and that no run has claimed, oldest event first. */
export function* listUndelivered(database: Database, filter: ReplayFilter): Generator<ReplayCandidate> {
  const states = filter.states.filter((state) => state !== 'delivered');
  if (states.length === 0) return;
  const where = ['run IS NULL'];
  const values: SqlValue[] = [];
  const among = (column: string, wanted: readonly SqlValue[] | undefined): void => {
    if (!wanted?.length) return;
    where.push(`${column} IN (${wanted.map(() => '?').join(', ')})`);
    values.push(...wanted);
  };
  const bound = (sign: string, ms: number | undefined): void => {
    if (ms === undefined) return;
    where.push(`updated ${sign} ?`);
    values.push(ms);
  };
  among('state', states);
  bound('>=', filter.sinceMs);
  bound('<=', filter.untilMs);
  if (filter.settledSinceMs !== undefined) {
    where.push("(state = 'pending' OR updated >= ?)");
    values.push(filter.settledSinceMs);
  }
  among('network', filter.networks);
  among('goal', filter.goals);
  among('event_id', filter.eventIds);
  among('http', filter.https);
  among('reason', filter.reasons);
  const sql = `SELECT * FROM postback WHERE ${where.join(' AND ')} ORDER BY event_time`;
  for (const row of database.prepare(sql).iterate(...values)) yield readStored(row);
}

/** Matching delivered postbacks whose facts are still kept, oldest request first. */
export function* listDelivered(database: Database, filter: ReplayFilter): Generator<ReplayCandidate> {
  if (!filter.states.includes('delivered')) return;
  const rows = database
    .prepare(
      `SELECT f.network, r.account, c.entries, r.ids, r.verdicts, r.http, r.started
       FROM flight f JOIN cargo c ON c.flight = f.id JOIN request r ON r.id = f.request
       WHERE f.done IS NOT NULL AND r.started >= ? AND r.started <= ? ORDER BY r.started`,
    )
    .iterate(filter.sinceMs ?? filter.settledSinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER);
  for (const row of rows) {
    const verdicts = row['verdicts'] === null ? undefined : String(row['verdicts']);
    const positions = new Map(unpackIds(row['ids'] as Uint8Array | string).map((id, index) => [id, index]));
    const http = Number(row['http']);
    for (const { postback, attempts } of unpackEntries(row['entries'], row['network'])) {
      const position = positions.get(postback.eventId);
      if (position === undefined || (verdicts !== undefined && verdicts[position] !== 's')) continue;
      const account = String(row['account']);
      const candidate = { postback, account, attempts: attempts + 1, http, updatedMs: Number(row['started']) };
      const full = { ...candidate, state: 'delivered', run: undefined, kind: undefined } as const;
      const rest = { reason: undefined, message: undefined, request: undefined };
      if (matches(postback, http, filter)) yield { ...full, ...rest };
    }
  }
}

function matches(postback: StoredPostback['postback'], http: number, filter: ReplayFilter): boolean {
  const has = <T>(wanted: readonly T[] | undefined, value: T): boolean => !wanted?.length || wanted.includes(value);
  return (
    has(filter.networks, postback.network) &&
    has(filter.goals, postback.goal) &&
    has(filter.eventIds, postback.eventId) &&
    has(filter.https, http) &&
    !filter.reasons?.length
  );
}
