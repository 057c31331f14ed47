import type { LogRow, LogStatus } from '../../log-rows.js';
import { unpackRequest, unpackSkips } from '../../packed/attempt-rows.js';
import type { PgRow, PgSession } from '../connection/pg-database.js';
import { toSqlRow, type PgLogQuery } from './query.js';
import type { PgReadContext } from './read-context.js';

/** Most rows of a table that one look reads. */
const PAGE = 500;
/**
 * Requests whose answer comes later that are remembered; of older ones the decision is not shown.
 */
const MOST_UNDECIDED = 20_000;

/**
 * Finds what is new in a log that other processes write. Transactions commit in another order than
 * they took their numbers in, so a look asks for the rows whose transaction was not finished at the
 * last look and is finished now.
 */
export class PgRowFollower {
  readonly #context: PgReadContext;
  readonly #query: PgLogQuery;
  /** A `pg_snapshot`: which transactions were finished at the last look. */
  #snapshot: string;
  /** Statuses of attempts whose network decides later, as they were shown last. */
  readonly #undecided = new Map<number, LogStatus[]>();

  constructor(context: PgReadContext, query: PgLogQuery, snapshot: string) {
    this.#context = context;
    this.#query = query;
    this.#snapshot = snapshot;
  }

  /** Rows finished since the last look. */
  async *look(): AsyncGenerator<LogRow[]> {
    const { groups, snapshot } = await this.#context.database.snapshot(async (session) => {
      const now = await readSnapshot(session);
      return { snapshot: now, groups: now === this.#snapshot ? [] : await this.#read(session) };
    });
    this.#snapshot = snapshot;
    yield* groups;
  }

  async #read(session: PgSession): Promise<LogRow[][]> {
    const requests = await this.#changed(session, 'request', 'ended IS NOT NULL');
    const skips = await this.#changed(session, 'skip', 'true');
    const context = await this.#query.contextOf(session, requests, skips);
    const groups = requests.map((row) => this.#fresh(row, unpackRequest(toSqlRow(row), context)));
    return [...groups, ...skips.map((row) => unpackSkips(toSqlRow(row), context))];
  }

  async #changed(session: PgSession, table: string, where: string): Promise<PgRow[]> {
    const found: PgRow[] = [];
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      const rows = await session.rows(
        `SELECT * FROM @${table} WHERE changed >= pg_snapshot_xmin($1::pg_snapshot)
           AND NOT pg_visible_in_snapshot(changed, $1::pg_snapshot)
           AND pg_visible_in_snapshot(changed, pg_current_snapshot()) AND ${where} AND id > $2
         ORDER BY id LIMIT ${PAGE}`,
        [this.#snapshot, after],
      );
      found.push(...rows);
      if (rows.length < PAGE) return found;
      after = Number(rows.at(-1)?.['id']);
    }
  }

  /** Of a request that was shown before, only the attempts that its network has decided on. */
  #fresh(row: PgRow, rows: LogRow[]): LogRow[] {
    const request = Number(row['id']);
    const shown = this.#undecided.get(request);
    this.#undecided.delete(request);
    if (rows.some(({ kind }) => kind === 'processing')) {
      this.#undecided.set(
        request,
        rows.map(({ status }) => status),
      );
      if (this.#undecided.size > MOST_UNDECIDED)
        this.#undecided.delete(this.#undecided.keys().next().value as number);
    }
    return shown ? rows.filter(({ status }, index) => status !== shown[index]) : rows;
  }
}

/** Which transactions are finished now. */
export async function readSnapshot(session: PgSession): Promise<string> {
  const [row] = await session.rows('SELECT pg_current_snapshot()::text AS snapshot');
  return String(row?.['snapshot']);
}
