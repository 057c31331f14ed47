import type { TokenSource } from '../accounts/tokens.js';
import type { Clock } from '../clock.js';
import type { Mapping } from '../goals/goal.js';
import type { HttpClient } from '../http/http.js';
import type { DeliveryLog } from '../log/delivery-log.js';
import type { Refusal } from '../networks/fix.js';
import type { Channel, Outcome, OutcomeKind, Postback } from '../networks/network.js';
import type { Random } from '../random.js';
import type { SteadyTime } from './steady-time.js';
import type { Report } from './report.js';
import type { Elsewhere } from './other-run-postbacks.js';
import type { Tally } from './tally.js';
import type { CheckpointTracker } from './checkpoint-tracker.js';
import type { InFlightSet } from './in-flight-set.js';

export interface AccountQueueOptions {
  /** Requests in flight at most. */
  concurrency: number;
  /** Requests a second; 0: unpaced. */
  requestsPerSecond: number;
  maxAttempts: number;
  timeoutMs: number;
}

/** What delivery to one account works with. */
export interface AccountQueueDeps {
  channel: Channel;
  tokens: TokenSource;
  /** Where the grant is: `store`, `environment` or `sandbox`. */
  grantSource: string;
  http: HttpClient;
  log: DeliveryLog;
  clock: Clock;
  /** Decides what has expired. */
  steadyTime: SteadyTime;
  random: Random;
  tally: Tally;
  /** Ids that the log does not know yet: taken out when it does. */
  inFlight: InFlightSet;
  /** How far files were read. */
  checkpoints: Pick<CheckpointTracker, 'listHeld' | 'noteSaved'>;
  /** What another run is delivering. */
  elsewhere: Pick<Elsewhere, 'add'>;
  /** What a stored postback's goal is called at the network now. */
  mappingOf(postback: Postback): Mapping | undefined;
  report: Report;
  signal: AbortSignal;
  options: AccountQueueOptions;
  /**
   * Whether other networks are fed by the same reader: then a resting network must not hold it
   * back.
   */
  sharesReader: boolean;
}

/** Why nothing more leaves in this run. */
export interface Stop {
  kind: OutcomeKind | 'stopped';
  reason: string;
  message: string;
  /** The network's refusal, where that is why. */
  refusal?: Refusal;
}

export const STOPPED: Stop = {
  kind: 'stopped',
  reason: 'stopped',
  message: 'the run was stopped before it was sent',
};

/**
 * The outcome of postbacks whose token had ended when a signal stopped its renewal: the token
 * endpoint did not answer, so nothing is known about the grant.
 */
export const RENEWAL_STOPPED: Outcome = {
  kind: 'transient',
  reason: 'stopped',
  message: 'the run was stopped while it renewed the access token',
};
