import type { LogFilter, LogRow, LogStatus } from '../../log-rows.js';
import type { Problems, UnpackContext } from '../../packed/attempt-rows.js';
import { unpackRequest, unpackSkips } from '../../packed/attempt-rows.js';
import type { Database, SqlRow, SqlValue } from '../database/database.js';
import { findRequestsOf } from '../requests/event-requests.js';
import { RowFollower } from './follow.js';
import { glanceOf, joinWords, matcherOf } from '../../packed/row-filter.js';
import type { PostbackTypes } from '../postbacks/postback-types.js';

const ATTEMPTS: readonly LogStatus[] = ['success', 'accepted', 'failed', 'retried'];

/** Reads the log: what `logs`, `explain` and `status` show. */
export class LogQuery {
  readonly #database: Database;
  readonly #context: UnpackContext;
  readonly #types: PostbackTypes;
  readonly #runNames = new Map<number, string>();
  readonly #damaged = new Set<string>();

  constructor(database: Database, postbackTypes: PostbackTypes, workspace: string) {
    this.#database = database;
    this.#types = postbackTypes;
    this.#context = {
      workspace,
      postbackTypes,
      runName: (run) => this.#runName(run),
      problemsOf: (request) => this.#problemsOf(request),
      noteDamaged: (row) => this.#damaged.add(row),
    };
  }

  /** Rows that could not be read so far, and are left out: `request 12`. */
  get damaged(): string[] {
    return [...this.#damaged];
  }

  /** Matching rows, oldest first, a request at a time, so that memory stays flat. */
  oldestFirst(filter: LogFilter): Generator<LogRow[]> {
    return this.#groups(filter, 'ASC');
  }

  /** The newest `limit` matching rows, oldest first. */
  newest(filter: LogFilter, limit: number): LogRow[] {
    const found: LogRow[][] = [];
    let count = 0;
    for (const rows of this.#groups(filter, 'DESC')) {
      found.push(rows);
      count += rows.length;
      if (count >= limit) break;
    }
    return found.reverse().flat().slice(-limit);
  }

  /**
   * The newest `limit` matching rows (all, where there is no limit), and what finds those that come
   * after them.
   */
  startFollowing(
    filter: LogFilter,
    limit: number | undefined,
  ): { rows: Iterable<LogRow[]>; follower: RowFollower } {
    // One transaction for both, so that what is recorded meanwhile is neither missed nor yielded
    // twice.
    this.#database.exec('BEGIN');
    return {
      follower: new RowFollower(this.#database, this.#context),
      rows: this.#backlog(filter, limit),
    };
  }

  *#backlog(filter: LogFilter, limit: number | undefined): Generator<LogRow[]> {
    try {
      if (limit === undefined) yield* this.oldestFirst(filter);
      else if (limit > 0) yield this.newest(filter, limit);
    } finally {
      this.#endLook();
    }
  }

  #endLook(): void {
    try {
      this.#database.exec('COMMIT');
    } catch {
      // A fault has ended the transaction: that is the error to tell.
    }
  }

  /** Those of `rows` that the filter wants. */
  matching(rows: readonly LogRow[], filter: LogFilter): LogRow[] {
    return rows.filter(
      matcherOf({ ...filter, statuses: filter.statuses?.length ? filter.statuses : ATTEMPTS }),
    );
  }

  /** Matching rows of one request or skip row at a time, merged by time. */
  *#groups(filter: LogFilter, order: 'ASC' | 'DESC'): Generator<LogRow[]> {
    const statuses = filter.statuses?.length ? filter.statuses : ATTEMPTS;
    const matches = matcherOf({ ...filter, statuses });
    const glance = glanceOf({ ...filter, statuses });
    const requests = statuses.some((status) => status !== 'skipped')
      ? this.#requests(filter, statuses, order)
      : [][Symbol.iterator]();
    const skips = statuses.includes('skipped') ? this.#skips(filter, order) : [][Symbol.iterator]();
    const sign = order === 'ASC' ? 1 : -1;
    let request = requests.next();
    let skip = skips.next();
    try {
      while (!request.done || !skip.done) {
        const isRequest =
          skip.done || (!request.done && sign * (timeOf(request.value) - timeOf(skip.value)) <= 0);
        let wanted: LogRow[];
        if (isRequest && !request.done) {
          wanted = unpackRequest(request.value, this.#context, glance).filter(matches);
          request = requests.next();
        } else {
          wanted = unpackSkips(skip.value as SqlRow, this.#context).filter(matches);
          skip = skips.next();
        }
        if (wanted.length > 0) yield wanted;
      }
    } finally {
      // A statement that is read halfway keeps the connection in the past.
      requests.return?.();
      skips.return?.();
    }
  }

  #requests(filter: LogFilter, statuses: readonly LogStatus[], order: string): Iterator<SqlRow> {
    const { where, values } = between('started', filter);
    const parts = [...where, 'ended IS NOT NULL'];
    if (!statuses.includes('success')) parts.push('verdicts IS NOT NULL');
    addIn(parts, values, 'network', filter.networks);
    addIn(parts, values, 'http', filter.https);
    if (filter.eventIds?.length) {
      parts.push('id IN (SELECT value FROM json_each(?))');
      values.push(JSON.stringify(this.#requestsOf(filter.eventIds)));
    }
    // The index is told to step back where the rows are named one by one: SQLite would go through
    // all times for their order.
    const source = filter.eventIds?.length ? 'request NOT INDEXED' : 'request';
    const sql =
      `SELECT *, started AS at_ms FROM ${source} WHERE ${parts.join(' AND ')} ORDER BY started ` +
      `${order}, id ${order}`;
    return this.#database.prepare(sql).iterate(...values);
  }

  #requestsOf(eventIds: readonly string[]): number[] {
    return [
      ...new Set(
        eventIds.flatMap((eventId) => findRequestsOf(this.#database, this.#types, eventId)),
      ),
    ];
  }

  #skips(filter: LogFilter, order: string): Iterator<SqlRow> {
    const { where, values } = between('at', filter);
    const parts = where.length === 0 ? ['1'] : where;
    if (filter.eventIds?.length) {
      parts.push(`(${filter.eventIds.map(() => 'instr(entries, ?) > 0').join(' OR ')})`);
      values.push(...filter.eventIds.map((eventId) => JSON.stringify(eventId)));
    }
    const sql =
      `SELECT *, at AS at_ms FROM skip WHERE ${parts.join(' AND ')} ORDER BY at ${order}, id ` +
      order;
    return this.#database.prepare(sql).iterate(...values);
  }

  #runName(run: number): string {
    const known = this.#runNames.get(run);
    if (known !== undefined) return known;
    const name = String(
      this.#database.prepare('SELECT name FROM run WHERE id = ?').get(run)?.['name'] ?? '',
    );
    this.#runNames.set(run, name);
    return name;
  }

  #problemsOf(request: number): Problems {
    const rows = this.#database.prepare('SELECT * FROM problem WHERE request = ?').all(request);
    return new Map(
      rows.map((row) => [
        Number(row['position']),
        {
          kind: textOf(row['kind']),
          reason: textOf(row['reason']),
          message: joinWords(textOf(row['message']), textOf(row['warning'])),
        },
      ]),
    );
  }
}

function between(column: string, filter: LogFilter): { where: string[]; values: SqlValue[] } {
  const where: string[] = [];
  const values: SqlValue[] = [];
  if (filter.sinceMs !== undefined) {
    where.push(`${column} >= ?`);
    values.push(filter.sinceMs);
  }
  if (filter.untilMs !== undefined) {
    where.push(`${column} <= ?`);
    values.push(filter.untilMs);
  }
  return { where, values };
}

function addIn(
  parts: string[],
  values: SqlValue[],
  column: string,
  wanted: readonly SqlValue[] | undefined,
): void {
  if (!wanted?.length) return;
  parts.push(`${column} IN (${wanted.map(() => '?').join(', ')})`);
  values.push(...wanted);
}

function timeOf(row: SqlRow): number {
  return Number(row['at_ms']);
}

function textOf(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
