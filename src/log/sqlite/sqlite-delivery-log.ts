import type { Clock } from '../../clock.js';
import type { ConversionEvent } from '../../events/conversion-event.js';
import type { Checkpoint } from '../../events/source-position.js';
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
  UnsentEntries,
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
import { putMemberships } from './audiences/memberships.js';
import { findCheckpoint, putCheckpoint, putCheckpoints } from './checkpoints.js';
import { CommitQueue } from './database/commit-queue.js';
import { openDatabase, type Database } from './database/database.js';
import { prepareSchema } from './database/schema.js';
import { noteName } from './dedupe/index-scope.js';
import { Lookups } from './lookup.js';
import { putRefusal } from './maintenance/refusals.js';
import { findState, makeParts, type SqliteParts } from './parts.js';
import type { People } from './people/people.js';
import { claimRows, inquireAll, reclaimRows } from './postbacks/claim-rows.js';
import type { PostbackRows } from './postbacks/postback-rows.js';
import type { PostbackTypes } from './postbacks/postback-types.js';
import { putSkippedRows, SkipRows } from './postbacks/skip-rows.js';
import type { Batches } from './requests/batches.js';
import { beginRequest } from './requests/begin.js';
import { listAccepted, recordDecision, type DecisionParts } from './requests/decisions.js';
import { finishRequest, storeUnsent } from './requests/finish.js';
import { DeadRuns } from './runs/dead-runs.js';
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
  readonly #audiences: AudienceStore;
  readonly #decisionParts: DecisionParts;
  readonly #clock: Clock;
  readonly #queue: CommitQueue;
  readonly #runs: Runs;
  readonly #rows: PostbackRows;
  readonly #skips: SkipRows;
  readonly #batches: Batches;
  readonly #lookups: Lookups;
  readonly #deadRuns: DeadRuns;
  readonly #parts: SqliteParts;

  private constructor(database: Database, run: Run, runs: Runs, options: LogOptions) {
    const { clock, workspace } = options;
    this.database = database;
    this.run = run;
    this.#runs = runs;
    this.#clock = clock;
    const noteCommit = (): void => runs.noteCommit();
    this.#queue = new CommitQueue(database, () => runs.assertRegistered(run), noteCommit);
    noteCommit();
    this.#parts = makeParts({ database, run, runs }, options);
    const { postbackTypes, people, rows, dedupe, batches, others } = this.#parts;
    this.postbackTypes = postbackTypes;
    this.people = people;
    this.#rows = rows;
    this.#batches = batches;
    this.#skips = new SkipRows(database, run.id, options.keepSkips);
    this.#decisionParts = { ...options, database, run, rows, queue: this.#queue, people };
    this.#deadRuns = new DeadRuns({ database, run, runs, rows, dedupe, clock });
    const postbackState = (key: PostbackKey): LoggedState => this.postbackState(key);
    this.#audiences = openAudienceStore({ database, people, postbackState });
    this.#lookups = new Lookups(this.#queue, people, {
      workspace,
      stateOf: postbackState,
      isElsewhere: (key, state) => others.has(key, state),
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
    return this.#queue.write(() => inquireAll(this.#parts, asked));
  }

  /** What became of this postback so far. */
  postbackState(key: PostbackKey): LoggedState {
    return findState(this.#parts, key);
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
    return this.#queue.write(() => putMemberships(this.#parts, changes));
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

  begin(start: BatchStart): Promise<Begun> {
    return this.#queue.write(() => beginRequest(this.#parts, start));
  }

  finish(answer: BatchAnswer): Promise<number[] | undefined> {
    return this.#queue.write(() => finishRequest(this.#parts, answer));
  }

  storeUnsent(leaving: UnsentEntries): Promise<DroppedEntry[]> {
    return this.#queue.write(() => storeUnsent(this.#parts, leaving));
  }

  skip(
    entries: readonly SkipEntry[],
    checkpoints: readonly StoredCheckpoint[] = [],
  ): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    return this.#queue.write(() => {
      putCheckpoints(this.database, checkpoints, this.#clock.now());
      this.#skips.insert(this.#clock.now(), entries);
      putSkippedRows(this.#rows, entries);
    });
  }

  saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
    return this.#queue.write(() =>
      putCheckpoint(this.database, path, checkpoint, this.#clock.now()),
    );
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
}
