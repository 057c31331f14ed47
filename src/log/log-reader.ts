import type { ConversionEvent } from '../events/conversion-event.js';
import type { Checkpoint } from '../events/source-position.js';
import type { AudienceList, MembershipCounts } from './audience-records.js';
import type { AudienceStore } from './audience-store.js';
import type { DryRunMemory } from './dry-run-memory.js';
import type { FactFilter, LogFacts } from './facts.js';
import type { PostbackKey } from './known-state.js';
import type { LogFilter, LogRow } from './log-rows.js';
import type { NetworkActivity } from './network-activity.js';
import type { OnceLock } from './once-lock.js';
import type { RunOverview } from './run-overview.js';
import type { ReplayCandidate, ReplayFilter } from './stored-postback.js';

/** The goals and reasons that a log has rows of. */
export interface KnownValues {
  goals: string[];
  reasons: string[];
}

/** What is wrong with a log, and what to do about it, in sentences. */
export interface LogDamage {
  problem: string;
  hint: string;
}

/** Records what events say of people, before the delivery that they are planned for. */
export interface PeopleRecorder {
  record(events: readonly ConversionEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** Finds what is new in a log that other processes write. */
export interface LogFollower {
  /**
   * Yields the rows that were recorded since the last call: at the first call the backlog. Costs
   * next to nothing where no process has written.
   */
  look(): AsyncIterable<readonly LogRow[]>;
}

/**
 * Reads a delivery log that other processes may write at the same time. It never writes, migrates
 * or recovers. What a dead run left unfinished counts as pending, as the next run would find it.
 *
 * Every method throws InternalError when the log is damaged, or cannot be read any more.
 */
export interface LogReader extends AudienceStore {
  /** Matching rows, oldest first, in groups that were recorded together. */
  listRows(filter: LogFilter): AsyncIterable<readonly LogRow[]>;
  /** The newest `limit` matching rows, oldest first. */
  listNewestRows(filter: LogFilter, limit: number): Promise<LogRow[]>;
  /** Starts with the newest `backlog` matching rows; undefined: with all of them. */
  follow(filter: LogFilter, backlog: number | undefined): LogFollower;
  /** Rows of attempts and skips that could not be read so far and are left out, in words. */
  listDamaged(): readonly string[];
  /** Number of skips that a filter may want and that are counted only. */
  countTrimmedSkips(filter: LogFilter): Promise<number>;
  /** The goals and reasons that there are rows of. */
  listKnownValues(): Promise<KnownValues>;

  /**
   * Opens the memory of a dry run on top of this log.
   * @param recorder records identities and clicks of the planned events in the log, for the
   *   delivery that follows
   */
  openDryRunMemory(recorder?: PeopleRecorder): DryRunMemory;
  /** Matching postbacks that are not delivered and that no live run has, oldest event first. */
  listUndelivered(filter: ReplayFilter): AsyncIterable<readonly ReplayCandidate[]>;
  /** Matching delivered postbacks whose payload is still kept, oldest request first. */
  listDelivered(filter: ReplayFilter): AsyncIterable<readonly ReplayCandidate[]>;
  /**
   * When each postback was part of a request for the first time, in milliseconds since the epoch:
   * 0 where that request was pruned, undefined where there was none.
   */
  findFirstAttempts(keys: readonly PostbackKey[]): Promise<(number | undefined)[]>;
  /** Ids of the postbacks that hold once-per-player locks; undefined for each that is free. */
  findLockOwners(locks: readonly OnceLock[]): Promise<(string | undefined)[]>;
  /** Whether a network has accepted postbacks and has not decided on them. */
  hasUndecided(): Promise<boolean>;
  /** How far an input was read, by its absolute path. */
  findCheckpoint(path: string): Promise<Checkpoint | undefined>;

  /** The activity of each network that the log has met, with what happened since a time. */
  readActivity(sinceMs: number): Promise<Map<string, NetworkActivity>>;
  /** Which runs are at work, and how the last one ended. */
  readRuns(): Promise<RunOverview>;
  /** The network's ids of the requests that a run made and that were accepted, in order. */
  listRequestIds(run: string): Promise<string[]>;
  /** What figures are made of. */
  openFacts(filter: FactFilter): LogFacts;

  /** The audience lists of this workspace with their members, oldest first. */
  listAudiences(): Promise<(AudienceList & MembershipCounts)[]>;
  /** The list with this id, external id or name; several where a name is not unique. */
  findAudiences(word: string): Promise<AudienceList[]>;

  /** Reads the log through; undefined where it is whole. */
  findDamage(): Promise<LogDamage | undefined>;
  close(): Promise<void>;
}
