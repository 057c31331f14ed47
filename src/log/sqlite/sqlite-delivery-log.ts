import type { Clock } from '../../clock.js';
import type { ConversionEvent } from '../../events/conversion-event.js';
import type { Checkpoint } from '../../events/source-position.js';
import { derivePostbackId } from '../../identity/postback-id.js';
import type { Refusal } from '../../networks/fix.js';
import type { NetworkName } from '../../networks/names.js';
import type { MemberKeys } from '../../people/member.js';
import type { AudienceList } from '../audience-records.js';
import type { AudienceStore, MembershipChange } from '../audience-store.js';
import type { StoredCheckpoint } from '../checkpoint.js';
import type {
  AccountOf,
  ClaimedPending,
  ClaimTarget,
  Inquired,
  Inquiry,
  QueueOf,
  Reclaimed,
  Recovered,
  ReplayTarget,
  RowPosition,
} from '../claims.js';
import type { AcceptedRequest, Decision } from '../decisions.js';
import type { DeliveryLog } from '../delivery-log.js';
import type {
  BatchAnswer,
  BatchStart,
  Begun,
  DroppedEntry,
  Entry,
  Leaving,
  RunEnd,
  SkipEntry,
} from '../entry.js';
import type { KnownState, LookupRequest, PostbackKey } from '../known-state.js';
import type { LogOptions } from '../log-options.js';
import type { MembershipStaging } from '../membership-staging.js';
import type { IgnoredLease, LivingRun, Run } from '../run.js';
import type { LoggedState, ReplayCandidate } from '../stored-postback.js';
import { answer } from './async-batches.js';
import { AudienceLists } from './audiences/audience-lists.js';
import { openAudienceStore } from './audiences/audience-store.js';
import { Memberships, recordMembership } from './audiences/memberships.js';
import { findCheckpoint, putCheckpoint, putCheckpoints } from './checkpoints.js';
import { CommitQueue } from './database/commit-queue.js';
import { openDatabase, type Database } from './database/database.js';
import { prepareSchema } from './database/schema.js';
import { DedupeIndex } from './dedupe/dedupe-index.js';
import { noteName } from './dedupe/index-scope.js';
import { Lookups } from './lookup.js';
import { putRefusal } from './maintenance/refusals.js';
import { People } from './people/people.js';
import { claimRows, claimStanding, reclaimRows } from './postbacks/claim-rows.js';
import { Obstacles } from './postbacks/obstacles.js';
import { PostbackRows } from './postbacks/postback-rows.js';
import { PostbackTypes } from './postbacks/postback-types.js';
import { SkipRows } from './postbacks/skip-rows.js';
import { Batches } from './requests/batches.js';
import { listAccepted, recordDecision, type DecisionParts } from './requests/decisions.js';
import { closeRequest, insertRequest } from './requests/request-rows.js';
import { DeadRuns } from './runs/dead-runs.js';
import { OtherRuns } from './runs/other-runs.js';
import { Runs } from './runs/runs.js';

/**
 * A {@link DeliveryLog} in a SQLite file. Every write goes through {@link CommitQueue}: a promise
 * resolves when its row is on the disk.
 */
export class SqliteDeliveryLog implements DeliveryLog {
  readonly run: Run;
  /** For tests and tools of this folder. */
  readonly database: Database;
  readonly postbackTypes: PostbackTypes;
  readonly people: People;
  readonly #memberships: Memberships;
  readonly #audiences: AudienceStore;
  readonly #decisionParts: DecisionParts;
  readonly #clock: Clock;
  readonly #queue: CommitQueue;
  readonly #runs: Runs;
  readonly #rows: PostbackRows;
  readonly #skips: SkipRows;
  readonly #seen: DedupeIndex;
  readonly #batches: Batches;
  readonly #others: OtherRuns;
  readonly #obstacles: Obstacles;
  readonly #lookups: Lookups;
  readonly #deadRuns: DeadRuns;

  private constructor(database: Database, run: Run, runs: Runs, options: LogOptions) {
    this.database = database;
    this.run = run;
    this.#runs = runs;
    this.#clock = options.clock;
    this.postbackTypes = new PostbackTypes(database);
    this.people = new People(database);
    this.#memberships = new Memberships(database);
    const noteCommit = (): void => runs.noteCommit();
    this.#queue = new CommitQueue(database, () => runs.assertRegistered(run), noteCommit);
    noteCommit();
    this.#rows = new PostbackRows(database, options.clock);
    this.#skips = new SkipRows(database, run.id, options.keepSkips);
    const shared = { database, run, rows: this.#rows, queue: this.#queue, people: this.people };
    this.#decisionParts = { ...options, ...shared };
    this.#batches = new Batches(database, run.id, options.keepDelivered);
    this.#seen = new DedupeIndex(database, this.postbackTypes, (network, goal, eventId) =>
      derivePostbackId(options.workspace, network, goal, eventId),
    );
    this.#deadRuns = new DeadRuns({
      database,
      run,
      runs,
      rows: this.#rows,
      seen: this.#seen,
      clock: options.clock,
    });
    this.#others = new OtherRuns(database, run.id, this.#seen);
    const { people } = this;
    this.#obstacles = new Obstacles({
      run: run.id,
      rows: this.#rows,
      seen: this.#seen,
      people,
      memberships: this.#memberships,
    });
    const postbackState = (key: PostbackKey): LoggedState => this.postbackState(key);
    this.#audiences = openAudienceStore({ database, people, postbackState });
    this.#lookups = new Lookups(this.#queue, people, {
      workspace: options.workspace,
      stateOf: postbackState,
      isElsewhere: (key, state) => this.#others.has(key, state),
    });
  }

  /** Opens the log and registers a run in it. @throws as openDeliveryLog */
  static open(options: LogOptions, command: string): SqliteDeliveryLog {
    const database = openDatabase(options.path, options.synchronous);
    prepareSchema(database, options.path, options.random);
    const runs = new Runs(database, options.path, options.clock);
    const run = database.transact(() => {
      noteName(database, options.workspace);
      return runs.start(command, options.random);
    });
    return new SqliteDeliveryLog(database, run, runs, options);
  }

  get memberKeys(): MemberKeys {
    return this.#audiences.memberKeys;
  }

  findSuppressed(people: readonly (readonly string[])[]): Promise<boolean[]> {
    return this.#audiences.findSuppressed(people);
  }

  findStates(keys: readonly PostbackKey[]): Promise<LoggedState[]> {
    return this.#audiences.findStates(keys);
  }

  stageMemberships(list: string): MembershipStaging {
    return this.#audiences.stageMemberships(list);
  }

  lookup(request: LookupRequest): Promise<KnownState> {
    return this.#lookups.lookup(request);
  }

  remember(events: readonly ConversionEvent[]): Promise<void> {
    return this.#lookups.remember(events);
  }

  listLivingRuns(): Promise<LivingRun[]> {
    return answer(() => this.#runs.listLiving(this.run));
  }

  inquire(asked: readonly Inquiry[]): Promise<Inquired[]> {
    return this.#queue.write(() => {
      this.#seen.catchUp();
      this.#rows.refresh();
      return asked.map(({ postback, account }) => {
        const postbackState = this.postbackState(postback);
        if (this.#others.has(postback, postbackState)) return 'elsewhere';
        return claimStanding(this.#rows, this.run.id, { postback, postbackState }, account);
      });
    });
  }

  /** What became of this postback so far. */
  postbackState(key: PostbackKey): LoggedState {
    const row = this.#rows.find(key.id);
    return row ?? (this.#seen.has(key) ? 'known' : 'unknown');
  }

  claim(targets: readonly ClaimTarget[]): Promise<(Entry | 'other_account' | undefined)[]> {
    return this.#queue.write(() => claimRows(this.#rows, this.run.id, targets));
  }

  persistBuffered(account: string, entries: readonly Entry[]): Promise<void> {
    // Last in the transaction, so that requests which are recorded with it count.
    return this.#queue.writeLast(() => {
      const loose = entries.filter(({ postback }) => this.postbackState(postback) === 'unknown');
      if (loose.length > 0) this.#batches.hold(account, loose);
    });
  }

  reclaim(candidates: readonly ReplayCandidate[], target: ReplayTarget = {}): Promise<Reclaimed> {
    return this.#queue.write(() => {
      this.people.refresh();
      const parts = { rows: this.#rows, people: this.people, run: this.run.id };
      return reclaimRows(parts, candidates, target);
    });
  }

  claimPending(of: AccountOf, goals: readonly string[]): Promise<ClaimedPending> {
    return this.#queue.write(() => ({
      count: this.#rows.claimPending(this.run.id, of, goals),
      others: this.#rows.countOfOtherAccounts(of, goals),
    }));
  }

  adoptPending(accounts: readonly AccountOf[], goals: readonly string[]): Promise<void> {
    return this.#queue.write(() =>
      accounts.forEach((account) => this.#rows.markLeft(account, goals)),
    );
  }

  putAudience(list: AudienceList): Promise<void> {
    return this.#queue.write(() => new AudienceLists(this.database).put(list));
  }

  recordMemberships(changes: readonly MembershipChange[]): Promise<void> {
    return this.#queue.write(() => {
      const nowMs = this.#clock.now();
      for (const { membership, replaces } of changes) {
        if (replaces !== undefined) this.#rows.dropWaiting(replaces);
        this.#memberships.put(membership, nowMs);
      }
    });
  }

  recordRefusal(refusal: Refusal, isForLists: boolean): Promise<void> {
    return this.#queue.write(() => putRefusal(this.database, refusal, isForLists));
  }

  listAccepted(networks: readonly NetworkName[]): Promise<AcceptedRequest[]> {
    return answer(() => listAccepted(this.#decisionParts, networks));
  }

  recordDecision(accepted: AcceptedRequest, decision: Decision): Promise<boolean> {
    return recordDecision(this.#decisionParts, accepted, decision);
  }

  divide(
    account: string,
    batchId: number,
    groups: readonly (readonly Entry[])[],
  ): Promise<number[] | undefined> {
    return this.#queue.write(() => this.#batches.divide(account, batchId, groups));
  }

  /** Writes what `work` writes, with the other writes of this turn of the event loop. */
  write<T>(work: () => T): Promise<T> {
    return this.#queue.write(work);
  }

  begin({ account, entries, batchId, checkpoints = [] }: BatchStart): Promise<Begun> {
    return this.#queue.write(() => {
      this.#seen.catchUp();
      this.#rows.refresh();
      this.people.refresh();
      const mine: Entry[] = [];
      const dropped: DroppedEntry[] = [];
      for (const entry of entries) {
        const reason = this.#obstacles.find(entry, batchId !== undefined);
        if (reason === undefined) mine.push(entry);
        else dropped.push({ entry, reason });
      }
      this.#batches.release(entries);
      this.#dropAll(dropped, batchId, mine);
      const first = mine[0];
      if (first === undefined) return { dropped };
      const request = insertRequest(this.database, this.postbackTypes, {
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
      for (const { postback } of mine) this.#rows.remove(postback.id);
      if (batchId !== undefined) this.#batches.assign(batchId, request);
      this.#runs.beat(this.run);
      const open = {
        request,
        batchId: batchId ?? this.#batches.insert(account, mine, request),
        entries: mine,
      };
      if (dropped.length === 0) putCheckpoints(this.database, checkpoints, this.#clock.now());
      return { open, dropped };
    });
  }

  finish({ account, open, result, again }: BatchAnswer): Promise<number[] | undefined> {
    return this.#queue.write(() => {
      if (!closeRequest(this.database, open.request, result, this.#clock.now())) return undefined;
      // Who is in an audience list is remembered by salted hashes alone: their facts are not kept.
      const kept = result.verdicts.filter(
        ({ status }, index) => status === 'success' && !open.entries[index]?.postback.membership,
      );
      this.#batches.land(open.batchId, kept.length, this.#clock.now());
      result.verdicts.forEach(({ status, settled, outcome }, index) => {
        const entry = open.entries[index] as Entry;
        if (status === 'success')
          recordMembership(this.#memberships, entry.postback, this.#clock.now());
        if (settled === undefined) return;
        const { http } = result;
        const isProcessing = outcome.kind === 'processing';
        const leftBy = settled === 'pending' ? this.run.id : undefined;
        const from = isProcessing ? { http, request: open.request } : { http, leftBy };
        const state = settled === 'deferred' ? 'pending' : settled;
        const attempts = entry.attempts + 1;
        this.#rows.put({ ...entry, attempts }, { state, account, outcome, ...from });
        if (settled === 'failed') this.#obstacles.releaseLock(entry);
        if (settled === 'deferred') this.#rows.claim(entry.postback.id, this.run.id);
      });
      return again.map((group) => this.#batches.insert(account, group, open.request));
    });
  }

  settle(leaving: Leaving): Promise<DroppedEntry[]> {
    const { account, entries, state, outcome, batchId, rest = [], claimed = false } = leaving;
    const isLeft = state === 'pending' && !claimed;
    return this.#queue.write(() => {
      this.#seen.catchUp();
      this.#rows.refresh();
      this.people.refresh();
      if (batchId === undefined) this.#batches.release(entries);
      else this.#batches.shrink(batchId, rest);
      const dropped: DroppedEntry[] = [];
      for (const entry of entries) {
        const reason = this.#obstacles.findForRow(entry, state, batchId !== undefined);
        if (reason !== undefined) {
          dropped.push({ entry, reason });
          continue;
        }
        const left = isLeft ? { leftBy: this.run.id } : {};
        this.#rows.put(entry, { state, account, outcome, ...left });
        if (claimed) this.#rows.claim(entry.postback.id, this.run.id);
        if (state === 'failed') this.#obstacles.releaseLock(entry);
      }
      this.#dropAll(dropped, undefined, []);
      return dropped;
    });
  }

  skip(
    entries: readonly SkipEntry[],
    checkpoints: readonly StoredCheckpoint[] = [],
  ): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    return this.#queue.write(() => {
      putCheckpoints(this.database, checkpoints, this.#clock.now());
      this.#skips.insert(this.#clock.now(), entries);
      for (const { postback, reason, message } of entries) {
        if (postback === undefined) continue;
        const outcome = message === undefined ? { reason } : { reason, message };
        this.#rows.put({ postback, attempts: 0 }, { state: 'skipped', account: null, outcome });
      }
    });
  }

  saveCheckpoint(path: string, place: Checkpoint): Promise<void> {
    return this.#queue.write(() => putCheckpoint(this.database, path, place, this.#clock.now()));
  }

  findCheckpoint(path: string): Promise<Checkpoint | undefined> {
    return answer(() => findCheckpoint(this.database, path));
  }

  listClaimed(of: QueueOf, limit: number, after?: RowPosition): Promise<Entry[]> {
    return answer(() =>
      this.#rows
        .listClaimed(this.run.id, of, limit, after)
        .map(({ postback, attempts }) => ({ postback, attempts, stored: true })),
    );
  }

  renewLease(): Promise<void> {
    return this.#queue.write(() => this.#runs.beat(this.run));
  }

  async recoverAbandonedRuns(): Promise<IgnoredLease[]> {
    // A look is cheap, a transaction is not.
    if (this.#runs.findDead(this.run).length > 0)
      await this.#queue.write(() => this.#deadRuns.recover());
    return this.#runs.takeIgnoredLeases();
  }

  hasAbandonedWork(): Promise<boolean> {
    return answer(() => this.#deadRuns.isPending);
  }

  claimRecovered(
    accounts: readonly AccountOf[],
    goals: readonly string[],
    limit: number,
  ): Promise<Recovered[]> {
    return this.#queue.write(() => {
      this.#rows.refresh();
      return accounts.map((of) => this.#rows.claimRecovered(this.run.id, of, goals, limit));
    });
  }

  async close({ summary = {}, checkpoints = [], leavesWork }: RunEnd = {}): Promise<void> {
    await this.#queue.write(() => {
      if (leavesWork) this.#rows.leaveOf(this.run.id);
      else this.#rows.release(this.run.id);
      this.#batches.clear();
      this.#skips.trim();
      putCheckpoints(this.database, checkpoints, this.#clock.now());
      this.#runs.end(this.run, JSON.stringify(summary));
    });
    this.#runs.noteCommit(true);
    this.#runs.release();
    this.database.close();
  }

  abandon(): Promise<void> {
    return answer(() => {
      this.database.close();
      this.#runs.release();
    });
  }

  #dropAll(
    dropped: readonly DroppedEntry[],
    batchId: number | undefined,
    rest: readonly Entry[],
  ): void {
    if (dropped.length === 0) return;
    if (batchId !== undefined) this.#batches.shrink(batchId, rest);
    for (const { entry, reason } of dropped) {
      if (entry.stored && reason !== 'duplicate') this.#rows.remove(entry.postback.id);
    }
  }
}
