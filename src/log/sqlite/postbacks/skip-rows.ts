import type { SkipEntry } from '../../entry.js';
import { countGeneral, TrimSchedule, trimSkips, type SkipCount } from '../../general-skips.js';
import { packSkips } from '../../packed/attempt-rows.js';
import type { Database } from '../database/database.js';
import { integer, rowReader, text, total } from '../database/row-reader.js';
import type { PostbackRows } from './postback-rows.js';

/** Rows that a trim looks at together. */
const ROWS_AT_ONCE = 200;

/** Rows of what a run did not send. Every method is called inside a write transaction. */
export class SkipRows {
  readonly #database: Database;
  readonly #run: number;
  readonly #schedule: TrimSchedule;

  /** @param keep number of general skips that keep their rows */
  constructor(database: Database, run: number, keep: number) {
    this.#database = database;
    this.#run = run;
    this.#schedule = new TrimSchedule(keep);
  }

  /** Writes skips, packed into one row. */
  insert(nowMs: number, entries: readonly SkipEntry[]): void {
    const general = countGeneral(entries);
    this.#database
      .prepare('INSERT INTO skip (run, at, count, general, entries) VALUES (?, ?, ?, ?, ?)')
      .run(this.#run, nowMs, entries.length, general, packSkips(entries));
    if (general > 0 && this.#schedule.add(general)) this.trim();
  }

  /** Takes the general skips that are too many out of their rows, and counts them. */
  trim(): void {
    if (!this.#schedule.isDue) return;
    this.#schedule.reset();
    let excess = readTotal(
      this.#database.prepare('SELECT total(general) AS count FROM skip WHERE general > 0').get() ??
        {},
    ).count;
    excess -= this.#schedule.keep;
    for (let after = 0; excess > 0;) {
      const rows = this.#database
        .prepare(
          `SELECT id, run, at, entries FROM skip WHERE general > 0 AND id > ? ORDER BY id
           LIMIT ${ROWS_AT_ONCE}`,
        )
        .all(after);
      if (rows.length === 0) return;
      after = Number(rows.at(-1)?.['id']);
      excess -= this.#cut(rows, excess);
    }
  }

  #cut(rows: Parameters<typeof trimSkips>[0], excess: number): number {
    const { remove, shorten, counts } = trimSkips(rows, excess);
    for (const id of remove) this.#remove(id);
    for (const { id, count, general, entries } of shorten) {
      this.#database
        .prepare('UPDATE skip SET count = ?, general = ?, entries = ? WHERE id = ?')
        .run(count, general, entries, id);
    }
    const add = this.#database.prepare(
      `INSERT INTO skip_count (run, hour, reason, goal, network, count) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    );
    for (const { run, hour, reason, goal, network, count } of counts)
      add.run(run, hour, reason, goal, network, count);
    return counts.reduce((sum, { count }) => sum + count, 0);
  }

  /**
   * Removes a row. The newest one stays, without entries: SQLite would give its number again, and
   * followers of the log would miss what has it then.
   */
  #remove(id: number): void {
    const { changes } = this.#database
      .prepare('DELETE FROM skip WHERE id = ? AND id < (SELECT max(id) FROM skip)')
      .run(id);
    if (Number(changes) > 0) return;
    this.#database
      .prepare("UPDATE skip SET count = 0, general = 0, entries = '[]' WHERE id = ?")
      .run(id);
  }
}

/** Keeps the postbacks of skips that a later replay may send. */
export function putSkippedRows(rows: PostbackRows, entries: readonly SkipEntry[]): void {
  for (const { postback, reason, message } of entries) {
    if (postback === undefined) continue;
    const outcome = message === undefined ? { reason } : { reason, message };
    rows.put({ postback, attempts: 0 }, { state: 'skipped', account: null, outcome });
  }
}

/** Reads how many skips have no rows any more. */
export function readSkipCounts(database: Database): SkipCount[] {
  return database.prepare('SELECT * FROM skip_count').all().map(readCount);
}

const readTotal = rowReader({ count: total });
const readCount = rowReader({
  run: integer,
  hour: integer,
  reason: text,
  goal: text,
  network: text,
  count: integer,
});
