import type { Clock } from '../clock.js';
import type { Place } from '../events/place.js';
import { derivePostbackId } from '../identity/postback-id.js';
import type { Channel, Postback } from '../networks/network.js';
import { CommitQueue } from './commit-queue.js';
import { openDatabase, type Database } from './database.js';
import { claimRow, claimRows, reclaimRows, type Reclaimed, type ReplayTarget } from './claim-rows.js';
import type { Begun, DroppedEntry, Entry, OpenRequest, RequestResult, SkipEntry } from './entry.js';
import { noteName } from './index-scope.js';
import type { LogOptions } from './log-options.js';
import { Flights } from './flights.js';
import { Kinds } from './kinds.js';
import { Memberships, settleMembership } from './memberships.js';
import { People } from './people.js';
import { PostbackRows, type AccountOf, type RowOutcome, type RowPlace, type Standing } from './postback-rows.js';
import { findPlace, putPlace, putPlaces, type KeptPlace } from './places.js';
import { Obstacles } from './obstacles.js';
import { OtherRuns } from './other-runs.js';
import { closeRequest, insertRequest } from './request-rows.js';
import type { ReplayCandidate } from './replay-rows.js';
import { Runs, type LivingRun, type Run } from './runs.js';
import { prepareSchema } from './schema.js';
import { SeenIndex } from './seen-index.js';
import { insertSkips } from './skip-rows.js';
import { takeOver } from './takeover.js';

/** What became of a postback that another run had; see {@link DeliveryLog.inquire}. */
export type Inquired = Entry | 'other_account' | 'elsewhere' | 'known' | 'unknown';

/**
 * The delivery log as the run that writes it sees it. Every write goes through {@link CommitQueue}: a promise resolves
 * when its row is on the disk.
 * @throws InternalError from every method when the disk is full or the file damaged
 */
export class DeliveryLog {
  readonly run: Run;
  /** Shared with the queries of log/query.ts. */
  readonly database: Database;
  readonly kinds: Kinds;
  readonly people: People;
  readonly memberships: Memberships;
  readonly #clock: Clock;
  readonly #queue: CommitQueue;
  readonly #runs: Runs;
  readonly #rows: PostbackRows;
  readonly #seen: SeenIndex;
  readonly #flights: Flights;
  readonly #others: OtherRuns;
  readonly #obstacles: Obstacles;
  #mayHaveRows: boolean;
  /** Dead runs were there when the log was opened, and are still to be taken over. */
  #owesTakeOver = false;
  #listPlaces: (isEnd: boolean) => readonly KeptPlace[] = () => [];

  private constructor(database: Database, run: Run, runs: Runs, options: LogOptions) {
    this.database = database;
    this.run = run;
    this.#runs = runs;
    this.#clock = options.clock;
    this.kinds = new Kinds(database);
    this.people = new People(database);
    this.memberships = new Memberships(database);
    this.#queue = new CommitQueue(
      database,
      () => runs.assertRegistered(run),
      () => runs.noteCommit(),
    );
    runs.noteCommit();
    this.#rows = new PostbackRows(database, options.clock);
    this.#flights = new Flights(database, run.id, options.keepDelivered);
    this.#seen = new SeenIndex(database, this.kinds, (network, goal, eventId) =>
      derivePostbackId(options.workspace, network, goal, eventId),
    );
    this.#others = new OtherRuns(database, run.id, this.#seen);
    const { people, memberships } = this;
    this.#obstacles = new Obstacles({ run: run.id, rows: this.#rows, seen: this.#seen, people, memberships });
    this.#mayHaveRows = !this.#rows.isEmpty;
  }

  /**
   * Opens the log, registers a run in it and takes over what dead runs left behind.
   * @param isLate takes over when something known is met, or the first answer is there: it takes longer than all else
   *   before the first request, and a run that goes on behind those needs none of it. Rows are not to be listed before.
   */
  static open(options: LogOptions, command: string, isLate = false): DeliveryLog {
    const database = openDatabase(options.path, options.synchronous);
    prepareSchema(database, options.path, options.random);
    const runs = new Runs(database, options.path, options.clock);
    const run = database.transact(() => {
      noteName(database, options.workspace);
      return runs.start(command, options.random);
    });
    const log = new DeliveryLog(database, run, runs, options);
    if (isLate) log.#owesTakeOver = runs.findDead(run).length > 0;
    else log.#takeOver();
    return log;
  }

  /** What became of this postback so far. */
  standing(key: Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>): Standing {
    const found = this.#look(key);
    if (found === 'unknown' || !this.#owesTakeOver) return found;
    this.#takeOver();
    return this.#look(key);
  }

  /** Whether another run has to deliver this postback, so that it is no duplicate yet. */
  isElsewhere(key: Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>, standing: Standing): boolean {
    return this.#others.has(key, standing);
  }

  /** Other runs that are at work now. */
  listLiving = (): LivingRun[] => this.#runs.listLiving(this.run);

  /**
   * Asks what became of postbacks that another run had. What it left pending, and what a dead run had on its way, is
   * claimed for this run and comes back as an entry.
   * @param accountOf the account that each is delivered to
   * @returns one answer each. `elsewhere`: another living run still has it; `unknown`: nobody has or ever sent it
   */
  inquire(postbacks: readonly Postback[], accountOf: (index: number) => string | undefined): Promise<Inquired[]> {
    return this.#queue.write(() => {
      this.#mayHaveRows = true;
      this.#seen.catchUp();
      this.#rows.refresh();
      this.#inherit();
      return postbacks.map((postback, index) => {
        const standing = this.#look(postback);
        if (this.#others.has(postback, standing)) return 'elsewhere';
        if (typeof standing === 'string') return standing;
        if (standing.state !== 'pending' || standing.request !== undefined) return 'known';
        return claimRow(this.#rows, this.run.id, postback.id, accountOf(index)) ?? 'elsewhere';
      });
    });
  }

  #look(key: Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>): Standing {
    const row = this.#mayHaveRows ? this.#rows.find(key.id) : undefined;
    if (row) return row;
    return this.#seen.has(key) ? 'known' : 'unknown';
  }

  /**
   * Claims pending postbacks for this run; undefined for each that another run is at, `other_account` for each that was
   * recorded for another account than `accountOf` gives for it.
   */
  claim(
    ids: readonly string[],
    accountOf: (index: number) => string | undefined = () => undefined,
  ): Promise<(Entry | 'other_account' | undefined)[]> {
    return this.#queue.write(() => claimRows(this.#rows, this.run.id, ids, accountOf));
  }

  /** Records what came from a stream and cannot be read again; `list` is asked behind all other writes of this turn. */
  hold(account: string, list: () => readonly Entry[]): Promise<void> {
    return this.#queue.writeLast(() => {
      // What a row holds already needs no holding.
      const loose = list().filter(({ postback }) => this.#look(postback) === 'unknown');
      if (loose.length > 0) this.#flights.hold(account, loose);
    });
  }

  /**
   * Claims postbacks for a replay: they are pending from now on, until this run has sent them. What another run has
   * claimed or delivered meanwhile is left alone.
   * @param target the account of each network that they are delivered to; `moves`: also what was recorded for another one
   */
  reclaim(candidates: readonly ReplayCandidate[], target: ReplayTarget = {}): Promise<Reclaimed> {
    return this.#queue.write(() => {
      this.#mayHaveRows = true;
      return reclaimRows(this.#rows, this.people.claims, this.run.id, candidates, target);
    });
  }

  /**
   * Claims every pending conversion that was recorded for an account and that no run is at; `goals` empty: of all goals.
   * @returns how many, and how many were left alone because they were recorded for another account of the network
   */
  claimPending(of: AccountOf, goals: readonly string[]): Promise<{ count: number; others: number }> {
    return this.#queue.write(() => ({
      count: this.#rows.claimPending(this.run.id, of, goals),
      others: this.#rows.countOfOtherAccounts(of, goals),
    }));
  }

  /** Lets go of a pending or failed postback that another has taken the place of. Call inside a write. */
  dropWaiting(id: string): void {
    this.#rows.dropWaiting(id);
  }

  /** Writes what `work` writes, with the other writes of this turn of the event loop. */
  write<T>(work: () => T): Promise<T> {
    return this.#queue.write(work);
  }

  /**
   * Records a request before it leaves. Left out of it is what another process has taken meanwhile, what lost its
   * goal's one slot of the player, and who was erased.
   * @param flight the row that holds the entries, for another attempt
   * @param tell called when they are in the log, before it is asked for the places that it keeps
   */
  begin(account: string, entries: readonly Entry[], flight?: number, tell?: () => void): Promise<Begun> {
    return this.#queue.write(() => {
      this.#seen.catchUp();
      this.people.refresh();
      const mine: Entry[] = [];
      const dropped: DroppedEntry[] = [];
      for (const entry of entries) {
        const reason = this.#obstacles.find(entry, flight !== undefined);
        if (reason === undefined) mine.push(entry);
        else dropped.push({ entry, reason });
      }
      this.#flights.release(entries);
      this.#dropAll(dropped, flight, mine);
      const first = mine[0];
      if (first === undefined) {
        tell?.();
        return { dropped };
      }
      const request = insertRequest(this.database, this.kinds, {
        run: this.run.id,
        account,
        entries: mine,
        startedMs: this.#clock.now(),
      });
      this.#seen.add(
        mine.map(({ postback }) => postback.id),
        request,
      );
      this.#seen.flushWhenLarge();
      if (this.#mayHaveRows) for (const { postback } of mine) this.#rows.remove(postback.id);
      if (flight !== undefined) this.#flights.assign(flight, request);
      this.#runs.beat(this.run);
      const open = { request, flight: flight ?? this.#flights.insert(account, mine, request), entries: mine };
      tell?.();
      putPlaces(this.database, this.#listPlaces(false), this.#clock.now());
      return { open, dropped };
    });
  }

  /**
   * Records the answer to a request and what becomes of its entries: the delivered are done, the settled get rows of
   * their own, and each group of `again` becomes a flight that waits for its next attempt.
   * @returns the flights of `again`, in order; undefined when another process took this request over meanwhile
   */
  finish(
    account: string,
    open: OpenRequest,
    result: RequestResult,
    again: readonly (readonly Entry[])[],
  ): Promise<number[] | undefined> {
    return this.#queue.write(() => {
      if (this.#owesTakeOver) this.#inherit();
      if (!closeRequest(this.database, open.request, result, this.#clock.now())) return undefined;
      // Who is in an audience list is remembered by salted hashes alone: their facts are not kept.
      const kept = result.verdicts.filter(
        ({ status }, index) => status === 'success' && !open.entries[index]?.postback.membership,
      );
      this.#flights.land(open.flight, kept.length, this.#clock.now());
      result.verdicts.forEach(({ status, settled, outcome }, index) => {
        const entry = open.entries[index] as Entry;
        if (status === 'success') settleMembership(this.memberships, entry.postback, this.#clock.now());
        if (settled === undefined) return;
        this.#mayHaveRows = true;
        const { http } = result;
        const from = outcome.kind === 'processing' ? { http, request: open.request } : { http };
        const state = settled === 'shelved' ? 'pending' : settled;
        this.#rows.put({ ...entry, attempts: entry.attempts + 1 }, state, account, outcome, from);
        if (settled === 'failed') this.#obstacles.releaseSlot(entry);
        if (settled === 'shelved') this.#rows.claim(entry.postback.id, this.run.id);
      });
      return again.map((group) => this.#flights.insert(account, group, open.request));
    });
  }

  /**
   * Puts postbacks that get no further attempt in this run into ordinary rows, pending or failed. Those of a recorded
   * flight leave it; `rest` stays in it. `claimed`: this run comes back to them, see {@link listClaimed}. What is pending
   * holds its goal's one slot of the player from now on.
   * @returns what got no row: its slot is taken, its player was erased, or another run has it
   */
  settle(
    account: string,
    leaving: { entries: readonly Entry[]; flight: number | undefined; rest?: readonly Entry[]; claimed?: boolean },
    state: 'pending' | 'failed',
    outcome: RowOutcome,
  ): Promise<DroppedEntry[]> {
    const { entries, flight, rest = [], claimed = false } = leaving;
    return this.#queue.write(() => {
      this.people.refresh();
      if (flight === undefined) this.#flights.release(entries);
      else this.#flights.shrink(flight, rest);
      this.#mayHaveRows = true;
      const dropped: DroppedEntry[] = [];
      for (const entry of entries) {
        const reason = this.#obstacles.findForRow(entry, state, flight !== undefined);
        if (reason !== undefined) {
          dropped.push({ entry, reason });
          continue;
        }
        this.#rows.put(entry, state, account, outcome);
        if (claimed) this.#rows.claim(entry.postback.id, this.run.id);
        if (state === 'failed') this.#obstacles.releaseSlot(entry);
      }
      this.#dropAll(dropped, undefined, []);
      return dropped;
    });
  }

  /** Records what was not sent. */
  skip(entries: readonly SkipEntry[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    return this.#queue.write(() => {
      insertSkips(this.database, this.run.id, this.#clock.now(), entries);
      for (const { postback, reason, message } of entries) {
        if (postback === undefined) continue;
        this.#mayHaveRows = true;
        const outcome = message === undefined ? { reason } : { reason, message };
        this.#rows.put({ postback, attempts: 0 }, 'skipped', null, outcome);
      }
    });
  }

  /** Keeps how far a followed file was read. */
  keepPlace(path: string, place: Place): Promise<void> {
    return this.#queue.write(() => putPlace(this.database, path, place, this.#clock.now()));
  }

  /**
   * Keeps places with what is written anyway, each request and the end of the run.
   * @param list tells those that have changed since it was asked last; `isEnd`: it is asked no more
   */
  keepPlaces(list: (isEnd: boolean) => readonly KeptPlace[]): void {
    this.#listPlaces = list;
  }

  findPlace(path: string): Place | undefined {
    return findPlace(this.database, path);
  }

  /** Pending postbacks that this run has claimed, oldest event first, behind `after`. */
  listClaimed(channel: Pick<Channel, 'network' | 'isForLists'>, limit: number, after: RowPlace | undefined): Entry[] {
    return this.#rows
      .listClaimed(this.run.id, channel, limit, after)
      .map(({ postback, attempts }) => ({ postback, attempts, stored: true }));
  }

  /** Shows other processes that this run lives, and recovers what dead ones left. */
  async beat(): Promise<void> {
    await this.#queue.write(() => this.#runs.beat(this.run));
    this.#takeOver();
  }

  /** Ends the run and closes the file. */
  async close(summary: object): Promise<void> {
    await this.#queue.write(() => {
      if (this.#owesTakeOver) this.#inherit();
      this.#rows.release(this.run.id);
      this.#flights.clear();
      putPlaces(this.database, this.#listPlaces(true), this.#clock.now());
      this.#runs.end(this.run, JSON.stringify(summary));
    });
    this.#runs.release();
    this.database.close();
  }

  /** Closes the file after a fault: what this run leaves behind is taken over by the next. */
  abandon(): void {
    this.database.close();
    this.#runs.release();
  }

  #dropAll(dropped: readonly DroppedEntry[], flight: number | undefined, rest: readonly Entry[]): void {
    if (dropped.length === 0) return;
    if (flight !== undefined) this.#flights.shrink(flight, rest);
    for (const { entry, reason } of dropped) {
      if (entry.stored && reason !== 'duplicate') this.#rows.remove(entry.postback.id);
    }
  }

  #takeOver(): void {
    this.database.transact(() => this.#inherit());
  }

  /** What dead runs left behind becomes pending. Call inside a write transaction. */
  #inherit(): void {
    const dead = this.#runs.findDead(this.run);
    // Another process may have been quicker: then it has written the rows.
    this.#mayHaveRows ||= this.#owesTakeOver;
    this.#owesTakeOver = false;
    if (dead.length === 0) return;
    this.#seen.catchUp();
    this.#rows.refresh();
    takeOver(this.database, this.#rows, this.#seen, dead, { clock: this.#clock, runs: this.#runs });
    this.#mayHaveRows = true;
  }
}
