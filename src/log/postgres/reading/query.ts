import { NETWORK_NAMES } from '../../../networks/names.js';
import type { LogFilter, LogRow, LogStatus } from '../../log-rows.js';
import { glanceOf, joinWords, matcherOf } from '../../packed/row-filter.js';
import type { Problems, UnpackContext } from '../../packed/attempt-rows.js';
import { unpackRequest, unpackSkips } from '../../packed/attempt-rows.js';
import type { PgRow, PgSession, PgValue } from '../connection/pg-database.js';
import type { PgReadContext } from './read-context.js';

export const ATTEMPTS: readonly LogStatus[] = ['success', 'accepted', 'failed', 'retried'];

/** Rows of requests or skips that are read at once. */
const PAGE = 100;

/** Reads the log: what `logs`, `explain` and `status` show. */
export class PgLogQuery {
  readonly #context: PgReadContext;
  readonly #damaged = new Set<string>();

  constructor(context: PgReadContext) {
    this.#context = context;
  }

  /** Rows that could not be read so far, and are left out: `request 12`. */
  get damaged(): string[] {
    return [...this.#damaged];
  }

  /** Matching rows, oldest first, a request at a time, so that memory stays flat. */
  oldestFirst(filter: LogFilter): AsyncGenerator<LogRow[]> {
    return this.#groups(filter, 'ASC');
  }

  /** The newest `limit` matching rows, oldest first. */
  async newest(filter: LogFilter, limit: number): Promise<LogRow[]> {
    const found: LogRow[][] = [];
    let count = 0;
    for await (const rows of this.#groups(filter, 'DESC')) {
      found.push(rows);
      count += rows.length;
      if (count >= limit) break;
    }
    return found.reverse().flat().slice(-limit);
  }

  /** Those of `rows` that the filter wants. */
  matching(rows: readonly LogRow[], filter: LogFilter): LogRow[] {
    return rows.filter(matcherOf({ ...filter, statuses: statusesOf(filter) }));
  }

  /** What is needed to unpack rows: it is read for a page of them at once. */
  async contextOf(
    session: PgSession,
    requests: readonly PgRow[],
    skips: readonly PgRow[] = [],
  ): Promise<UnpackContext> {
    const { types, workspace } = this.#context;
    const runs = [...requests, ...skips].map((row) => Number(row['run']));
    await this.#context.loadRunNames(session, runs);
    if (requests.length > 0) await types.load();
    const problems = await readProblems(
      session,
      requests.filter((row) => row['verdicts'] !== null && row['kind'] === null),
    );
    return {
      workspace,
      postbackTypes: types,
      runName: (run) => this.#context.runName(run),
      problemsOf: (request) => problems.get(request) ?? new Map(),
      noteDamaged: (row) => this.#damaged.add(row),
    };
  }

  /** Matching rows of one request or skip row at a time, merged by time. */
  async *#groups(filter: LogFilter, order: 'ASC' | 'DESC'): AsyncGenerator<LogRow[]> {
    const statuses = statusesOf(filter);
    const matches = matcherOf({ ...filter, statuses });
    const glance = glanceOf({ ...filter, statuses });
    const unpackAttempts = (row: PgRow, context: UnpackContext): LogRow[] =>
      unpackRequest(toSqlRow(row), context, glance).filter(matches);
    const unpackSkipped = (row: PgRow, context: UnpackContext): LogRow[] =>
      unpackSkips(toSqlRow(row), context).filter(matches);
    const sources = [
      ...(statuses.some((status) => status !== 'skipped')
        ? [this.#pages(await this.#requests(filter, statuses), order, unpackAttempts)]
        : []),
      ...(statuses.includes('skipped')
        ? [this.#pages(selectSkips(filter), order, unpackSkipped)]
        : []),
    ];
    for await (const { rows } of mergeByTime(sources, order)) if (rows.length > 0) yield rows;
  }

  /** Walks through the rows of a table by time and number, a page at a time. */
  async *#pages(
    { table, where, values }: Selection,
    order: 'ASC' | 'DESC',
    unpack: (row: PgRow, context: UnpackContext) => LogRow[],
  ): AsyncGenerator<TimedRows> {
    const time = table === 'request' ? 'started' : 'at';
    const sign = order === 'ASC' ? '>' : '<';
    let after: readonly [number, number] | undefined;
    for (;;) {
      const bound = after
        ? [`(${time}, id) ${sign} ($${values.length + 1}::bigint, $${values.length + 2}::bigint)`]
        : [];
      const conditions = [...where, ...bound].join(' AND ') || 'true';
      const page = await this.#context.database.use(async (session) => {
        const found = await session.rows(
          `SELECT *, ${time} AS at_ms FROM @${table} WHERE ${conditions} ORDER BY ${time} ${order},
             id ${order} LIMIT ${PAGE}`,
          [...values, ...(after ?? [])],
        );
        const context = await (table === 'request'
          ? this.contextOf(session, found)
          : this.contextOf(session, [], found));
        return found.map((row) => ({
          atMs: Number(row['at_ms']),
          id: Number(row['id']),
          rows: unpack(row, context),
        }));
      });
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = [last.atMs, last.id];
    }
  }

  async #requests(filter: LogFilter, statuses: readonly LogStatus[]): Promise<Selection> {
    const { where, values } = between('started', filter);
    where.push('ended IS NOT NULL');
    if (!statuses.includes('success')) where.push('verdicts IS NOT NULL');
    addAny(where, values, ['network', 'text'], filter.networks);
    addAny(where, values, ['http', 'int'], filter.https);
    if (filter.eventIds?.length) {
      values.push(await this.#requestsOf(filter.eventIds));
      where.push(`id = ANY($${values.length}::bigint[])`);
    }
    return { table: 'request', where, values };
  }

  /** Numbers of the requests that held events, by their ids. */
  async #requestsOf(eventIds: readonly string[]): Promise<number[]> {
    const { database } = this.#context;
    const types = await database.rows('SELECT DISTINCT goal FROM @postback_type');
    // The names of endpoints are the operator's, and any may be gone.
    const endpoints = await database.rows(
      "SELECT DISTINCT network FROM @request WHERE network LIKE 'http:%'",
    );
    const networks = [...NETWORK_NAMES, ...endpoints.map(({ network }) => String(network))];
    const ids = eventIds.flatMap((eventId) =>
      types.flatMap(({ goal }) =>
        networks.map((network) => this.#context.idOf(network, String(goal), eventId)),
      ),
    );
    const rows = await database.rows(
      `SELECT request FROM @dedupe_index WHERE id = ANY($1::uuid[]) UNION SELECT request
         FROM @dedupe_repeats WHERE id = ANY($1::uuid[])`,
      [ids],
    );
    return rows.map(({ request }) => Number(request));
  }
}

interface Selection {
  table: 'request' | 'skip';
  where: string[];
  values: PgValue[];
}

interface TimedRows {
  atMs: number;
  id: number;
  rows: LogRow[];
}

function statusesOf({ statuses }: LogFilter): readonly LogStatus[] {
  return statuses?.length ? statuses : ATTEMPTS;
}

function selectSkips(filter: LogFilter): Selection {
  const { where, values } = between('at', filter);
  const eventIds = filter.eventIds ?? [];
  if (eventIds.length > 0) {
    const parts = eventIds.map((eventId) => {
      values.push(JSON.stringify(eventId));
      return `strpos(entries, $${values.length}::text) > 0`;
    });
    where.push(`(${parts.join(' OR ')})`);
  }
  return { table: 'skip', where, values };
}

function between(
  column: string,
  { sinceMs, untilMs }: LogFilter,
): { where: string[]; values: PgValue[] } {
  const where: string[] = [];
  const values: PgValue[] = [];
  for (const [sign, ms, round] of [
    ['>=', sinceMs, Math.ceil],
    ['<=', untilMs, Math.floor],
  ] as const) {
    if (ms === undefined) continue;
    values.push(round(ms));
    where.push(`${column} ${sign} $${values.length}::bigint`);
  }
  return { where, values };
}

function addAny(
  where: string[],
  values: PgValue[],
  [column, type]: readonly [string, string],
  wanted: readonly (string | number)[] | undefined,
): void {
  if (!wanted?.length) return;
  values.push(wanted);
  where.push(`${column} = ANY($${values.length}::${type}[])`);
}

/** Merges walks through several tables by time; at one time those of the first come first. */
async function* mergeByTime(
  sources: readonly AsyncGenerator<TimedRows>[],
  order: 'ASC' | 'DESC',
): AsyncGenerator<TimedRows> {
  const sign = order === 'ASC' ? 1 : -1;
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let best = -1;
    heads.forEach((head, index) => {
      if (head.done) return;
      const current = heads[best];
      if (!current || current.done || sign * (head.value.atMs - current.value.atMs) < 0)
        best = index;
    });
    const head = heads[best];
    if (!head || head.done) return;
    yield head.value;
    heads[best] = await (sources[best] as AsyncGenerator<TimedRows>).next();
  }
}

/** A row in the form that the unpacking functions of both logs read. */
export function toSqlRow(row: PgRow): Parameters<typeof unpackRequest>[0] {
  return { ...row, ids: row['ids'] ?? row['ids_text'] ?? null } as Parameters<
    typeof unpackRequest
  >[0];
}

type Problem = Problems extends ReadonlyMap<number, infer P> ? P : never;

async function readProblems(
  session: PgSession,
  requests: readonly PgRow[],
): Promise<Map<number, Problems>> {
  const found = new Map<number, Map<number, Problem>>();
  if (requests.length === 0) return found;
  const rows = await session.rows('SELECT * FROM @problem WHERE request = ANY($1::bigint[])', [
    requests.map((row) => Number(row['id'])),
  ]);
  for (const row of rows) {
    const request = Number(row['request']);
    const problems = found.get(request) ?? new Map<number, Problem>();
    found.set(request, problems);
    problems.set(Number(row['position']), {
      kind: textOf(row['kind']),
      reason: textOf(row['reason']),
      message: joinWords(textOf(row['message']), textOf(row['warning'])),
    });
  }
  return found;
}

function textOf(value: PgRow[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
