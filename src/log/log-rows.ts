/** `accepted`: the network took it and decides later. */
export type LogStatus = 'success' | 'accepted' | 'failed' | 'retried' | 'skipped';

/** One attempt or one skip, in the form of `logs --json`. */
export interface LogRow {
  time: string;
  event: string;
  goal: string | null;
  network: string | null;
  account: string | null;
  status: LogStatus;
  http: number | null;
  latencyMs: number | null;
  attempt: number | null;
  eventId: string;
  postbackId: string | null;
  kind: string | null;
  reason: string | null;
  message: string | null;
  /** The field that `incomplete_event` misses; absent for every other reason. */
  field?: string;
  requestId: string | null;
  run: string;
}

/**
 * Which rows of the log are wanted; everything absent is not asked for. Times in milliseconds since
 * the epoch.
 */
export interface LogFilter {
  sinceMs?: number;
  untilMs?: number;
  /** Empty or absent: attempts of every outcome, no skips. */
  statuses?: readonly LogStatus[];
  networks?: readonly string[];
  goals?: readonly string[];
  events?: readonly string[];
  eventIds?: readonly string[];
  https?: readonly number[];
  reasons?: readonly string[];
}
