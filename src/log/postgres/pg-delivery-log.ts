import { performance } from 'node:perf_hooks';

import type { ConversionEvent } from '../../events/conversion-event.js';
import type { Checkpoint } from '../../events/source-position.js';
import type { Refusal } from '../../networks/fix.js';
import type { NetworkName } from '../../networks/names.js';
import type { MemberKeys } from '../../people/member.js';
import type { AudienceList } from '../audience-records.js';
import type { MembershipChange } from '../audience-store.js';
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
import { TrimSchedule } from '../general-skips.js';
import type { LogOptions } from '../log-options.js';
import type { MembershipStaging } from '../membership-staging.js';
import type { IgnoredLease, LivingRun, Run } from '../run.js';
import type { LoggedState, ReplayCandidate } from '../stored-postback.js';
import { typeOf } from '../packed/postback-type.js';
import { putAudience, recordMemberships } from './audiences/lists.js';
import { openStaging } from './audiences/staging.js';
import { findCheckpoint, putCheckpoints } from './checkpoints.js';
import { isConnectionFault } from './connection/faults.js';
import { Outage } from './connection/outage.js';
import { PgDatabase, type PgSession } from './connection/pg-database.js';
import { makePartitions } from './database/partitions.js';
import { prepareSchema } from './database/schema.js';
import { WriteQueue } from './database/write-queue.js';
import { lookUp, type LookupParts } from './lookup.js';
import { PgPace } from './pace.js';
import type { PgParts } from './parts.js';
import { recordPeople } from './people/identities.js';
import { readMemberKeys } from './people/keys.js';
import { findSuppressedPeople } from './people/suppressions.js';
import {
  adoptPending,
  claimPending,
  claimRecovered,
  claimTargets,
  inquireAll,
  LEFT_BY_DEAD_RUN,
  leaveOf,
  listClaimed,
  reclaimAll,
} from './postbacks/claims.js';
import { recordSkips, trimGeneralSkips } from './postbacks/skips.js';
import { findStates } from './postbacks/states.js';
import { putRefusal } from './refusals.js';
import { PgBatches } from './requests/batches.js';
import { beginRequest } from './requests/begin.js';
import { listAccepted, recordDecision } from './requests/decisions.js';
import { finishRequest, isPlain, storeUnsent } from './requests/finish.js';
import { PgPostbackTypes } from './requests/postback-types.js';
import { RequestNumbers } from './requests/requests.js';
import { Lease } from './runs/lease.js';
import { recoverDeadRuns } from './runs/recovery.js';
import {
  endRun,
  findDeadRuns,
  listLivingRuns,
  registerRun,
  startRegistration,
} from './runs/registry.js';

/** How often partitions are made ahead and old tokens deleted, in milliseconds. */
const UPKEEP_MS = 600_000;

interface OpenParts {
  database: PgDatabase;
  run: Run;
  keys: MemberKeys;
  options: LogOptions;
}

/** A {@link DeliveryLog} in a PostgreSQL database that several machines share. */
export class PgDeliveryLog implements DeliveryLog {
  readonly run: Run;
  readonly memberKeys: MemberKeys;
  readonly sharedPace: PgPace;
  readonly #database: PgDatabase;
  readonly #options: LogOptions;
  readonly #parts: PgParts;
  readonly #lookup: LookupParts;
  readonly #lease: Lease;
  readonly #queue: WriteQueue;
  readonly #numbers: RequestNumbers;
  readonly #skips: TrimSchedule;
  #upkeepMs = performance.now();

  private constructor({ database, run, keys, options }: OpenParts) {
    const { clock, keepDelivered, workspace } = options;
    this.run = run;
    this.memberKeys = keys;
    this.#database = database;
    this.#options = options;
    this.#lease = new Lease(database, run.id);
    const outage = new Outage(database.address, options.notify);
    this.#queue = new WriteQueue({ database, run: run.id, lease: this.#lease, clock, outage });
    this.sharedPace = new PgPace(this.#queue, clock);
    const { single } = this.#queue;
    this.#numbers = new RequestNumbers(single);
    this.#skips = new TrimSchedule(options.keepSkips);
    this.#parts = {
      run,
      clock,
      types: new PgPostbackTypes(single),
      batches: new PgBatches(single, run.id, keepDelivered),
    };
    this.#lookup = { workspace, keys, run: run.id };
  }

  /** Connects, makes or updates the tables, and registers a run. @throws as openDeliveryLog */
  static async open(options: LogOptions, command: string): Promise<PgDeliveryLog> {
    const database = await PgDatabase.open(options);
    try {
      await database.persist(() => prepareSchema(database, options.random));
      const keys = await database.persist(() => readMemberKeys(database));
      const registration = startRegistration(command, options);
      const run = await database.persist(() => registerRun(database, registration));
      return new PgDeliveryLog({ database, run, keys, options });
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  findSuppressed(people: readonly (readonly string[])[]): Promise<boolean[]> {
    return this.#read((session) => findSuppressedPeople(session, people));
  }

  findStates(keys: readonly PostbackKey[]): Promise<LoggedState[]> {
    return this.#read(async (session) => {
      const ids = keys.map(({ id }) => id);
      const stateOf = await findStates(session, ids, this.run.id);
      return ids.map((id) => stateOf(id).state);
    });
  }

  stageMemberships(list: string): MembershipStaging {
    return openStaging(this.#queue.single, list);
  }

  lookup(request: LookupRequest): Promise<KnownState> {
    if (request.identities.length === 0)
      return this.#read((session) => lookUp(session, this.#lookup, request));
    return this.#queue.write(async (write) => {
      await recordPeople(write, this.memberKeys, request.identities);
      return lookUp(write, this.#lookup, request);
    });
  }

  async remember(events: readonly ConversionEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.#queue.write((write) => recordPeople(write, this.memberKeys, events));
  }

  async begin(start: BatchStart): Promise<Begun> {
    const { types } = this.#parts;
    await types.ensure(start.entries.map(({ postback }) => typeOf(postback)));
    const request = await this.#numbers.next();
    return this.#queue.write((write) => beginRequest(write, this.#parts, start, request));
  }

  async finish(answer: BatchAnswer): Promise<number[] | undefined> {
    const record = isPlain(answer) ? 'share' : 'write';
    const made = await this.#queue[record]((write) => finishRequest(write, this.#parts, answer));
    await this.#keepUp();
    return made;
  }

  divide(
    account: string,
    batchId: number,
    groups: readonly (readonly Entry[])[],
  ): Promise<number[] | undefined> {
    const { batches } = this.#parts;
    return this.#queue.share((write) => batches.divide(write, account, batchId, groups));
  }

  storeUnsent(leaving: UnsentEntries): Promise<DroppedEntry[]> {
    return this.#queue.write((write) => storeUnsent(write, this.#parts, leaving));
  }

  persistBuffered(account: string, entries: readonly Entry[]): Promise<void> {
    return this.#queue.share(async (write) => {
      const ids = entries.map(({ postback }) => postback.id);
      const stateOf = await findStates(write, ids, this.run.id);
      const loose = entries.filter(({ postback }) => stateOf(postback.id).state === 'unknown');
      if (loose.length > 0) await this.#parts.batches.hold(write, account, loose);
    });
  }

  async skip(
    entries: readonly SkipEntry[],
    checkpoints: readonly StoredCheckpoint[] = [],
  ): Promise<void> {
    if (entries.length === 0) return;
    const record = entries.some(({ postback }) => postback) ? 'write' : 'share';
    await this.#queue[record](async (write) => {
      const nowMs = this.#options.clock.now();
      putCheckpoints(write, checkpoints, nowMs);
      await recordSkips(write, entries, nowMs, this.#skips);
    });
  }

  claim(targets: readonly ClaimTarget[]): Promise<(Entry | 'other_account' | undefined)[]> {
    return this.#queue.write((write) => claimTargets(write, targets));
  }

  reclaim(candidates: readonly ReplayCandidate[], target: ReplayTarget = {}): Promise<Reclaimed> {
    return this.#queue.write((write) =>
      reclaimAll(write, candidates, target, this.#options.clock.now()),
    );
  }

  claimPending(of: AccountOf, goals: readonly string[]): Promise<ClaimedPending> {
    return this.#queue.write((write) => claimPending(write, of, goals));
  }

  listClaimed(of: QueueOf, limit: number, after?: RowPosition): Promise<Entry[]> {
    return this.#read((session) => listClaimed(session, this.run.id, of, { limit, after }));
  }

  adoptPending(accounts: readonly AccountOf[], goals: readonly string[]): Promise<void> {
    return this.#queue.write((write) => adoptPending(write, accounts, goals));
  }

  inquire(asked: readonly Inquiry[]): Promise<Inquired[]> {
    return this.#queue.write((write) => inquireAll(write, asked));
  }

  /** The lease is renewed by a timer too; here a lost one is noticed. */
  renewLease(): Promise<void> {
    return this.#queue.share(() => Promise.resolve());
  }

  listLivingRuns(): Promise<LivingRun[]> {
    return this.#read((session) => listLivingRuns(session, this.run.id));
  }

  async recoverAbandonedRuns(): Promise<IgnoredLease[]> {
    await this.#queue.write((write) =>
      recoverDeadRuns(write, this.#options.workspace, this.#options.clock),
    );
    // The server dates every lease, so none is dated by a wrong clock.
    return [];
  }

  hasAbandonedWork(): Promise<boolean> {
    return this.#read(async (session) => {
      const [left] = await session.rows(
        'SELECT 1 AS one FROM @postback WHERE left_by = $1 AND run IS NULL LIMIT 1',
        [LEFT_BY_DEAD_RUN],
      );
      return left !== undefined || (await findDeadRuns(session, this.run.id)).length > 0;
    });
  }

  claimRecovered(
    accounts: readonly AccountOf[],
    goals: readonly string[],
    limit: number,
  ): Promise<Recovered[]> {
    return this.#queue.write(async (write) => {
      const recovered: Recovered[] = [];
      for (const of of accounts) recovered.push(await claimRecovered(write, of, goals, limit));
      return recovered;
    });
  }

  saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
    return this.#queue.share((write) => {
      putCheckpoints(write, [{ path, checkpoint }], this.#options.clock.now());
      return Promise.resolve();
    });
  }

  findCheckpoint(path: string): Promise<Checkpoint | undefined> {
    return this.#read((session) => findCheckpoint(session, path));
  }

  listAccepted(networks: readonly NetworkName[]): Promise<AcceptedRequest[]> {
    return this.#read((session) => listAccepted(session, this.#parts.types, networks));
  }

  recordDecision(accepted: AcceptedRequest, decision: Decision): Promise<boolean> {
    return this.#queue.write((write) => recordDecision(write, this.#parts, accepted, decision));
  }

  recordRefusal(refusal: Refusal, isForLists: boolean): Promise<void> {
    return this.#queue.write((write) => putRefusal(write, refusal, isForLists));
  }

  putAudience(list: AudienceList): Promise<void> {
    return this.#queue.write((write) => putAudience(write, list));
  }

  recordMemberships(changes: readonly MembershipChange[]): Promise<void> {
    return this.#queue.write((write) =>
      recordMemberships(write, changes, this.#options.clock.now()),
    );
  }

  async close({ summary = {}, checkpoints = [], leavesWork }: RunEnd = {}): Promise<void> {
    const nowMs = this.#options.clock.now();
    await this.#queue.write(async (write) => {
      if (leavesWork) await leaveOf(write, this.run.id);
      else await write.change('UPDATE @postback SET run = NULL WHERE run = $1', [this.run.id]);
      await this.#parts.batches.clear(write);
      await trimGeneralSkips(write, this.#skips);
      putCheckpoints(write, checkpoints, nowMs);
      await endRun(write, this.run.id, { summary: JSON.stringify(summary), nowMs });
    });
    await this.#lease.end();
    await this.#database.close();
  }

  async abandon(): Promise<void> {
    await this.#lease.end();
    await this.#database.close();
  }

  /** Reads outside of a transaction. @throws in words */
  #read<T>(work: (session: PgSession) => Promise<T>): Promise<T> {
    return this.#queue.read(work);
  }

  /** What is done now and then, by a run that lasts. */
  async #keepUp(): Promise<void> {
    await this.#parts.batches.prune();
    if (performance.now() - this.#upkeepMs < UPKEEP_MS) return;
    this.#upkeepMs = performance.now();
    try {
      await this.#lease.forgetTokens();
      await makePartitions(this.#database);
    } catch (error) {
      // Partitions are made months ahead: the next time is soon enough.
      if (!isConnectionFault(error)) throw error;
    }
  }
}
