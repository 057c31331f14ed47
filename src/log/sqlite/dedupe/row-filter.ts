import type { BloomBits } from './bloom.js';
import { addBits, hasBits, makeBits } from './bloom.js';
import type { Database } from '../database/database.js';
import { readDataVersion } from '../database/database.js';
import { hashOf } from './hash.js';

/** Reading the ids of all rows costs as much as so many look-ups at least. */
const LOOK_UPS_BEFORE = 4_096;
/** Reading so many ids costs as much as one look-up. */
const IDS_PER_LOOK_UP = 16;
/** Of more rows a filter of one size (bloom.ts) tells little. */
const MOST_ROWS = 2 ** 20;
/** The 52 bits that are hashed, and half a byte. */
const HEX_DIGITS = 14;

/**
 * Tells at once of most postbacks that they have no row: a look-up costs 10 µs and more once the
 * rows are not all in memory. A Bloom filter of the ids of all rows, made when that has paid for
 * itself, and rebuilt when another process has written. Whether one has is asked once a turn, as
 * that costs half a look-up: in a transaction, which is a turn of its own, nobody else can write.
 * Of an empty table no look-up is made at all.
 */
export class RowFilter {
  readonly #database: Database;
  #isEmpty = false;
  #bits: BloomBits | undefined;
  #version = -1;
  #isFresh = false;
  #lookUps = 0;
  #price = LOOK_UPS_BEFORE;

  constructor(database: Database) {
    this.#database = database;
  }

  /** False: there is no row. True: there probably is, or nobody knows. */
  mayHave(id: string): boolean {
    if (!this.#isFresh) this.refresh();
    if (this.#isEmpty) return false;
    if (this.#bits === undefined && ++this.#lookUps > this.#price) this.#load();
    return this.#bits === undefined || hasBits(this.#bits, hashOf(id));
  }

  /** Notes a row that this connection writes: it hears of no other new row. */
  add(id: string): void {
    this.#isEmpty = false;
    if (this.#bits) addBits(this.#bits, hashOf(id));
  }

  /** Forgets what is known when another process has written since. */
  refresh(): void {
    const version = readDataVersion(this.#database);
    if (version !== this.#version) {
      this.#version = version;
      this.#isEmpty = this.#database.prepare('SELECT 1 FROM postback LIMIT 1').get() === undefined;
      this.#bits = undefined;
      this.#lookUps = 0;
    }
    this.#isFresh = true;
    queueMicrotask(() => {
      this.#isFresh = false;
    });
  }

  #load(): void {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS n, group_concat(hex(substr(id, 1, ${HEX_DIGITS / 2})), '') AS ids
         FROM (SELECT id FROM postback LIMIT ${MOST_ROWS + 1})`,
      )
      .get();
    const count = Number(row?.['n']);
    if (count > MOST_ROWS) {
      this.#price = Number.POSITIVE_INFINITY;
      return;
    }
    const ids = String(row?.['ids'] ?? '');
    this.#bits = makeBits();
    for (let at = 0; at < ids.length; at += HEX_DIGITS)
      addBits(this.#bits, hashOf(ids.slice(at, at + HEX_DIGITS)));
    this.#price = Math.max(LOOK_UPS_BEFORE, count / IDS_PER_LOOK_UP);
  }
}
