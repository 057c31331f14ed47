/** A run that is at work. */
export interface LiveRun {
  run: string;
  command: string;
  host: string;
  /** Milliseconds until another machine may recover its work, unless it renews its lease. */
  leaseMs: number;
}

/** The newest run that read events and ended. */
export interface EndedRun {
  run: string;
  command: string;
  /** Milliseconds since the epoch. */
  endedMs: number;
  /** Its summary as it was recorded. */
  summary: unknown;
}

/** Which runs are at work, and how the last one that read events ended. */
export interface RunOverview {
  live: LiveRun[];
  lastEnded?: EndedRun;
}
