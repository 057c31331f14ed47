import type { NetworkName } from '../networks/names.js';
import type { Postback } from '../networks/network.js';
import type { PostbackState } from './entry.js';

/** A stored postback that is not delivered. */
export interface StoredPostback {
  state: PostbackState;
  postback: Postback;
  /** The account that it was recorded for; undefined where nothing was recorded for any. */
  account: string | undefined;
  attempts: number;
  /** The run that has claimed it. */
  run: number | undefined;
  kind: string | undefined;
  reason: string | undefined;
  message: string | undefined;
  http: number | undefined;
  updatedMs: number;
  /** Row of the request that its network accepted and has not decided. */
  request: number | undefined;
}

/** What the log knows of a postback. `known`: it was part of a request and waits for nothing. */
export type LoggedState = 'unknown' | 'known' | StoredPostback;

/**
 * Which postbacks a replay is about. Times are of the last change, in milliseconds since the epoch.
 */
export interface ReplayFilter {
  states: readonly (PostbackState | 'delivered')[];
  sinceMs?: number;
  /**
   * As `sinceMs`, for everything but what is pending: that waits until it is delivered, however
   * old.
   */
  finalSinceMs?: number;
  untilMs?: number;
  networks?: readonly NetworkName[];
  goals?: readonly string[];
  eventIds?: readonly string[];
  https?: readonly number[];
  reasons?: readonly string[];
}

/** A postback that a replay may send again. */
export type ReplayCandidate = Omit<StoredPostback, 'state'> & {
  state: PostbackState | 'delivered';
};
