import { parseStored } from './stored-json.js';
import { Buffer } from 'node:buffer';

import type { Clock } from '../clock.js';
import type { Outcome, Postback } from '../networks/network.js';
import type { Database, SqlRow } from './database.js';
import type { Entry, PostbackState } from './entry.js';
import { RowFilter } from './row-filter.js';

/** A stored postback that is not delivered. */
export interface StoredPostback {
  state: PostbackState;
  postback: Postback;
  /** The account that it was recorded for; undefined where nothing was recorded for any. */
  account: string | undefined;
  attempts: number;
  /** The run that has claimed it. */
  run: number | undefined;
  kind: string | undefined;
  reason: string | undefined;
  message: string | undefined;
  http: number | undefined;
  updatedMs: number;
  /** Row of the request that its network accepted and has not decided. */
  request: number | undefined;
}

/** What the log knows of a postback. `known`: it was part of a request and waits for nothing. */
export type Standing = 'unknown' | 'known' | StoredPostback;

/** Why a postback is in a row: an outcome of its network, or a reason of our own. */
export type RowOutcome = Partial<Omit<Outcome, 'kind'>> & { kind?: Outcome['kind'] | 'stopped' };

/** One account of a network. */
export interface AccountOf {
  network: string;
  account: string;
}

/** A place in the order of event times. */
export type RowPlace = Pick<Postback, 'eventTimeMs' | 'id'>;

/** The ordinary rows: what is pending, failed or skipped, ready to be sent again. Call inside a transaction. */
export class PostbackRows {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #filter: RowFilter;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#filter = new RowFilter(database);
  }

  /** Looks whether another process has written rows: call it first in a transaction that begins after rows were asked for in the same turn. */
  refresh(): void {
    this.#filter.refresh();
  }

  /** Writes or replaces the row of one postback; `request`: the one in which its network has accepted it. */
  put(
    entry: Entry,
    state: PostbackState,
    account: string | null,
    outcome?: RowOutcome,
    { http, request }: { http?: number | undefined; request?: number } = {},
  ): void {
    const { postback, attempts } = entry;
    this.#filter.add(postback.id);
    this.#database
      .prepare(
        `INSERT INTO postback (id, state, network, account, goal, event, event_id, event_time, updated, attempts, run,
           kind, reason, message, http, person, data, request)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, account = excluded.account, updated = excluded.updated,
           attempts = excluded.attempts, run = NULL, kind = excluded.kind, reason = excluded.reason,
           message = excluded.message, http = excluded.http, data = excluded.data, request = excluded.request`,
      )
      .run(
        keyOf(postback.id),
        state,
        postback.network,
        account,
        postback.goal,
        postback.event,
        postback.eventId,
        postback.eventTimeMs,
        this.#clock.now(),
        attempts,
        outcome?.kind ?? null,
        outcome?.reason ?? null,
        outcome?.message ?? null,
        http ?? null,
        postback.person ?? null,
        JSON.stringify(postback),
        request ?? null,
      );
  }

  /** The row of one postback, if it has one. */
  find(id: string): StoredPostback | undefined {
    if (!this.#filter.mayHave(id)) return undefined;
    const row = this.#database.prepare('SELECT * FROM postback WHERE id = ?').get(keyOf(id));
    return row && readStored(row);
  }

  /**
   * Claims a pending row for a run; false when another run has it or it is not pending any more.
   * @param account the account that the run delivers to: a row that was recorded for another one is left alone
   */
  claim(id: string, run: number, account?: string): boolean {
    const { changes } = this.#database
      .prepare(
        `UPDATE postback SET run = ?1 WHERE id = ?2 AND state = 'pending' AND (run IS NULL OR run = ?1)
           AND (?3 IS NULL OR account IS NULL OR account = ?3)`,
      )
      .run(run, keyOf(id), account ?? null);
    return Number(changes) === 1;
  }

  /**
   * Claims for a run every pending conversion that was recorded for an account of a network and that no run has; `goals`
   * empty: of all goals. How many.
   */
  claimPending(run: number, { network, account }: AccountOf, goals: readonly string[]): number {
    const { changes } = this.#database
      .prepare(`UPDATE postback SET run = ? WHERE ${waitingAmong(goals)} AND (account IS NULL OR account = ?)`)
      .run(run, network, ...goals, account);
    return Number(changes);
  }

  /** Number of those that {@link claimPending} leaves alone because they were recorded for another account. */
  countOfOtherAccounts({ network, account }: AccountOf, goals: readonly string[]): number {
    const row = this.#database
      .prepare(`SELECT count(*) AS number FROM postback WHERE ${waitingAmong(goals)} AND account <> ?`)
      .get(network, ...goals, account);
    return Number(row?.['number'] ?? 0);
  }

  /**
   * Makes a row pending again and claims it for a run; false when another run has it or it was recorded for another account.
   * @param account the account that it is recorded for from now on; `moves`: whatever it was recorded for before
   */
  reclaim(id: string, run: number, { account, moves }: { account: string | undefined; moves: boolean }): boolean {
    const { changes } = this.#database
      .prepare(
        `UPDATE postback SET state = 'pending', run = ?1, request = NULL, updated = ?2, account = coalesce(?4, account)
         WHERE id = ?3 AND run IS NULL AND (?5 OR ?4 IS NULL OR account IS NULL OR account = ?4)`,
      )
      .run(run, this.#clock.now(), keyOf(id), account ?? null, moves ? 1 : 0);
    return Number(changes) === 1;
  }

  /** Pending rows that a run has claimed, oldest event first, behind `after`. */
  listClaimed(
    run: number,
    { network, isForLists = false }: { network: string; isForLists?: boolean },
    limit: number,
    after: RowPlace | undefined,
  ): StoredPostback[] {
    const { eventTimeMs, id } = after ?? { eventTimeMs: -1, id: '' };
    return this.#database
      .prepare(
        `SELECT * FROM postback WHERE run = ? AND network = ? AND (event_time, id) > (?, ?)
           AND (goal LIKE 'audience:%') = ?
         ORDER BY event_time, id LIMIT ?`,
      )
      .all(run, network, eventTimeMs, keyOf(id), isForLists ? 1 : 0, limit)
      .map(readStored);
  }

  /** Gives back what a run has claimed and not sent. */
  release(run: number): void {
    this.#database.prepare('UPDATE postback SET run = NULL WHERE run = ?').run(run);
  }

  /** What waits for its network to decide on requests that it accepted, by request. */
  listAccepted(networks: readonly string[]): StoredPostback[] {
    const among = networks.map(() => '?').join(', ');
    return this.#database
      .prepare(
        `SELECT * FROM postback WHERE request IS NOT NULL AND run IS NULL AND network IN (${among})
         ORDER BY request, event_time`,
      )
      .all(...networks)
      .map(readStored);
  }

  /** Takes the row away where no run and no network is at it. */
  dropWaiting(id: string): void {
    this.#database.prepare('DELETE FROM postback WHERE id = ? AND run IS NULL AND request IS NULL').run(keyOf(id));
  }

  /** Takes the row away: its postback is on its way in a request. */
  remove(id: string): void {
    if (!this.#filter.mayHave(id)) return;
    this.#database.prepare('DELETE FROM postback WHERE id = ?').run(keyOf(id));
  }

  /** Whether there are none; an empty table saves a look-up per event. */
  get isEmpty(): boolean {
    return this.#database.prepare('SELECT 1 FROM postback LIMIT 1').get() === undefined;
  }
}

/** Pending conversions of a network that no run has. Values: the network, then the goals. */
function waitingAmong(goals: readonly string[]): string {
  const among = goals.length === 0 ? '' : ` AND goal IN (${goals.map(() => '?').join(', ')})`;
  return `state = 'pending' AND run IS NULL AND request IS NULL AND network = ? AND goal NOT LIKE 'audience:%'${among}`;
}

function keyOf(id: string): Buffer {
  return Buffer.from(id, 'hex');
}

/** One row as data. */
export function readStored(row: SqlRow): StoredPostback {
  const text = (name: string): string | undefined => (row[name] === null ? undefined : String(row[name]));
  return {
    state: String(row['state']) as PostbackState,
    postback: parseStored(String(row['data']), `postback ${nameOfKey(row['id'])}`) as Postback,
    account: text('account'),
    attempts: Number(row['attempts']),
    run: row['run'] === null ? undefined : Number(row['run']),
    kind: text('kind'),
    reason: text('reason'),
    message: text('message'),
    http: row['http'] === null ? undefined : Number(row['http']),
    updatedMs: Number(row['updated']),
    request: row['request'] === null ? undefined : Number(row['request']),
  };
}

/** The id of a postback as it is printed, from its key in the table. */
function nameOfKey(key: unknown): string {
  return key instanceof Uint8Array ? Buffer.from(key).toString('hex') : String(key);
}
