import type { Refusal } from '../networks/fix.js';

/** What the log knows of one network, in numbers. Times in milliseconds since the epoch. */
export interface NetworkActivity {
  /** Attempts since the asked time that ended in success. */
  delivered: number;
  /** Postbacks whose state is failed now, of any age. */
  failed: number;
  /** Postbacks that wait to be sent again, `processing` left out. */
  pending: number;
  /** Of `pending`, how many were recorded for each account, those without one left out. */
  pendingByAccount?: Map<string, number>;
  /** Event time of the oldest of `pending`; absent where there are none. */
  oldestPendingMs?: number;
  /** Postbacks that the network has accepted and not decided upon. */
  processing: number;
  /** Of `failed`, those that failed since the asked time. */
  lost: number;
  lastDeliveryMs?: number;
  /** The newest attempt of any outcome. */
  lastAttemptMs?: number;
  /** When a grant was last seen refused. */
  lastRefusalMs?: number;
  /**
   * The newest refusals of its accounts, the latest first; those that were disproved since
   * included.
   */
  refusals?: Refusal[];
  /** What most of the postbacks failed of that finally failed since the asked time. */
  mainFailure?: Failure;
}

/** A final outcome that several postbacks share. */
export interface Failure {
  kind: string;
  reason: string;
  message?: string;
}

/** Pending postbacks of one network that have something in common. */
export interface Waiting {
  kind: unknown;
  account: string | undefined;
  count: number;
  newestMs: number;
  /** Event time of the oldest. */
  oldestEventMs: number;
}

/** Counts pending postbacks. */
export function countWaiting(
  activity: NetworkActivity,
  { kind, account, count, newestMs, oldestEventMs }: Waiting,
): void {
  if (kind === 'credential') noteRefusal(activity, newestMs);
  if (kind === 'processing') {
    activity.processing += count;
    return;
  }
  activity.pending += count;
  activity.oldestPendingMs = Math.min(activity.oldestPendingMs ?? Infinity, oldestEventMs);
  if (account === undefined) return;
  const counts = (activity.pendingByAccount ??= new Map<string, number>());
  counts.set(account, (counts.get(account) ?? 0) + count);
}

/** Notes that a grant was refused. */
export function noteRefusal(activity: NetworkActivity, atMs: number): void {
  activity.lastRefusalMs = Math.max(activity.lastRefusalMs ?? 0, atMs);
}
