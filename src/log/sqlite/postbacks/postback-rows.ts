import type { StoredPostback } from '../../stored-postback.js';
import { Buffer } from 'node:buffer';

import type { Clock } from '../../../clock.js';
import type { Database } from '../database/database.js';
import type { AccountOf, Recovered, RowPosition } from '../../claims.js';
import type { Entry, PostbackState, RowOutcome } from '../../entry.js';
import { nameOfKey, readStored } from '../../packed/stored-rows.js';
import { RowFilter } from '../dedupe/row-filter.js';
import { LOG_DAMAGED } from '../../stored-json.js';

/** What a row says of its postback. */
export interface RowNotes {
  state: PostbackState;
  account: string | null;
  outcome?: RowOutcome;
  /** HTTP status of the last answer. */
  http?: number | undefined;
  /** The request in which the network has accepted it. */
  request?: number;
  /**
   * The run that leaves it pending without a claim; {@link LEFT_BY_DEAD_RUN} where that run died.
   */
  leftBy?: number | undefined;
}

/** Marks what any live run delivers, because the run that had it died. */
export const LEFT_BY_DEAD_RUN = 0;

/**
 * The ordinary rows: what is pending, failed or skipped, ready to be sent again. Call inside a
 * transaction.
 */
export class PostbackRows {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #filter: RowFilter;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#filter = new RowFilter(database);
  }

  /**
   * Looks whether another process has written rows: call it first in a transaction that begins
   * after rows were asked for in the same turn.
   */
  refresh(): void {
    this.#filter.refresh();
  }

  /** Writes or replaces the row of one postback. */
  put(
    { postback, attempts }: Pick<Entry, 'postback' | 'attempts'>,
    { state, account, outcome, http, request, leftBy }: RowNotes,
  ): void {
    this.#filter.add(postback.id);
    this.#database
      .prepare(
        `INSERT INTO postback (id, state, network, account, goal, event, event_id, event_time,
           updated, attempts, run,
           kind, reason, message, http, person, data, request, left_by, list)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, account = excluded.account,
           updated = excluded.updated,
           attempts = excluded.attempts, run = NULL, kind = excluded.kind, reason = excluded.reason,
           message = excluded.message, http = excluded.http, data = excluded.data,
             request = excluded.request,
           left_by = excluded.left_by`,
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
        leftBy ?? null,
        postback.membership?.list ?? null,
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
   * What failed because its payload was damaged becomes pending again: the claiming run has read
   * its event again.
   * @param account the account that the run delivers to: a row that was recorded for another one is
   *   left alone
   */
  claim(id: string, run: number, account?: string): boolean {
    const { changes } = this.#database
      .prepare(
        `UPDATE postback SET run = ?1, state = 'pending'
         WHERE id = ?2 AND (state = 'pending' OR (state = 'failed' AND reason = '${LOG_DAMAGED}'))
           AND (run IS NULL OR run = ?1)
           AND (?3 IS NULL OR account IS NULL OR account = ?3)`,
      )
      .run(run, keyOf(id), account ?? null);
    return Number(changes) === 1;
  }

  /**
   * Claims for a run every pending conversion that was recorded for an account of a network and
   * that no run has; `goals` empty: of all goals. How many.
   */
  claimPending(run: number, { network, account }: AccountOf, goals: readonly string[]): number {
    const { changes } = this.#database
      .prepare(
        `UPDATE postback SET run = ? WHERE ${waitingAmong(goals)} AND (account IS NULL OR ` +
          'account = ?)',
      )
      .run(run, network, ...goals, account);
    return Number(changes);
  }

  /**
   * Claims for a run what abandoned runs left pending for an account of a network and no run has
   * claimed since; `goals` empty: of all goals.
   * @returns ids of at most `limit` postbacks, and how many others it left alone
   */
  claimRecovered(
    run: number,
    { network, account }: AccountOf,
    goals: readonly string[],
    limit: number,
  ): Recovered {
    const left = `left_by = ${LEFT_BY_DEAD_RUN} AND ${waitingAmong(goals)}`;
    const claimed = this.#database
      .prepare(
        `UPDATE postback SET run = ? WHERE id IN (
           SELECT id FROM postback WHERE ${left} AND (account IS NULL OR account = ?) LIMIT ?)
         RETURNING id`,
      )
      .all(run, network, ...goals, account, limit);
    const rest = this.#database
      .prepare(`SELECT count(*) AS number FROM postback WHERE ${left} AND account <> ?`)
      .get(network, ...goals, account);
    return { ids: claimed.map(({ id }) => nameOfKey(id)), others: Number(rest?.['number']) };
  }

  /**
   * Marks what ended runs left pending for an account as left by a dead run; `goals` empty: of all
   * goals.
   */
  markLeft({ network, account }: AccountOf, goals: readonly string[]): void {
    this.#database
      .prepare(
        `UPDATE postback SET left_by = ${LEFT_BY_DEAD_RUN}
         WHERE ${waitingAmong(goals)} AND (account IS NULL OR account = ?)`,
      )
      .run(network, ...goals, account);
  }

  /** Whether a dead run left anything pending that no run has claimed since. */
  get hasRecovered(): boolean {
    const left = `left_by = ${LEFT_BY_DEAD_RUN} AND run IS NULL`;
    const found = this.#database.prepare(`SELECT 1 FROM postback WHERE ${left} LIMIT 1`).get();
    return found !== undefined;
  }

  /** Marks everything that a run has claimed or left pending as left by a dead run. */
  leaveOf(run: number): void {
    const mark = `UPDATE postback SET run = NULL, left_by = ${LEFT_BY_DEAD_RUN}`;
    this.#database.prepare(`${mark} WHERE run = ?`).run(run);
    this.#database
      .prepare(`${mark} WHERE left_by = ? AND state = 'pending' AND run IS NULL`)
      .run(run);
  }

  /**
   * Number of those that {@link claimPending} leaves alone because they were recorded for another
   * account.
   */
  countOfOtherAccounts({ network, account }: AccountOf, goals: readonly string[]): number {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS number FROM postback WHERE ${waitingAmong(goals)} AND account <> ?`,
      )
      .get(network, ...goals, account);
    return Number(row?.['number'] ?? 0);
  }

  /**
   * Makes a row pending again and claims it for a run; false when another run has it or it was
   * recorded for another account.
   * @param account the account that it is recorded for from now on; `moves`: whatever it was
   *   recorded for before
   */
  reclaim(
    id: string,
    run: number,
    { account, moves }: { account: string | undefined; moves: boolean },
  ): boolean {
    const { changes } = this.#database
      .prepare(
        `UPDATE postback SET state = 'pending', run = ?1, request = NULL, updated = ?2,
           account = coalesce(?4, account)
         WHERE id = ?3 AND run IS NULL AND (?5 OR ?4 IS NULL OR account IS NULL OR account = ?4)`,
      )
      .run(run, this.#clock.now(), keyOf(id), account ?? null, moves ? 1 : 0);
    return Number(changes) === 1;
  }

  /** Pending rows that a run has claimed, oldest event first, after `after`. */
  listClaimed(
    run: number,
    { network, isForLists = false }: { network: string; isForLists?: boolean },
    limit: number,
    after: RowPosition | undefined,
  ): StoredPostback[] {
    const { eventTimeMs, id } = after ?? { eventTimeMs: -1, id: '' };
    return this.#database
      .prepare(
        `SELECT * FROM postback WHERE run = ? AND network = ? AND (event_time, id) > (?, ?)
           AND (list IS NOT NULL) = ?
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
    this.#database
      .prepare('DELETE FROM postback WHERE id = ? AND run IS NULL AND request IS NULL')
      .run(keyOf(id));
  }

  /** Takes the row away: its postback is on its way in a request. */
  remove(id: string): void {
    if (!this.#filter.mayHave(id)) return;
    this.#database.prepare('DELETE FROM postback WHERE id = ?').run(keyOf(id));
  }
}

/** Pending conversions of a network that no run has. Values: the network, then the goals. */
function waitingAmong(goals: readonly string[]): string {
  const among = goals.length === 0 ? '' : ` AND goal IN (${goals.map(() => '?').join(', ')})`;
  return (
    "state = 'pending' AND run IS NULL AND request IS NULL AND network = ? AND list IS NULL" + among
  );
}

function keyOf(id: string): Buffer {
  return Buffer.from(id, 'hex');
}
