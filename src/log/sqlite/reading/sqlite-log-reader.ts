import { existsSync } from 'node:fs';

import type { Clock } from '../../../clock.js';
import type { Checkpoint } from '../../../events/source-position.js';
import type { MemberKeys } from '../../../people/member.js';
import type { AudienceList, MembershipCounts } from '../../audience-records.js';
import type { AudienceStore } from '../../audience-store.js';
import type { FactFilter, LogFacts } from '../../facts.js';
import { countMatching } from '../../general-skips.js';
import type { DryRunMemory } from '../../dry-run-memory.js';
import type { PostbackKey } from '../../known-state.js';
import type {
  KnownValues,
  LogDamage,
  LogFollower,
  LogReader,
  PeopleRecorder,
} from '../../log-reader.js';
import type { OnceLock } from '../../once-lock.js';
import type { LogFilter, LogRow } from '../../log-rows.js';
import type { MembershipStaging } from '../../membership-staging.js';
import type { NetworkActivity } from '../../network-activity.js';
import type { RunOverview } from '../../run-overview.js';
import type { LoggedState, ReplayCandidate, ReplayFilter } from '../../stored-postback.js';
import { AudienceLists } from '../audiences/audience-lists.js';
import { openAudienceStore } from '../audiences/audience-store.js';
import { Memberships } from '../audiences/memberships.js';
import { findCheckpoint } from '../checkpoints.js';
import { allowTemporaryTables, openToRead } from '../database/database.js';
import { findDamage } from '../database/integrity.js';
import { hasSchema } from '../database/schema.js';
import { listDelivered, listUndelivered } from '../postbacks/replay-rows.js';
import { readSkipCounts } from '../postbacks/skip-rows.js';
import { openDryRunMemory } from '../dry-run-memory.js';
import { listRequestIds } from '../requests/request-ids.js';
import { readActivity } from './activity.js';
import { answer, inBatches, toAsync } from '../async-batches.js';
import { Facts } from './facts.js';
import { listKnownValues } from './known-values.js';
import { LogQuery } from './query.js';
import { ReadContext } from './read-context.js';
import { readRunOverview } from './run-overview.js';

/** A {@link LogReader} of a SQLite file, opened read-only. */
export class SqliteLogReader implements LogReader {
  readonly #context: ReadContext;
  readonly #query: LogQuery;
  readonly #audiences: AudienceStore;

  private constructor(context: ReadContext) {
    this.#context = context;
    const { database, postbackTypes, workspace } = context;
    this.#query = new LogQuery(database, postbackTypes, workspace);
    const { people } = context;
    this.#audiences = openAudienceStore({
      database,
      people,
      postbackState: (key) => context.stateOf(key),
    });
  }

  /**
   * Opens the log at `path`; undefined where nothing was ever sent.
   * @throws ConfigError when another version of postback wrote the file; InternalError when it
   *   cannot be read or is not a log
   */
  static open(path: string, workspace: string, clock: Clock): SqliteLogReader | undefined {
    if (!existsSync(path)) return undefined;
    const database = openToRead(path);
    try {
      // Another process is making the file at this moment.
      if (!hasSchema(database, path)) {
        database.close();
        return undefined;
      }
      return new SqliteLogReader(new ReadContext({ database, path, workspace, clock }));
    } catch (error) {
      database.close();
      throw error;
    }
  }

  get memberKeys(): MemberKeys {
    return this.#audiences.memberKeys;
  }

  listRows(filter: LogFilter): AsyncIterable<LogRow[]> {
    return toAsync(this.#query.oldestFirst(filter));
  }

  listNewestRows(filter: LogFilter, limit: number): Promise<LogRow[]> {
    return answer(() => this.#query.newest(filter, limit));
  }

  follow(filter: LogFilter, backlog: number | undefined): LogFollower {
    const query = this.#query;
    let started: ReturnType<LogQuery['startFollowing']> | undefined;
    const look = function* (): Generator<LogRow[]> {
      if (!started) {
        started = query.startFollowing(filter, backlog);
        yield* started.rows;
        return;
      }
      for (const fresh of started.follower.look()) yield query.matching(fresh, filter);
    };
    return { look: () => toAsync(look()) };
  }

  listDamaged(): readonly string[] {
    return this.#query.damaged;
  }

  countTrimmedSkips(filter: LogFilter): Promise<number> {
    return answer(() => countMatching(readSkipCounts(this.#context.database), filter));
  }

  listKnownValues(): Promise<KnownValues> {
    return answer(() => listKnownValues(this.#context.database));
  }

  openDryRunMemory(recorder?: PeopleRecorder): DryRunMemory {
    const { workspace, people } = this.#context;
    const known = { people, stateOf: (key: PostbackKey) => this.#context.stateOf(key) };
    return openDryRunMemory({
      workspace,
      known,
      ...(recorder && { record: (events) => recorder.record(events) }),
    });
  }

  findStates(keys: readonly PostbackKey[]): Promise<LoggedState[]> {
    return this.#audiences.findStates(keys);
  }

  listUndelivered(filter: ReplayFilter): AsyncIterable<ReplayCandidate[]> {
    return toAsync(inBatches(this.#listUndelivered(filter)));
  }

  /** Rows and the work of abandoned runs, merged by event time. */
  *#listUndelivered(filter: ReplayFilter): Generator<ReplayCandidate> {
    const { database, abandoned } = this.#context;
    const left = abandoned.list(filter);
    let next = 0;
    for (const stored of listUndelivered(database, filter, abandoned.runs)) {
      for (; next < left.length; next++) {
        const candidate = left[next] as ReplayCandidate;
        if (candidate.postback.eventTimeMs > stored.postback.eventTimeMs) break;
        yield candidate;
      }
      if (!abandoned.postbacks.has(stored.postback.id)) yield { ...stored, run: undefined };
    }
    yield* left.slice(next);
  }

  listDelivered(filter: ReplayFilter): AsyncIterable<ReplayCandidate[]> {
    return toAsync(inBatches(listDelivered(this.#context.database, filter)));
  }

  findFirstAttempts(keys: readonly PostbackKey[]): Promise<(number | undefined)[]> {
    return answer(() => keys.map((key) => this.#context.index.firstAttemptMs(key)));
  }

  findLockOwners(locks: readonly OnceLock[]): Promise<(string | undefined)[]> {
    return answer(() => locks.map((lock) => this.#context.people.onceLocks.lockOwner(lock)));
  }

  hasUndecided(): Promise<boolean> {
    const sql = 'SELECT 1 FROM postback WHERE request IS NOT NULL LIMIT 1';
    return answer(() => this.#context.database.prepare(sql).get() !== undefined);
  }

  findCheckpoint(path: string): Promise<Checkpoint | undefined> {
    return answer(() => findCheckpoint(this.#context.database, path));
  }

  readActivity(sinceMs: number): Promise<Map<string, NetworkActivity>> {
    const { database } = this.#context;
    return answer(() =>
      database.snapshot(() => readActivity(database, this.#context.abandoned, sinceMs)),
    );
  }

  readRuns(): Promise<RunOverview> {
    const { database, runs } = this.#context;
    return answer(() => readRunOverview(database, runs));
  }

  listRequestIds(run: string): Promise<string[]> {
    return answer(() => listRequestIds(this.#context.database, run));
  }

  openFacts(filter: FactFilter): LogFacts {
    return new Facts(this.#context, filter);
  }

  listAudiences(): Promise<(AudienceList & MembershipCounts)[]> {
    const { database } = this.#context;
    return answer(() => {
      const memberships = new Memberships(database);
      return new AudienceLists(database)
        .all()
        .map((list) => ({ ...list, ...memberships.countsOf(list.id) }));
    });
  }

  findAudiences(word: string): Promise<AudienceList[]> {
    return answer(() => new AudienceLists(this.#context.database).find(word));
  }

  findSuppressed(people: readonly (readonly string[])[]): Promise<boolean[]> {
    return this.#audiences.findSuppressed(people);
  }

  stageMemberships(list: string): MembershipStaging {
    allowTemporaryTables(this.#context.database);
    return this.#audiences.stageMemberships(list);
  }

  findDamage(): Promise<LogDamage | undefined> {
    return answer(() => findDamage(this.#context.database, this.#context.path));
  }

  close(): Promise<void> {
    return answer(() => this.#context.database.close());
  }
}
