import type { LogFilter } from './log-rows.js';

/** What happens to a followed log itself: it is waited for, followed, or gone. */
export type FollowState = 'waiting' | 'following' | 'replaced';

export interface FollowOptions {
  filter: LogFilter;
  /** Maximum number of earlier rows, the newest; undefined: all that the filter wants. */
  backlog: number | undefined;
  signal: AbortSignal;
  /** Receives what happens to the log itself. */
  report: (state: FollowState) => void;
}
