/** How long a run of another machine counts as alive without a renewal, in milliseconds. */
export const LEASE_MS = 60_000;
/** Time between two renewals of a run's lease, in milliseconds. */
export const RENEW_EVERY_MS = 5_000;

/** One execution of a delivering command. */
export interface Run {
  /** Its number in the log. */
  id: number;
  /** Its name as it is shown. */
  name: string;
}

/** A run that has not ended and whose process lives. */
export interface LivingRun extends Run {
  command: string;
  host: string;
  pid: number;
  /** Milliseconds since it last renewed its lease. */
  silentMs: number;
}

/**
 * A run that counts as dead because the clock that dated its lease was set back, or differs from
 * this machine's.
 */
export interface IgnoredLease {
  name: string;
  command: string;
  host: string;
  /** How far in the future its lease is dated, in milliseconds. */
  aheadMs: number;
}
