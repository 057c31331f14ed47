import type { Postback } from '../../../networks/network.js';
import type { Database, SqlRow, Statement } from '../database/database.js';
import { hashOf } from './hash.js';
import { HashTable } from './hash-table.js';
import { indexedThrough } from './index-scope.js';
import type { PostbackTypes } from '../postbacks/postback-types.js';
import { unpackDetails, unpackIds } from '../../packed/packing.js';
import { prunedThrough } from './pruned-ids.js';
import { DedupeFilter } from './dedupe-filter.js';
import { readUnlessDamaged } from '../../stored-json.js';
import { UnsortedIds } from './unsorted-ids.js';
import { makeDamaged } from '../../packed/stored-rows.js';

/**
 * Ids wait in memory until so many can be sorted into the index at once: 7 times as fast as one by
 * one.
 */
const SMALLEST_CHUNK = 65_536;
/**
 * However few ids are sorted in, nearly every page of a large index is rewritten: more wait where
 * it is larger (docs/development/measurements.md#index-of-ids). These are 8 MB, and what a run
 * leaves of them the next one reads before its first request.
 */
const LARGEST_CHUNK = 262_144;
/**
 * A page holds some 470 ids: with a new one to every 64 that are there, each page that is written
 * takes seven.
 */
const KNOWN_IDS_PER_NEW = 64;
/** Hashes that one statement inserts: a call costs as much as the row. */
const ROWS_PER_STATEMENT = 64;
/**
 * Unpacked requests kept for look-ups: a file that is sent again asks for the same requests in a
 * row.
 */
const CACHED_REQUESTS = 16;

type Key = Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>;

interface RequestKeys {
  network: string;
  /** The request is in the log no more: its ids are known by their hash alone. */
  isPruned: boolean;
  /** Position in the request by goal and event id. */
  keys: Map<string, number>;
}

/**
 * Which postbacks were ever part of a request: exact, filled lazily. The index holds 52 bits of
 * each id; a hit is proved against the request's own row, so two ids that share them are told
 * apart; once that row is pruned, the hash has to do (two ids in 4.5 * 10^15 share one). What a run
 * leaves out of the index is found by event id in the request rows (unsorted-ids.ts), until it is
 * sorted in.
 */
export class DedupeIndex {
  readonly #database: Database;
  readonly #postbackTypes: PostbackTypes;
  /** Hashes that are not in the index yet, with their requests. */
  #tail = new HashTable();
  /** Of requests after those in the index and before those of the tail. */
  readonly #unsorted = new UnsortedIds();
  /** Hash and request in turn, of postbacks that were in an earlier request too. */
  #again: number[] = [];
  readonly #cache = new Map<number, RequestKeys>();
  readonly #lookUp: Statement;
  readonly #identify: (network: string, goal: string, eventId: string) => string;
  #lastRequest: number;
  /** The last request whose ids are in the index, and the last of those that are unsorted. */
  #sortedThrough: number;
  #unsortedThrough = 0;
  readonly #filter: DedupeFilter;
  #foreign = 0;

  constructor(
    database: Database,
    postbackTypes: PostbackTypes,
    identify: (network: string, goal: string, eventId: string) => string,
  ) {
    this.#database = database;
    this.#postbackTypes = postbackTypes;
    this.#identify = identify;
    this.#lookUp = database.prepare('SELECT request FROM dedupe_index WHERE hash = ?');
    this.#sortedThrough = indexedThrough(database);
    this.#lastRequest = this.#sortedThrough;
    this.#filter = new DedupeFilter(database);
    this.#readUnsorted();
  }

  /** Requests of other processes that were met since this index was opened. */
  get foreign(): number {
    return this.#foreign;
  }

  /** Whether this postback was part of a request, by any process. */
  has(key: Key): boolean {
    // Without a generator where nothing is found: this is asked for each postback.
    if (this.#unsorted.findRequests(key.eventId).length > 0 && !this.#findUnsorted(key).next().done)
      return true;
    const hash = hashOf(key.id);
    // Most are new, and the filter knows them all.
    if (!this.#filter.mayHave(hash)) return false;
    const request = this.#tail.get(hash) ?? this.#findIndexed(hash);
    return request !== undefined && this.#mayBe(request, key);
  }

  /**
   * The requests that carried this postback, the earliest first. Of retries and replays there are
   * several.
   */
  findRequests(key: Key): number[] {
    const found = new Set(this.#findUnsorted(key));
    const hash = hashOf(key.id);
    if (this.#filter.mayHave(hash))
      for (const request of this.#findSorted(hash, key)) found.add(request);
    return [...found].sort((one, other) => one - other);
  }

  /**
   * When this postback was part of a request for the first time, in milliseconds since the epoch; 0
   * where that was pruned, which is long ago.
   */
  firstAttemptMs(key: Key): number | undefined {
    const [first] = this.findRequests(key);
    if (first === undefined) return undefined;
    return Number(
      this.#database.prepare('SELECT started FROM request WHERE id = ?').get(first)?.['started'] ??
        0,
    );
  }

  /**
   * Whether a request before `request` carried this postback and delivered it, as far as those are
   * still in the log.
   */
  wasDelivered(key: Key, request: number): boolean {
    return this.findRequests(key).some(
      (earlier) => earlier < request && this.#delivered(earlier, key),
    );
  }

  #delivered(request: number, { goal, eventId }: Key): boolean {
    const row = this.#database
      .prepare('SELECT ended, verdicts FROM request WHERE id = ?')
      .get(request);
    if (!row || row['ended'] === null) return false;
    const position = this.#keysOf(request).keys.get(`${goal}\0${eventId}`) ?? -1;
    return row['verdicts'] === null || String(row['verdicts'])[position] === 's';
  }

  /**
   * Notes a request that this process has just written. Call inside its transaction, after
   * {@link catchUp}.
   */
  add(ids: readonly string[], request: number): void {
    for (const id of ids) this.#note(hashOf(id), request);
    this.#lastRequest = Math.max(this.#lastRequest, request);
  }

  /** Reads the requests that other processes have written since. */
  catchUp(): void {
    this.#hash(this.#lastRequest, Number.MAX_SAFE_INTEGER, (request) => {
      this.#lastRequest = request;
      this.#foreign++;
    });
    // Another process may have sorted ids in and pruned the requests that they came from.
    this.#filter.catchUp();
  }

  /**
   * Sorts what waits in memory into the index once it is worth it. Call inside a write transaction.
   */
  flushWhenLarge(): void {
    if (this.#tail.size + this.#again.length / 2 + this.#unsorted.count >= this.#chunk)
      this.flush();
  }

  get #chunk(): number {
    return Math.min(
      LARGEST_CHUNK,
      Math.max(SMALLEST_CHUNK, this.#filter.capacity / KNOWN_IDS_PER_NEW),
    );
  }

  /**
   * Sorts what waits in memory into the index. Call inside a write transaction, after
   * {@link catchUp}.
   */
  flush(): void {
    this.#hashUnsorted();
    this.#sortIn();
    this.#flushAgain();
    this.#database
      .prepare(
        "INSERT INTO meta VALUES ('dedupe_indexed_through', ?) ON CONFLICT DO UPDATE SET value " +
          '= max(value, excluded.value)',
      )
      .run(this.#lastRequest);
    this.#filter.save();
    this.#sortedThrough = this.#lastRequest;
  }

  #sortIn(): void {
    const hashes = this.#tail.sorted();
    for (let first = 0; first < hashes.length; first += ROWS_PER_STATEMENT) {
      this.#insert(hashes.subarray(first, first + ROWS_PER_STATEMENT));
    }
    this.#tail.clear();
  }

  #readUnsorted(): void {
    const rows = this.#database.prepare('SELECT id, ids FROM request WHERE id > ? ORDER BY id');
    for (const row of rows.iterate(this.#lastRequest)) {
      this.#lastRequest = Number(row['id']);
      this.#unsorted.add(this.#lastRequest, row['ids'] as Uint8Array | string);
    }
    this.#unsortedThrough = this.#lastRequest;
  }

  /**
   * Sorts in what was unsorted, before the tail: the index keeps the first request of each postback
   * apart from the later ones.
   */
  #hashUnsorted(): void {
    if (this.#unsorted.count === 0) return;
    const tail = this.#tail;
    this.#tail = new HashTable();
    this.#hash(this.#sortedThrough, this.#unsortedThrough);
    this.#unsorted.clear();
    this.#sortIn();
    this.#tail = tail;
  }

  *#findUnsorted(key: Key): Generator<number> {
    for (const request of this.#unsorted.findRequests(key.eventId)) {
      if (this.#holds(request, key)) yield request;
      // Its ids were sorted in before it was pruned: the index knows, once the filter does.
      else if (this.#keysOf(request).isPruned) this.#filter.catchUp();
    }
  }

  *#findSorted(hash: number, key: Key): Generator<number> {
    for (const row of this.#database.prepare(EVERY_REQUEST).all(hash)) {
      if (this.#mayBe(Number(row['request']), key)) yield Number(row['request']);
    }
    const waiting = this.#tail.get(hash);
    if (waiting !== undefined && this.#holds(waiting, key)) yield waiting;
    for (let at = 0; at < this.#again.length; at += 2) {
      if (this.#again[at] === hash && this.#holds(this.#again[at + 1]!, key))
        yield this.#again[at + 1]!;
    }
  }

  /** A hash alone leads to a pruned request: then it has to do. */
  #mayBe(request: number, key: Key): boolean {
    return this.#keysOf(request).isPruned || this.#holds(request, key);
  }

  #holds(request: number, { network, goal, eventId }: Key): boolean {
    const held = this.#keysOf(request);
    return held.network === network && held.keys.has(`${goal}\0${eventId}`);
  }

  /** Notes the postbacks of the requests after one and up to another, and reports each request. */
  #hash(after: number, through: number, onRequest?: (request: number) => void): void {
    const rows = this.#database.prepare(
      'SELECT id, network, started, ids, details FROM request WHERE id > ? AND id <= ? ORDER BY id',
    );
    for (const row of rows.iterate(after, through)) {
      const request = Number(row['id']);
      const network = String(row['network']);
      for (const { goal, eventId } of this.#readKeys(row)) {
        this.#note(hashOf(this.#identify(network, goal, eventId)), request);
      }
      onRequest?.(request);
    }
  }

  #insert(hashes: Float64Array): void {
    const values: number[] = [];
    for (const hash of hashes) values.push(hash, this.#tail.get(hash) as number);
    const sql = hashes.length === ROWS_PER_STATEMENT ? INSERT_MOST : insertRows(hashes.length);
    if (Number(this.#database.prepare(sql).run(...values).changes) === hashes.length) return;
    // Some were there: of those, this request is a later one.
    for (const hash of hashes) {
      const request = this.#tail.get(hash) as number;
      if (Number(this.#lookUp.get(hash)?.['request']) !== request) this.#again.push(hash, request);
    }
  }

  #flushAgain(): void {
    // Another process may have sorted in the same: then the index has it, and nothing is to be
    // added.
    const insert = this.#database.prepare(
      `INSERT INTO dedupe_repeats SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM dedupe_index
         WHERE hash = ?1 AND request = ?2)
       ON CONFLICT DO NOTHING`,
    );
    for (let at = 0; at < this.#again.length; at += 2)
      insert.run(this.#again[at]!, this.#again[at + 1]!);
    this.#again = [];
  }

  /** A later request with the same hash does not replace the first: retries carry the same ids. */
  #note(hash: number, request: number): void {
    if (this.#tail.add(hash, request)) this.#filter.add(hash);
    else this.#again.push(hash, request);
  }

  #findIndexed(hash: number): number | undefined {
    const row = this.#lookUp.get(hash);
    return row === undefined ? undefined : Number(row['request']);
  }

  /**
   * What the postbacks of a request are, as far as its row can be read: without facts. A row that
   * is damaged names none, so that what it carried counts as new: its dedupe id makes a second
   * delivery harmless.
   */
  listPostbacks(request: number): Postback[] {
    const row = this.#database
      .prepare('SELECT network, started, ids, details FROM request WHERE id = ?')
      .get(request);
    if (!row) return [];
    const network = row['network'] as Postback['network'];
    return this.#readKeys(row).map(({ event, goal, eventId, eventTimeMs }) =>
      makeDamaged({
        id: this.#identify(network, goal, eventId),
        network,
        goal,
        event,
        eventId,
        eventTimeMs,
      }),
    );
  }

  #readKeys(
    row: SqlRow,
  ): (Pick<Postback, 'event' | 'goal' | 'eventId'> & { eventTimeMs: number })[] {
    const read = readUnlessDamaged(() => {
      const eventIds = unpackIds(row['ids'] as Uint8Array | string);
      return unpackDetails(String(row['details']), Number(row['started'])).map(
        ({ kind, eventTimeMs }, index) => {
          const { goal, event } = this.#postbackTypes.find(kind);
          return { goal, event, eventId: eventIds[index] ?? '', eventTimeMs };
        },
      );
    });
    return read ?? [];
  }

  #keysOf(request: number): RequestKeys {
    const cached = this.#cache.get(request);
    if (cached) return cached;
    const row = this.#database
      .prepare('SELECT network, started, ids, details FROM request WHERE id = ?')
      .get(request);
    const keys = new Map<string, number>();
    if (row)
      this.#readKeys(row).forEach(({ goal, eventId }, index) =>
        keys.set(`${goal}\0${eventId}`, index),
      );
    const found = {
      network: String(row?.['network'] ?? ''),
      isPruned: !row && request <= prunedThrough(this.#database),
      keys,
    };
    this.#cache.set(request, found);
    if (this.#cache.size > CACHED_REQUESTS)
      this.#cache.delete(this.#cache.keys().next().value as number);
    return found;
  }
}

/** The requests that the index knows of one hash. */
export const EVERY_REQUEST =
  'SELECT request FROM dedupe_index WHERE hash = ?1 UNION ALL SELECT request FROM ' +
  'dedupe_repeats WHERE hash = ?1';

function insertRows(count: number): string {
  return (
    `INSERT INTO dedupe_index (hash, request) VALUES ${Array(count).fill('(?, ?)').join(', ')} ` +
    'ON CONFLICT DO NOTHING'
  );
}

const INSERT_MOST = insertRows(ROWS_PER_STATEMENT);
