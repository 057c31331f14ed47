import type { TokenSource } from '../accounts/tokens.js';
import type { Clock } from '../clock.js';
import type { Mapping } from '../goals/goal.js';
import type { HttpClient } from '../http/http.js';
import type { DeliveryLog } from '../log/delivery-log.js';
import type { Refusal } from '../networks/fix.js';
import type { Channel, OutcomeKind, Postback } from '../networks/network.js';
import type { Random } from '../random.js';
import type { Report } from './report.js';
import type { Elsewhere } from './elsewhere.js';
import type { Tally } from './tally.js';
import type { Underway } from './underway.js';

export interface LaneOptions {
  /** Requests in flight at most. */
  concurrency: number;
  /** Requests a second; 0: unpaced. */
  requestsPerSecond: number;
  maxAttempts: number;
  timeoutMs: number;
}

/** What delivery to one account works with. */
export interface LaneDeps {
  channel: Channel;
  tokens: TokenSource;
  /** Where the grant is: `store`, `environment` or `sandbox`. */
  grantSource: string;
  http: HttpClient;
  log: DeliveryLog;
  clock: Clock;
  random: Random;
  tally: Tally;
  /** Ids that the log does not know yet: taken out when it does. */
  underway: Underway;
  /** What another run is delivering. */
  elsewhere: Pick<Elsewhere, 'add'>;
  /** What a stored postback's goal is called at the network now. */
  mappingOf(postback: Postback): Mapping | undefined;
  report: Report;
  signal: AbortSignal;
  options: LaneOptions;
  /** Whether other networks are fed by the same reader: then a resting network must not hold it back. */
  sharesReader: boolean;
}

/** What a courier tells its lane. */
export interface CourierHooks {
  /** Nothing more leaves in this run. */
  onStop(): void;
  /** So many postbacks have used up their attempts and wait in rows that this run has claimed. */
  onShelved(count: number): void;
}

/** Why nothing more leaves in this run. */
export interface Stop {
  kind: OutcomeKind | 'stopped';
  reason: string;
  message: string;
  /** The network's refusal, where that is why. */
  refusal?: Refusal;
}

export const STOPPED: Stop = { kind: 'stopped', reason: 'stopped', message: 'the run was stopped before it was sent' };
