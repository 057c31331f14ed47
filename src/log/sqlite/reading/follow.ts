import type { LogRow, LogStatus } from '../../log-rows.js';
import type { UnpackContext } from '../../packed/attempt-rows.js';
import { unpackRequest, unpackSkips } from '../../packed/attempt-rows.js';
import type { Database, SqlRow } from '../database/database.js';
import { readDataVersion } from '../database/database.js';

/** A request that its network accepted and has not decided, as it was told last. */
interface Undecided {
  endedMs: number;
  statuses: LogStatus[];
}

/**
 * Finds what is new in a log that other processes write. Requests end in another order than they
 * began in, so those that were open at one look are asked for again at the next. So are those that
 * a network accepted and decides later.
 */
export class RowFollower {
  readonly #database: Database;
  readonly #context: UnpackContext;
  readonly #open: Set<number>;
  readonly #undecided = new Map<number, Undecided>();
  #lastRequest: number;
  #lastSkip: number;
  #version = -1;

  /** Begins after everything that is finished now. */
  constructor(database: Database, context: UnpackContext) {
    this.#database = database;
    this.#context = context;
    this.#lastRequest = this.#newest('request');
    this.#lastSkip = this.#newest('skip');
    const open = database.prepare('SELECT id FROM request WHERE ended IS NULL').all();
    this.#open = new Set(open.map(({ id }) => Number(id)));
  }

  /** Rows finished since the last look; costs next to nothing where no process has written. */
  *look(): Generator<LogRow[]> {
    const version = readDataVersion(this.#database);
    if (version === this.#version) return;
    yield* this.#decided();
    for (const row of this.#finished()) {
      const rows = unpackRequest(row, this.#context);
      this.#noteUndecided(row, rows);
      yield rows;
    }
    for (const row of this.#database
      .prepare('SELECT * FROM skip WHERE id > ? ORDER BY id')
      .iterate(this.#lastSkip)) {
      this.#lastSkip = Number(row['id']);
      yield unpackSkips(row, this.#context);
    }
    this.#version = version;
  }

  *#finished(): Generator<SqlRow> {
    for (const id of [...this.#open]) {
      const row = this.#database.prepare('SELECT * FROM request WHERE id = ?').get(id);
      if (row && row['ended'] === null) continue;
      this.#open.delete(id);
      if (row) yield row;
    }
    const rows = this.#database
      .prepare('SELECT * FROM request WHERE id > ? ORDER BY id')
      .iterate(this.#lastRequest);
    for (const row of rows) {
      this.#lastRequest = Number(row['id']);
      if (row['ended'] === null) this.#open.add(this.#lastRequest);
      else yield row;
    }
  }

  /** Attempts whose network has decided since they were told. */
  *#decided(): Generator<LogRow[]> {
    for (const [id, { endedMs, statuses }] of [...this.#undecided]) {
      const row = this.#database.prepare('SELECT * FROM request WHERE id = ?').get(id);
      if (row && Number(row['ended']) === endedMs) continue;
      this.#undecided.delete(id);
      if (!row) continue;
      const rows = unpackRequest(row, this.#context);
      this.#noteUndecided(row, rows);
      yield rows.filter(({ status }, index) => status !== statuses[index]);
    }
  }

  #noteUndecided(row: SqlRow, rows: readonly LogRow[]): void {
    if (!rows.some(({ kind }) => kind === 'processing')) return;
    const statuses = rows.map(({ status }) => status);
    this.#undecided.set(Number(row['id']), { endedMs: Number(row['ended']), statuses });
  }

  #newest(table: 'request' | 'skip'): number {
    return Number(this.#database.prepare(`SELECT max(id) AS id FROM ${table}`).get()?.['id'] ?? 0);
  }
}
