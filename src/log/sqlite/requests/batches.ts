import type { Database } from '../database/database.js';
import type { Entry } from '../../entry.js';
import { packEntries } from '../../packed/packing.js';

/**
 * How many batches are completed between two prunes: until then they take room, which the file
 * keeps.
 */
const PRUNE_EVERY = 8;

interface Hold {
  batchId: number;
  left: number;
}

/**
 * The rows that hold the facts of postbacks on their way. Every method is called inside a write
 * transaction.
 */
export class Batches {
  readonly #database: Database;
  readonly #run: number;
  readonly #keepDelivered: number;
  readonly #holds = new Map<string, Hold>();
  #completed = 0;

  constructor(database: Database, run: number, keepDelivered: number) {
    this.#database = database;
    this.#run = run;
    this.#keepDelivered = keepDelivered;
  }

  /** Writes a batch; `request` is the one that carries it, if one does already. */
  insert(account: string, entries: readonly Entry[], request: number | null): number {
    const { network } = (entries[0] as Entry).postback;
    const { lastInsertRowid } = this.#database
      .prepare('INSERT INTO batch (run, network, account, request, count) VALUES (?, ?, ?, ?, ?)')
      .run(this.#run, network, account, request, entries.length);
    const batchId = Number(lastInsertRowid);
    this.#database
      .prepare('INSERT INTO batch_payload (batch, entries) VALUES (?, ?)')
      .run(batchId, packEntries(entries));
    return batchId;
  }

  /**
   * Keeps postbacks that came from a stream, which cannot be read again, until each has a row of
   * its own.
   */
  hold(account: string, entries: readonly Entry[]): void {
    const hold = { batchId: this.insert(account, entries, null), left: entries.length };
    for (const { postback } of entries) this.#holds.set(postback.id, hold);
  }

  /** Lets go of what a request or a row holds now. */
  release(entries: readonly Entry[]): void {
    if (this.#holds.size === 0) return;
    for (const { postback } of entries) {
      const hold = this.#holds.get(postback.id);
      if (!hold) continue;
      this.#holds.delete(postback.id);
      hold.left--;
      if (hold.left === 0) this.remove(hold.batchId);
    }
  }

  /** Notes which request carries a batch now. */
  assign(batchId: number, request: number): void {
    this.#database.prepare('UPDATE batch SET request = ? WHERE id = ?').run(request, batchId);
  }

  /**
   * Divides a batch into several, all carried by the request that carried it last; undefined where
   * it is gone.
   */
  divide(
    account: string,
    batchId: number,
    groups: readonly (readonly Entry[])[],
  ): number[] | undefined {
    const row = this.#database
      .prepare('SELECT request FROM batch WHERE id = ? AND run = ?')
      .get(batchId, this.#run);
    if (!row) return undefined;
    const request = row['request'] === null ? null : Number(row['request']);
    const made = groups.map((entries) => this.insert(account, entries, request));
    this.remove(batchId);
    return made;
  }

  remove(batchId: number): void {
    this.#database.prepare('DELETE FROM batch WHERE id = ?').run(batchId);
  }

  /** Leaves only `rest` in a batch. */
  shrink(batchId: number, rest: readonly Entry[]): void {
    if (rest.length === 0) return this.remove(batchId);
    this.#database.prepare('UPDATE batch SET count = ? WHERE id = ?').run(rest.length, batchId);
    this.#database
      .prepare('UPDATE batch_payload SET entries = ? WHERE batch = ?')
      .run(packEntries(rest), batchId);
  }

  /** A batch whose request is answered: kept for a while where something in it was delivered. */
  complete(batchId: number, delivered: number, nowMs: number): void {
    if (delivered === 0 || this.#keepDelivered === 0) return this.remove(batchId);
    this.#database.prepare('UPDATE batch SET completed = ? WHERE id = ?').run(nowMs, batchId);
    this.#completed++;
    if (this.#completed % PRUNE_EVERY === 0) this.#prune();
  }

  /**
   * Forgets what is held still: the run has ended, and everything it held has a request or a row.
   */
  clear(): void {
    this.#database.prepare('DELETE FROM batch WHERE run = ? AND request IS NULL').run(this.#run);
  }

  #prune(): void {
    this.#database
      .prepare(
        `DELETE FROM batch WHERE completed IS NOT NULL AND id <= (
           SELECT id FROM (SELECT id, sum(count) OVER (ORDER BY id DESC) AS newer FROM batch
             WHERE completed IS NOT NULL)
           WHERE newer > ? LIMIT 1)`,
      )
      .run(this.#keepDelivered);
  }
}
