import type { BloomBits } from './bloom.js';
import { addBits, hasBits, makeBits } from './bloom.js';
import type { Database } from '../database/database.js';

/** One filter (bloom.ts) for so many. */
const IDS_PER_FILTER = 2 ** 19;

/**
 * Tells at once of most ids that the index does not hold them: Bloom filters over their hashes, one
 * for each half a million. A look-up in the index costs thirty times as much once it is large
 * (docs/development/measurements.md#index-of-ids). A filter is kept with the log in the transaction
 * that sorts its ids into the index: together they always know all that is in it.
 */
export class DedupeFilter {
  readonly #database: Database;
  /** By the number of their row; the one that this process fills is not among them. */
  readonly #others = new Map<number, BloomBits>();
  #own: BloomBits | undefined;
  #row: number | undefined;
  #count = 0;
  #version: number;

  constructor(database: Database) {
    this.#database = database;
    this.#version = this.#readVersion();
    this.#load();
  }

  /** Whether the next ids are for another filter: {@link save} begins one. */
  get isFull(): boolean {
    return this.#count >= IDS_PER_FILTER;
  }

  /** How many ids the filters that are kept with the log have room for; most of them are full. */
  get capacity(): number {
    return (this.#others.size + (this.#row === undefined ? 0 : 1)) * IDS_PER_FILTER;
  }

  /** Notes a hash of at most 52 bits, all of them random. */
  add(hash: number): void {
    addBits((this.#own ??= makeBits()), hash);
    this.#count++;
  }

  /** False: it was never noted. True: it probably was. */
  mayHave(hash: number): boolean {
    if (this.#own !== undefined && hasBits(this.#own, hash)) return true;
    for (const filter of this.#others.values()) if (hasBits(filter, hash)) return true;
    return false;
  }

  /** Keeps what was noted with the log. Call in the transaction that sorts it into the index. */
  save(): void {
    if (this.#own === undefined) return;
    this.catchUp();
    const bits = new Uint8Array(this.#own.buffer);
    if (this.#row !== undefined) {
      this.#database
        .prepare('UPDATE dedupe_filter SET bits = ?, version = version + 1 WHERE id = ?')
        .run(bits, this.#row);
    } else {
      const { lastInsertRowid } = this.#database
        .prepare('INSERT INTO dedupe_filter (bits, version) VALUES (?, 1)')
        .run(bits);
      this.#row = Number(lastInsertRowid);
    }
    this.#version = this.#readVersion();
    if (!this.isFull) return;
    this.#others.set(this.#row, this.#own);
    [this.#own, this.#row, this.#count] = [undefined, undefined, 0];
  }

  /** Takes over what other processes have kept since. */
  catchUp(): void {
    const version = this.#readVersion();
    if (version === this.#version) return;
    this.#version = version;
    this.#load();
  }

  #load(): void {
    for (const row of this.#database.prepare('SELECT id, bits FROM dedupe_filter').iterate()) {
      const id = Number(row['id']);
      if (id !== this.#row)
        this.#others.set(id, new Int32Array((row['bits'] as Uint8Array).slice().buffer));
    }
  }

  /** Changes with every {@link save}, by whichever process. */
  #readVersion(): number {
    return Number(
      this.#database.prepare('SELECT total(version) AS version FROM dedupe_filter').get()?.[
        'version'
      ],
    );
  }
}
