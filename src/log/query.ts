import type { AttemptGlance, LogRow, LogStatus, Problems, UnpackContext } from './attempt-rows.js';
import { unpackRequest, unpackSkips } from './attempt-rows.js';
import type { Database, SqlRow, SqlValue } from './database.js';
import { findRequestsOf } from './event-requests.js';
import { LogFollower } from './follow.js';
import type { Kinds } from './kinds.js';

/** Which rows of the log are wanted; everything absent is not asked for. Times in milliseconds since the epoch. */
export interface LogFilter {
  sinceMs?: number;
  untilMs?: number;
  /** Empty or absent: attempts of every outcome, no skips. */
  statuses?: readonly LogStatus[];
  networks?: readonly string[];
  goals?: readonly string[];
  events?: readonly string[];
  eventIds?: readonly string[];
  https?: readonly number[];
  reasons?: readonly string[];
}

const ATTEMPTS: readonly LogStatus[] = ['success', 'accepted', 'failed', 'retried'];

/** Reads the log: what `logs`, `explain` and `status` show. */
export class LogQuery {
  readonly #database: Database;
  readonly #context: UnpackContext;
  readonly #runNames = new Map<number, string>();

  constructor(database: Database, kinds: Kinds, workspace: string) {
    this.#database = database;
    this.#context = {
      workspace,
      kinds,
      runName: (run) => this.#runName(run),
      problemsOf: (request) => this.#problemsOf(request),
    };
  }

  /** Matching rows, oldest first, a request at a time, so that memory stays flat. */
  *oldestFirst(filter: LogFilter): Generator<LogRow> {
    for (const rows of this.#groups(filter, 'ASC')) yield* rows;
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

  /** The newest `limit` matching rows (all, where there is no limit), and what finds those that come after them. */
  startFollowing(filter: LogFilter, limit: number | undefined): { rows: Iterable<LogRow>; follower: LogFollower } {
    // One transaction for both, so that what is recorded meanwhile is neither missed nor told twice.
    this.#database.exec('BEGIN');
    return { follower: new LogFollower(this.#database, this.#context), rows: this.#backlog(filter, limit) };
  }

  *#backlog(filter: LogFilter, limit: number | undefined): Generator<LogRow> {
    try {
      if (limit === undefined) yield* this.oldestFirst(filter);
      else if (limit > 0) yield* this.newest(filter, limit);
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
    return rows.filter(matcherOf({ ...filter, statuses: filter.statuses?.length ? filter.statuses : ATTEMPTS }));
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
        const isRequest = skip.done || (!request.done && sign * (timeOf(request.value) - timeOf(skip.value)) <= 0);
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
    // The index is told to step back where the rows are named one by one: SQLite would go through all times for their order.
    const source = filter.eventIds?.length ? 'request NOT INDEXED' : 'request';
    const sql = `SELECT *, started AS at_ms FROM ${source} WHERE ${parts.join(' AND ')} ORDER BY started ${order}, id ${order}`;
    return this.#database.prepare(sql).iterate(...values);
  }

  #requestsOf(eventIds: readonly string[]): number[] {
    const { kinds } = this.#context;
    return [...new Set(eventIds.flatMap((eventId) => findRequestsOf(this.#database, kinds, eventId)))];
  }

  #skips(filter: LogFilter, order: string): Iterator<SqlRow> {
    const { where, values } = between('at', filter);
    const parts = where.length === 0 ? ['1'] : where;
    if (filter.eventIds?.length) {
      parts.push(`(${filter.eventIds.map(() => 'instr(entries, ?) > 0').join(' OR ')})`);
      values.push(...filter.eventIds.map((eventId) => JSON.stringify(eventId)));
    }
    const sql = `SELECT *, at AS at_ms FROM skip WHERE ${parts.join(' AND ')} ORDER BY at ${order}, id ${order}`;
    return this.#database.prepare(sql).iterate(...values);
  }

  #runName(run: number): string {
    const known = this.#runNames.get(run);
    if (known !== undefined) return known;
    const name = String(this.#database.prepare('SELECT name FROM run WHERE id = ?').get(run)?.['name'] ?? '');
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

function addIn(parts: string[], values: SqlValue[], column: string, wanted: readonly SqlValue[] | undefined): void {
  if (!wanted?.length) return;
  parts.push(`${column} IN (${wanted.map(() => '?').join(', ')})`);
  values.push(...wanted);
}

function matcherOf(filter: LogFilter): (row: LogRow) => boolean {
  const glance = glanceOf(filter);
  return (row) =>
    glance(row) &&
    isAmong(filter.networks, row.network) &&
    isAmong(filter.https, row.http) &&
    isAmong(filter.reasons, row.reason);
}

function glanceOf({ statuses, goals, events, eventIds }: LogFilter): (row: AttemptGlance) => boolean {
  return (row) =>
    isAmong(statuses, row.status) &&
    isAmong(eventIds, row.eventId) &&
    isAmong(goals, row.goal) &&
    isAmong(events, row.event);
}

function isAmong<T>(wanted: readonly T[] | undefined, value: T | null): boolean {
  return !wanted?.length || (value !== null && wanted.includes(value));
}

function timeOf(row: SqlRow): number {
  return Number(row['at_ms']);
}

function textOf(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function joinWords(message: string | null, warning: string | null): string | null {
  return message !== null && warning !== null ? `${message}; ${warning}` : (message ?? warning);
}
