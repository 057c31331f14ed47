import type { LoggedState } from '../../stored-postback.js';
import type { Postback } from '../../../networks/network.js';
import type { Database } from '../database/database.js';
import { readDataVersion } from '../database/database.js';
import type { DedupeIndex } from '../dedupe/dedupe-index.js';

type PostbackKey = Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>;

/**
 * What other runs are delivering: postbacks of theirs are recorded and may never arrive, so they
 * are not duplicates yet. Whether another process has written is asked once a turn of the event
 * loop, as that costs as much as a look-up.
 */
export class OtherRuns {
  readonly #database: Database;
  readonly #run: number;
  readonly #dedupe: Pick<DedupeIndex, 'findRequests' | 'catchUp'>;
  #version = -1;
  #isFresh = false;
  /**
   * Requests that carry postbacks of other runs, or carried them last before their next attempt.
   */
  #requests: ReadonlySet<number> = new Set();

  constructor(
    database: Database,
    run: number,
    dedupe: Pick<DedupeIndex, 'findRequests' | 'catchUp'>,
  ) {
    this.#database = database;
    this.#run = run;
    this.#dedupe = dedupe;
  }

  /**
   * Whether another run has to deliver a postback, or to be recovered, before anything is known of
   * its arrival.
   */
  has(key: PostbackKey, postbackState: LoggedState): boolean {
    if (postbackState === 'unknown') return false;
    if (postbackState !== 'known') {
      const { state, run, request } = postbackState;
      return state === 'pending' && run !== undefined && run !== this.#run && request === undefined;
    }
    this.#refresh();
    if (this.#requests.size === 0) return false;
    return this.#dedupe.findRequests(key).some((request) => this.#requests.has(request));
  }

  #refresh(): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    queueMicrotask(() => {
      this.#isFresh = false;
    });
    const version = readDataVersion(this.#database);
    if (version === this.#version) return;
    this.#version = version;
    const rows = this.#database
      .prepare(
        'SELECT request FROM batch WHERE completed IS NULL AND run <> ? AND request IS NOT NULL',
      )
      .all(this.#run);
    this.#requests = new Set(rows.map((row) => Number(row['request'])));
    // Last: so that the index knows every request in the set.
    if (rows.length > 0) this.#dedupe.catchUp();
  }
}
