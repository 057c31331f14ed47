import type { Entry } from '../../entry.js';
import { packEntries, unpackEntries } from '../../packed/packing.js';
import type { PgRow, PgSession } from '../connection/pg-database.js';
import type { PgWrite } from '../database/write-queue.js';

/** How many batches are completed between two prunes. */
const PRUNE_EVERY = 8;

interface Hold {
  batchId: number;
  left: number;
}

/** The rows that hold the payloads of postbacks in flight, as SQLite's `Batches`. */
export class PgBatches {
  readonly #database: Pick<PgSession, 'change'>;
  readonly #run: number;
  readonly #keepDelivered: number;
  readonly #holds = new Map<string, Hold>();
  #completed = 0;

  constructor(database: Pick<PgSession, 'change'>, run: number, keepDelivered: number) {
    this.#database = database;
    this.#run = run;
    this.#keepDelivered = keepDelivered;
  }

  /** Writes a batch; `request` is the one that carries it, if one does already. */
  async insert(
    session: PgSession,
    account: string,
    entries: readonly Entry[],
    request: number | null,
  ): Promise<number> {
    const { network } = (entries[0] as Entry).postback;
    const [row] = await session.rows(
      `INSERT INTO @batch (run, network, account, request, count, entries, entries_text)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
      [this.#run, network, account, request, entries.length, ...packColumns(entries)],
    );
    return Number(row?.['id']);
  }

  /** Keeps postbacks that came from a stream until each has a request or a row. */
  async hold(write: PgWrite, account: string, entries: readonly Entry[]): Promise<void> {
    const hold = {
      batchId: await this.insert(write, account, entries, null),
      left: entries.length,
    };
    for (const { postback } of entries) this.#holds.set(postback.id, hold);
    write.onRollback(() => {
      for (const { postback } of entries) this.#holds.delete(postback.id);
    });
  }

  /** Lets go of what a request or a row holds now. */
  async release(write: PgWrite, entries: readonly Entry[]): Promise<void> {
    if (this.#holds.size === 0) return;
    for (const { postback } of entries) {
      const hold = this.#holds.get(postback.id);
      if (!hold) continue;
      this.#holds.delete(postback.id);
      hold.left--;
      write.onRollback(() => {
        this.#holds.set(postback.id, hold);
        hold.left++;
      });
      if (hold.left === 0) await this.remove(write, hold.batchId);
    }
  }

  /**
   * Divides a batch into several, all carried by the request that carried it last; undefined where
   * it is gone.
   */
  async divide(
    session: PgSession,
    account: string,
    batchId: number,
    groups: readonly (readonly Entry[])[],
  ): Promise<number[] | undefined> {
    const [row] = await session.rows('SELECT request FROM @batch WHERE id = $1 AND run = $2', [
      batchId,
      this.#run,
    ]);
    if (!row) return undefined;
    const request = row['request'] === null ? null : Number(row['request']);
    const made: number[] = [];
    for (const entries of groups) made.push(await this.insert(session, account, entries, request));
    await this.remove(session, batchId);
    return made;
  }

  async remove(session: PgSession, batchId: number): Promise<void> {
    await session.change('DELETE FROM @batch WHERE id = $1', [batchId]);
  }

  /** Leaves only `rest` in a batch. */
  async shrink(session: PgSession, batchId: number, rest: readonly Entry[]): Promise<void> {
    if (rest.length === 0) return this.remove(session, batchId);
    await session.change(
      'UPDATE @batch SET count = $2, entries = $3, entries_text = $4 WHERE id = $1',
      [batchId, rest.length, ...packColumns(rest)],
    );
  }

  /** A batch whose request is answered: kept for a while where something in it was delivered. */
  async complete(
    session: PgSession,
    batchId: number,
    delivered: number,
    nowMs: number,
  ): Promise<void> {
    if (delivered === 0 || this.#keepDelivered === 0) return this.remove(session, batchId);
    await session.change('UPDATE @batch SET completed = $2 WHERE id = $1', [batchId, nowMs]);
    this.#completed++;
  }

  /** Forgets what is held still: the run has ended. */
  async clear(session: PgSession): Promise<void> {
    await session.change('DELETE FROM @batch WHERE run = $1 AND request IS NULL', [this.#run]);
  }

  /**
   * Deletes completed batches but for the newest, now and then. Two runs that do so at once leave
   * each other's rows alone.
   */
  async prune(): Promise<void> {
    if (this.#completed < PRUNE_EVERY) return;
    this.#completed = 0;
    await this.#database.change(
      `WITH gone AS MATERIALIZED (
         SELECT id FROM @batch WHERE completed IS NOT NULL AND id <= (
           SELECT id FROM (SELECT id, sum(count) OVER (ORDER BY id DESC) AS newer FROM @batch
             WHERE completed IS NOT NULL) b
           WHERE newer > $1 ORDER BY id DESC LIMIT 1)
         ORDER BY id FOR UPDATE SKIP LOCKED)
       DELETE FROM @batch b USING gone WHERE b.id = gone.id`,
      [this.#keepDelivered],
    );
  }
}

/** The two columns that hold the entries of a batch. */
export function packColumns(
  entries: readonly Entry[],
): readonly [bytes: Uint8Array | null, text: string | null] {
  const packed = packEntries(entries);
  return typeof packed === 'string' ? [null, packed] : [packed, null];
}

/** Reads the entries of a row. @throws InternalError `log_damaged` where they cannot be read */
export function readEntries(row: PgRow): Entry[] {
  return unpackEntries(row['entries'] ?? row['entries_text'], row['network']);
}
