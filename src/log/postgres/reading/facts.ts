import type {
  Conversion,
  DeliveredFact,
  FactFilter,
  LogFacts,
  SkippedFact,
  WaitingFact,
} from '../../facts.js';
import { makeUnfinished, takesPostback } from '../../facts.js';
import { readSkips } from '../../packed/attempt-rows.js';
import { unpackDetails, unpackIds } from '../../packed/packing.js';
import { readUnlessDamaged } from '../../stored-json.js';
import type { PgRow, PgValue } from '../connection/pg-database.js';
import { readEntries } from '../requests/batches.js';
import { listCountedFacts } from '../../general-skips.js';
import { readSkipCounts } from '../postbacks/skips.js';
import { toSqlRow } from './query.js';
import type { PgReadContext } from './read-context.js';

const HOUR_MS = 3_600_000;
/** Rows that are read at once. */
const PAGE = 200;

/** Reads what figures are made of, as SQLite's `Facts`: a page of packed rows at a time. */
export class PgFacts implements LogFacts {
  readonly #context: PgReadContext;
  readonly #filter: FactFilter;
  #replays: Promise<ReadonlySet<number>> | undefined;

  constructor(context: PgReadContext, filter: FactFilter) {
    this.#context = context;
    this.#filter = filter;
  }

  async *delivered(): AsyncGenerator<DeliveredFact[]> {
    const { networks } = this.#filter;
    const among = networks.length === 0 ? '' : ' AND network = ANY($3::text[])';
    const columns = 'id, run, network, started, ended, details, verdicts';
    const where = `ended IS NOT NULL AND delivered > 0${among}`;
    const values = networks.length === 0 ? [] : [networks];
    for await (const page of this.#pages({
      table: 'request',
      time: 'started',
      columns,
      where,
      values,
    })) {
      await this.#context.types.load();
      for (const row of page) {
        const repeats = await this.#findRepeats(row);
        yield readUnlessDamaged(() => this.#unpack(row, repeats)) ?? [];
      }
    }
  }

  async *undelivered(): AsyncGenerator<WaitingFact[]> {
    const { untilMs, nowMs } = this.#filter;
    for (const state of ['failed', 'pending'] as const) yield await this.#listWaiting(state);
    if (untilMs >= nowMs) yield* this.#listInFlight(nowMs);
  }

  async *skipped(): AsyncGenerator<SkippedFact[]> {
    yield listCountedFacts(await readSkipCounts(this.#context.database), this.#filter);
    const { networks, goals } = this.#filter;
    const wanted = (names: readonly string[], name: string | null): boolean =>
      names.length === 0 || (name !== null && names.includes(name));
    const columns = 'id, at, entries';
    for await (const page of this.#pages({
      table: 'skip',
      time: 'at',
      columns,
      where: 'true',
      values: [],
    })) {
      for (const row of page) {
        yield (readSkips(toSqlRow(row)) ?? []).flatMap(
          ([eventId, , reason, goal, network, , , list]) =>
            wanted(networks, network) && wanted(goals, goal) && list === undefined
              ? {
                  eventId,
                  reason,
                  goal: goal ?? undefined,
                  network: network ?? undefined,
                  atMs: Number(row['at']),
                }
              : [],
        );
      }
    }
  }

  async areElsewhere(conversions: readonly Conversion[]): Promise<boolean[]> {
    const ids = conversions.map(({ network, goal, eventId }) =>
      this.#context.idOf(network, goal, eventId),
    );
    const stateOf = await this.#context.statesOf(ids);
    return ids.map((id) => {
      const found = stateOf(id);
      return found === 'known' || (typeof found === 'object' && found.state !== 'skipped');
    });
  }

  /** Walks through the rows of the time that is asked for. */
  async *#pages({
    table,
    time,
    columns,
    where,
    values,
  }: {
    table: string;
    time: string;
    columns: string;
    where: string;
    values: readonly PgValue[];
  }): AsyncGenerator<PgRow[]> {
    const { sinceMs, untilMs } = this.#filter;
    const [timeAt, idAt] = [values.length + 3, values.length + 4];
    for (let after: readonly [number, number] = [-1, -1]; ;) {
      const rows = await this.#context.database.rows(
        `SELECT ${columns} FROM @${table} WHERE ${time} >= $1::bigint AND ${time} <= $2::bigint
           AND ${where}
           AND (${time}, id) > ($${timeAt}::bigint, $${idAt}::bigint) ORDER BY ${time}, id
             LIMIT ${PAGE}`,
        [Math.ceil(sinceMs), Math.floor(untilMs), ...values, ...after],
      );
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = [Number(last[time]), Number(last['id'])];
    }
  }

  async #listWaiting(state: 'failed' | 'pending'): Promise<WaitingFact[]> {
    const { sinceMs, untilMs, networks, goals } = this.#filter;
    const rows = await this.#context.database.rows(
      `SELECT network, goal, kind, reason, max(message) AS message, updated / ${HOUR_MS} AS hour,
         count(*) AS count
       FROM @postback WHERE state = $1 AND updated >= $2::bigint AND updated <= $3::bigint
         AND (cardinality($4::text[]) = 0 OR network = ANY($4::text[]))
           AND (cardinality($5::text[]) = 0 OR goal = ANY($5::text[]))
         AND NOT test AND list IS NULL AND reason IS DISTINCT FROM 'replayed'
       GROUP BY network, goal, kind, reason, hour ORDER BY network, goal, kind NULLS FIRST,
         reason NULLS FIRST, hour`,
      [state, Math.ceil(sinceMs), Math.floor(untilMs), networks, goals],
    );
    return rows.map((row) => ({
      network: String(row['network']),
      goal: String(row['goal']),
      atMs: Number(row['hour']) * HOUR_MS,
      state,
      kind: String(row['kind'] ?? ''),
      reason: String(row['reason'] ?? ''),
      message:
        row['message'] === null || row['message'] === '' ? undefined : String(row['message']),
      count: Number(row['count']),
    }));
  }

  /** What processes have in flight at this moment, or between two attempts. */
  async *#listInFlight(atMs: number): AsyncGenerator<WaitingFact[]> {
    const { database } = this.#context;
    const ids = await database.rows('SELECT id FROM @batch WHERE completed IS NULL ORDER BY id');
    for (const { id } of ids) {
      const [row] = await database.rows(
        'SELECT network, request, entries, entries_text FROM @batch WHERE id = $1',
        [Number(id)],
      );
      if (row) yield await this.#unpackInFlight(row, atMs);
    }
  }

  async #unpackInFlight(row: PgRow, atMs: number): Promise<WaitingFact[]> {
    const entries = readUnlessDamaged(() => readEntries(row)) ?? [];
    const isHeld = row['request'] === null;
    const wanted = entries
      .map(({ postback }) => postback)
      .filter(
        ({ test, goal, network, membership }) =>
          !test && !membership && takesPostback(this.#filter, network, goal),
      );
    // What was held may have moved on, into a request or a row.
    const isElsewhere = isHeld ? await this.areElsewhere(wanted) : [];
    return wanted
      .filter((_, index) => isElsewhere[index] !== true)
      .map((postback) => makeUnfinished(postback, atMs, isHeld));
  }

  #unpack(row: PgRow, repeats: ReadonlySet<number>): DeliveredFact[] {
    const { goals } = this.#filter;
    const startedMs = Number(row['started']);
    const verdicts = row['verdicts'] === null ? undefined : String(row['verdicts']);
    const facts: DeliveredFact[] = [];
    unpackDetails(String(row['details']), startedMs).forEach(
      ({ kind, eventTimeMs, value }, position) => {
        if (verdicts !== undefined && verdicts[position] !== 's') return;
        const { goal, currency, test, isForList } = this.#context.types.find(kind);
        const isWanted = goals.length === 0 || goals.includes(goal);
        if (test || isForList || repeats.has(position) || !isWanted) return;
        // A game's clock may be ahead of ours.
        const responseMs = Math.max(0, Number(row['ended']) - eventTimeMs);
        facts.push({
          network: String(row['network']),
          goal,
          atMs: startedMs,
          responseMs,
          value,
          currency,
        });
      },
    );
    return facts;
  }

  /** Positions of a replay's request whose conversion an earlier request had delivered. */
  async #findRepeats(row: PgRow): Promise<ReadonlySet<number>> {
    if (!(await this.#isReplay(Number(row['run'])))) return NONE;
    const details = readUnlessDamaged(() =>
      unpackDetails(String(row['details']), Number(row['started'])),
    );
    const request = Number(row['id']);
    const [found] = await this.#context.database.rows(
      'SELECT ids, ids_text FROM @request WHERE id = $1',
      [request],
    );
    const eventIds = found
      ? readUnlessDamaged(() =>
          unpackIds((found['ids'] ?? found['ids_text']) as Uint8Array | string),
        )
      : undefined;
    if (!details || !eventIds) return NONE;
    const keys = details.flatMap(({ kind, attempt }, position) => {
      const { goal } = this.#context.types.find(kind);
      const eventId = eventIds[position] ?? '';
      const id = this.#context.idOf(String(row['network']), goal, eventId);
      return attempt === 1 ? [] : [{ position, id, goal, eventId }];
    });
    const delivered = await this.#findDelivered(keys, request);
    return new Set(keys.filter(({ id }) => delivered.has(id)).map(({ position }) => position));
  }

  /** Ids that a request before `request` carried and delivered, as far as those are in the log. */
  async #findDelivered(
    keys: readonly { id: string; goal: string; eventId: string }[],
    request: number,
  ): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return new Set();
    const { database, types } = this.#context;
    const carried = await database.rows(
      `SELECT replace(s.id::text, '-', '') AS id, s.request FROM (
         SELECT id, request FROM @dedupe_index WHERE id = ANY($1::uuid[])
         UNION ALL SELECT id, request FROM @dedupe_repeats WHERE id = ANY($1::uuid[])) s
           WHERE s.request < $2`,
      [keys.map(({ id }) => id), request],
    );
    const numbers = [...new Set(carried.map((row) => Number(row['request'])))];
    const requests = await database.rows(
      `SELECT id, ids, ids_text, details, started, verdicts FROM @request
       WHERE id = ANY($1::bigint[]) AND ended IS NOT NULL`,
      [numbers],
    );
    const successes = new Map(
      requests.map((row) => [
        Number(row['id']),
        readUnlessDamaged(() => listSuccesses(row, types)) ?? new Set(),
      ]),
    );
    const keyOf = new Map(keys.map(({ id, goal, eventId }) => [id, `${goal}\0${eventId}`]));
    return new Set(
      carried
        .filter((row) =>
          successes.get(Number(row['request']))?.has(keyOf.get(String(row['id'])) ?? ''),
        )
        .map((row) => String(row['id'])),
    );
  }

  async #isReplay(run: number): Promise<boolean> {
    this.#replays ??= this.#context.database
      .rows(`SELECT id FROM @run WHERE command = 'replay'`)
      .then((rows) => new Set(rows.map(({ id }) => Number(id))));
    return (await this.#replays).has(run);
  }
}

const NONE: ReadonlySet<number> = new Set();

/** Goal and event id of what a request delivered. */
function listSuccesses(row: PgRow, types: PgReadContext['types']): Set<string> {
  const eventIds = unpackIds((row['ids'] ?? row['ids_text']) as Uint8Array | string);
  const verdicts = row['verdicts'] === null ? undefined : String(row['verdicts']);
  const details = unpackDetails(String(row['details']), Number(row['started']));
  return new Set(
    details.flatMap(({ kind }, position) =>
      verdicts === undefined || verdicts[position] === 's'
        ? [`${types.find(kind).goal}\0${eventIds[position] ?? ''}`]
        : [],
    ),
  );
}
