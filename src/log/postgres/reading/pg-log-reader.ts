import type { Checkpoint } from '../../../events/source-position.js';
import type { LogLocation } from '../../../config/log-location.js';
import type { MemberKeys } from '../../../people/member.js';
import type { AudienceList, MembershipCounts } from '../../audience-records.js';
import type { DryRunMemory } from '../../dry-run-memory.js';
import type { FactFilter, LogFacts } from '../../facts.js';
import { countMatching } from '../../general-skips.js';
import type { PostbackKey } from '../../known-state.js';
import type {
  KnownValues,
  LogDamage,
  LogFollower,
  LogReader,
  PeopleRecorder,
} from '../../log-reader.js';
import type { LogFilter, LogRow } from '../../log-rows.js';
import type { MembershipStaging } from '../../membership-staging.js';
import type { NetworkActivity } from '../../network-activity.js';
import type { OnceLock } from '../../once-lock.js';
import type { RunOverview } from '../../run-overview.js';
import type { LoggedState, ReplayCandidate, ReplayFilter } from '../../stored-postback.js';
import { findAudiences, listAudiences } from '../audiences/lists.js';
import { openStaging } from '../audiences/staging.js';
import { findCheckpoint } from '../checkpoints.js';
import { PgDatabase } from '../connection/pg-database.js';
import { hasSchema } from '../database/schema.js';
import { findLockOwners } from '../people/once-locks.js';
import { findSuppressedPeople } from '../people/suppressions.js';
import { readSkipCounts } from '../postbacks/skips.js';
import { readActivity } from './activity.js';
import { findDamage } from './damage.js';
import { openDryRunMemory } from './dry-run-memory.js';
import { PgFacts } from './facts.js';
import { PgRowFollower, readSnapshot } from './follow.js';
import { PgLogQuery } from './query.js';
import { PgReadContext } from './read-context.js';
import { listDelivered, listUndelivered } from './replay-rows.js';
import { listKnownValues, readRunOverview } from './overview.js';
import { listAbandoned } from '../../packed/replay-filter.js';

/** A {@link LogReader} of a log in PostgreSQL. */
export class PgLogReader implements LogReader {
  readonly #context: PgReadContext;
  readonly #query: PgLogQuery;

  private constructor(context: PgReadContext) {
    this.#context = context;
    this.#query = new PgLogQuery(context);
  }

  /** Connects; undefined where nothing was ever sent. @throws as openLogReader */
  static async open(location: LogLocation): Promise<PgLogReader | undefined> {
    const { workspace, clock } = location;
    const database = await PgDatabase.open(location);
    try {
      if (await hasSchema(database))
        return new PgLogReader(await PgReadContext.open(database, workspace, clock));
    } catch (error) {
      await database.close();
      throw error;
    }
    await database.close();
    return undefined;
  }

  get memberKeys(): MemberKeys {
    return this.#context.keys;
  }

  listRows(filter: LogFilter): AsyncIterable<LogRow[]> {
    return this.#query.oldestFirst(filter);
  }

  listNewestRows(filter: LogFilter, limit: number): Promise<LogRow[]> {
    return this.#query.newest(filter, limit);
  }

  follow(filter: LogFilter, backlog: number | undefined): LogFollower {
    const [query, context] = [this.#query, this.#context];
    let follower: PgRowFollower | undefined;
    const look = async function* (): AsyncGenerator<LogRow[]> {
      if (follower) {
        for await (const fresh of follower.look()) yield query.matching(fresh, filter);
        return;
      }
      // What is committed while the backlog is read is in both: it is shown once.
      follower = new PgRowFollower(context, query, await readSnapshot(context.database));
      const shown = new Set<string>();
      for await (const rows of listBacklog()) {
        for (const row of rows) shown.add(keyOf(row));
        yield rows;
      }
      for await (const fresh of follower.look())
        yield query.matching(fresh, filter).filter((row) => !shown.has(keyOf(row)));
    };
    const listBacklog = async function* (): AsyncGenerator<LogRow[]> {
      if (backlog === undefined) yield* query.oldestFirst(filter);
      else if (backlog > 0) yield await query.newest(filter, backlog);
    };
    return { look };
  }

  listDamaged(): readonly string[] {
    return this.#query.damaged;
  }

  async countTrimmedSkips(filter: LogFilter): Promise<number> {
    return countMatching(await readSkipCounts(this.#context.database), filter);
  }

  listKnownValues(): Promise<KnownValues> {
    return listKnownValues(this.#context.database);
  }

  openDryRunMemory(recorder?: PeopleRecorder): DryRunMemory {
    return openDryRunMemory(this.#context, recorder);
  }

  async findStates(keys: readonly PostbackKey[]): Promise<LoggedState[]> {
    const stateOf = await this.#context.statesOf(keys.map(({ id }) => id));
    return keys.map(({ id }) => stateOf(id));
  }

  /** Rows and the work of abandoned runs, merged by event time. */
  async *listUndelivered(filter: ReplayFilter): AsyncGenerator<ReplayCandidate[]> {
    const { postbacks, runs } = await this.#context.abandoned();
    const left = listAbandoned([...postbacks.values()], filter);
    for await (const page of listUndelivered(this.#context, filter, runs)) {
      const merged: ReplayCandidate[] = [];
      for (const stored of page) {
        while (left[0] && left[0].postback.eventTimeMs <= stored.postback.eventTimeMs)
          merged.push(left.shift() as ReplayCandidate);
        if (!postbacks.has(stored.postback.id)) merged.push({ ...stored, run: undefined });
      }
      yield merged;
    }
    if (left.length > 0) yield left;
  }

  listDelivered(filter: ReplayFilter): AsyncIterable<ReplayCandidate[]> {
    return listDelivered(this.#context, filter);
  }

  async findFirstAttempts(keys: readonly PostbackKey[]): Promise<(number | undefined)[]> {
    const rows = await this.#context.database.rows(
      `SELECT replace(s.id::text, '-', '') AS id, coalesce(r.started, 0) AS started
       FROM @dedupe_index s LEFT JOIN @request r ON r.id = s.request WHERE s.id = ANY($1::uuid[])`,
      [keys.map(({ id }) => id)],
    );
    const started = new Map(rows.map((row) => [String(row['id']), Number(row['started'])]));
    return keys.map(({ id }) => started.get(id));
  }

  findLockOwners(locks: readonly OnceLock[]): Promise<(string | undefined)[]> {
    return findLockOwners(this.#context.database, locks);
  }

  async hasUndecided(): Promise<boolean> {
    const sql = 'SELECT 1 AS one FROM @postback WHERE request IS NOT NULL LIMIT 1';
    return (await this.#context.database.rows(sql)).length > 0;
  }

  findCheckpoint(path: string): Promise<Checkpoint | undefined> {
    return findCheckpoint(this.#context.database, path);
  }

  async readActivity(sinceMs: number): Promise<Map<string, NetworkActivity>> {
    const abandoned = await this.#context.abandoned();
    return this.#context.database.snapshot((session) => readActivity(session, abandoned, sinceMs));
  }

  readRuns(): Promise<RunOverview> {
    return readRunOverview(this.#context.database);
  }

  async listRequestIds(run: string): Promise<string[]> {
    const rows = await this.#context.database.rows(
      `SELECT remote_id FROM @request WHERE run = (SELECT id FROM @run WHERE name = $1)
         AND remote_id IS NOT NULL
         AND http BETWEEN 200 AND 299 ORDER BY id`,
      [run],
    );
    return rows.map((row) => String(row['remote_id']));
  }

  openFacts(filter: FactFilter): LogFacts {
    return new PgFacts(this.#context, filter);
  }

  listAudiences(): Promise<(AudienceList & MembershipCounts)[]> {
    return listAudiences(this.#context.database);
  }

  findAudiences(word: string): Promise<AudienceList[]> {
    return findAudiences(this.#context.database, word);
  }

  findSuppressed(people: readonly (readonly string[])[]): Promise<boolean[]> {
    return findSuppressedPeople(this.#context.database, people);
  }

  stageMemberships(list: string): MembershipStaging {
    return openStaging(this.#context.database, list);
  }

  findDamage(): Promise<LogDamage | undefined> {
    return findDamage(this.#context.database);
  }

  close(): Promise<void> {
    return this.#context.database.close();
  }
}

/** What identifies a row among those of one moment. */
function keyOf({ run, time, eventId, goal, network, attempt, status }: LogRow): string {
  return [run, time, eventId, goal, network, attempt, status].join('\0');
}
