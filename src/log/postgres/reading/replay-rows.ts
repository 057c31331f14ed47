import type { ReplayCandidate, ReplayFilter, StoredPostback } from '../../stored-postback.js';
import { unpackIds } from '../../packed/packing.js';
import { readUnlessDamaged } from '../../stored-json.js';
import type { PgRow, PgValue } from '../connection/pg-database.js';
import { readStoredRow, STORED_COLUMNS } from '../postbacks/states.js';
import { readEntries } from '../requests/batches.js';
import type { PgReadContext } from './read-context.js';
import { matchesReplay } from '../../packed/replay-filter.js';

/** Rows that are read at once. */
const PAGE = 500;
/** Batches that are read at once; each may have 100 KB. */
const BATCHES = 20;

/**
 * Matching postbacks that are not delivered and that no live run has claimed, oldest event first.
 */
export async function* listUndelivered(
  { database }: PgReadContext,
  filter: ReplayFilter,
  deadRuns: ReadonlySet<number>,
): AsyncGenerator<StoredPostback[]> {
  const states = filter.states.filter((state) => state !== 'delivered');
  if (states.length === 0) return;
  const where = ['(p.run IS NULL OR p.run = ANY($1::int[]))', 'p.state = ANY($2::text[])'];
  const values: PgValue[] = [[...deadRuns], states];
  const add = (condition: (parameter: string) => string, value: PgValue | undefined): void => {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return;
    values.push(value);
    where.push(condition(`$${values.length}`));
  };
  add((parameter) => `p.updated >= ${parameter}::bigint`, filter.sinceMs);
  add((parameter) => `p.updated <= ${parameter}::bigint`, filter.untilMs);
  add(
    (parameter) => `(p.state = 'pending' OR p.updated >= ${parameter}::bigint)`,
    filter.finalSinceMs,
  );
  add((parameter) => `p.network = ANY(${parameter}::text[])`, filter.networks);
  add((parameter) => `p.goal = ANY(${parameter}::text[])`, filter.goals);
  add((parameter) => `p.event_id = ANY(${parameter}::text[])`, filter.eventIds);
  add((parameter) => `p.http = ANY(${parameter}::int[])`, filter.https);
  add((parameter) => `p.reason = ANY(${parameter}::text[])`, filter.reasons);
  const [timeAt, idAt] = [`$${values.length + 1}::bigint`, `$${values.length + 2}::uuid`];
  for (let after: readonly [number, string] = [-1, '0'.repeat(32)]; ;) {
    const rows = await database.rows(
      `SELECT ${STORED_COLUMNS} FROM @postback p WHERE ${where.join(' AND ')} AND (p.event_time,
         p.id) > (${timeAt}, ${idAt})
       ORDER BY p.event_time, p.id LIMIT ${PAGE}`,
      [...values, ...after],
    );
    if (rows.length > 0) yield rows.map(readStoredRow);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = [Number(last['event_time']), String(last['id'])];
  }
}

/** Matching delivered postbacks whose payload is kept, oldest request first. */
export async function* listDelivered(
  { database }: PgReadContext,
  filter: ReplayFilter,
): AsyncGenerator<ReplayCandidate[]> {
  if (!filter.states.includes('delivered')) return;
  const since = filter.sinceMs ?? filter.finalSinceMs ?? 0;
  const until = filter.untilMs ?? Number.MAX_SAFE_INTEGER;
  for (let after: readonly [number, number] = [-1, -1]; ;) {
    const rows = await database.rows(
      `SELECT b.id, b.network, b.entries, b.entries_text, r.account, r.ids, r.ids_text, r.verdicts,
         r.http, r.started
       FROM @batch b JOIN @request r ON r.id = b.request
       WHERE b.completed IS NOT NULL AND r.started >= $1::bigint AND r.started <= $2::bigint
         AND (r.started, b.id) > ($3::bigint, $4::bigint)
       ORDER BY r.started, b.id LIMIT ${BATCHES}`,
      [since, until, ...after],
    );
    const found = rows.flatMap((row) => unpackDelivered(row, filter));
    if (found.length > 0) yield found;
    const last = rows.at(-1);
    if (!last || rows.length < BATCHES) return;
    after = [Number(last['started']), Number(last['id'])];
  }
}

function unpackDelivered(row: PgRow, filter: ReplayFilter): ReplayCandidate[] {
  const verdicts = row['verdicts'] === null ? undefined : String(row['verdicts']);
  const packed = (row['ids'] ?? row['ids_text']) as Uint8Array | string;
  const ids = readUnlessDamaged(() => unpackIds(packed)) ?? [];
  const positions = new Map(ids.map((id, index) => [id, index]));
  const entries = readUnlessDamaged(() => readEntries(row)) ?? [];
  const http = Number(row['http']);
  return entries.flatMap(({ postback, attempts }): ReplayCandidate[] => {
    const position = positions.get(postback.eventId);
    const isDelivered =
      position !== undefined && (verdicts === undefined || verdicts[position] === 's');
    if (!isDelivered || !matchesReplay(postback, http, filter)) return [];
    return [
      {
        postback,
        account: String(row['account']),
        attempts: attempts + 1,
        http,
        updatedMs: Number(row['started']),
        state: 'delivered',
        run: undefined,
        kind: undefined,
        reason: undefined,
        message: undefined,
        request: undefined,
      },
    ];
  });
}
