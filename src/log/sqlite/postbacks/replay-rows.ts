import type { ReplayCandidate, ReplayFilter, StoredPostback } from '../../stored-postback.js';
import type { Database, SqlValue } from '../database/database.js';
import { unpackEntries, unpackIds } from '../../packed/packing.js';
import { matchesReplay } from '../../packed/replay-filter.js';
import { readUnlessDamaged } from '../../stored-json.js';
import { readStored } from '../../packed/stored-rows.js';

export type { ReplayCandidate } from '../../stored-postback.js';

/**
 * Matching postbacks that are not delivered and that no run has claimed, oldest event first.
 * @param deadRuns numbers of runs whose claims do not count
 */
export function* listUndelivered(
  database: Database,
  filter: ReplayFilter,
  deadRuns: Iterable<number>,
): Generator<StoredPostback> {
  const states = filter.states.filter((state) => state !== 'delivered');
  if (states.length === 0) return;
  const where = ['(run IS NULL OR run IN (SELECT value FROM json_each(?)))'];
  const values: SqlValue[] = [JSON.stringify([...deadRuns])];
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
  if (filter.finalSinceMs !== undefined) {
    where.push("(state = 'pending' OR updated >= ?)");
    values.push(filter.finalSinceMs);
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
export function* listDelivered(
  database: Database,
  filter: ReplayFilter,
): Generator<ReplayCandidate> {
  if (!filter.states.includes('delivered')) return;
  const rows = database
    .prepare(
      `SELECT f.network, r.account, c.entries, r.ids, r.verdicts, r.http, r.started
       FROM batch f JOIN batch_payload c ON c.batch = f.id JOIN request r ON r.id = f.request
       WHERE f.completed IS NOT NULL AND r.started >= ? AND r.started <= ? ORDER BY r.started`,
    )
    .iterate(filter.sinceMs ?? filter.finalSinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER);
  for (const row of rows) {
    const verdicts = row['verdicts'] === null ? undefined : String(row['verdicts']);
    const ids = readUnlessDamaged(() => unpackIds(row['ids'] as Uint8Array | string)) ?? [];
    const positions = new Map(ids.map((id, index) => [id, index]));
    const entries = readUnlessDamaged(() => unpackEntries(row['entries'], row['network'])) ?? [];
    const http = Number(row['http']);
    for (const { postback, attempts } of entries) {
      const position = positions.get(postback.eventId);
      if (position === undefined || (verdicts !== undefined && verdicts[position] !== 's'))
        continue;
      const account = String(row['account']);
      const candidate = {
        postback,
        account,
        attempts: attempts + 1,
        http,
        updatedMs: Number(row['started']),
      };
      const full = { ...candidate, state: 'delivered', run: undefined, kind: undefined } as const;
      const rest = { reason: undefined, message: undefined, request: undefined };
      if (matchesReplay(postback, http, filter)) yield { ...full, ...rest };
    }
  }
}
