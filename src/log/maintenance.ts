import type { Clock } from '../clock.js';
import type { Postback } from '../networks/network.js';
import type { Random } from '../random.js';
import type { AudienceList, Membership } from './audience-records.js';

/** Who is to be erased: exactly one of them. */
export type Subject = { userId: string } | { anonymousId: string } | { email: string };

/** What an erasure removed, and what networks hold already. */
export interface ErasureReceipt {
  receipt: string;
  erasedAt: string;
  /** Names of the person (ids, e-mail) that nothing is reported for any more. */
  suppressed: number;
  pendingPurged: number;
  /** Failed and skipped postbacks that went too. */
  otherPurged: number;
  clicksRemoved: number;
  claimsRemoved: number;
  /**
   * Audience lists that the person is taken out of; the records wait in the queue until they are
   * delivered.
   */
  listsLeft: number;
  /** Postbacks that networks have, kept here as counts without identity. */
  deliveredKept: Record<string, number>;
  /**
   * Whether the free space of the log holds nothing of the person either. False in a dry run.
   */
  rewritten: boolean;
}

/** An erasure that is done, but for the lists that the person is in. */
export interface Erased {
  receipt: ErasureReceipt;
  /** Ids of the postbacks, pending now, that take the person out of lists. */
  removals: readonly string[];
}

export interface ErasureOptions {
  random: Random;
  /** Finds out what an erasure would do, and changes nothing. */
  dryRun: boolean;
  signal: AbortSignal;
  /**
   * Makes the postback that takes an erased person out of a list. Returns undefined where the
   * person has left it already. Pure: it may be called more than once for one membership.
   */
  makeRemoval: (list: AudienceList, membership: Membership) => Postback | undefined;
}

/** What was taken out of the log, and what had to stay. */
export interface PruneReceipt {
  /** Everything that was older than this went, ISO 8601. */
  olderThan: string;
  dryRun?: boolean;
  /** Attempts, and the requests that carried them. */
  attempts: number;
  requests: number;
  skips: number;
  /** Postbacks that can be replayed no more. */
  failed: number;
  skipped: number;
  /** Pending postbacks of that age: they stay until they are delivered or expire. */
  pendingKept: number;
  /** By how much the log has shrunk on disk; 0 while others send, then the room is used again. */
  freedBytes: number;
  /** Whether a signal ended it early: the same command goes on. */
  stopped?: true;
}

export interface PruneOptions {
  /** Milliseconds since the epoch. */
  beforeMs: number;
  /** How long the id of a delivery is remembered, in milliseconds. */
  keepIdsMs: number;
  /** Counts only. */
  dryRun: boolean;
  clock: Clock;
  signal: AbortSignal;
}

/** What a copy of the log holds. */
export interface BackupReceipt {
  file: string;
  bytes: number;
  /** Attempts, and the requests that carried them. */
  attempts: number;
  requests: number;
  /** Postbacks that were waiting when the copy was made. */
  pending: number;
}

/** The numbers of a {@link PruneReceipt}. */
export type PruneCounts = Pick<
  PruneReceipt,
  'attempts' | 'requests' | 'skips' | 'failed' | 'skipped' | 'pendingKept'
>;

/** The numbers where nothing was old enough. */
export const NOTHING_PRUNED: PruneCounts = {
  attempts: 0,
  requests: 0,
  skips: 0,
  failed: 0,
  skipped: 0,
  pendingKept: 0,
};
