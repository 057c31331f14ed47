import type { Clock } from '../clock.js';
import type { Random } from '../random.js';

/** What a delivery log is opened with. */
export interface LogOptions {
  path: string;
  workspace: string;
  synchronous: 'full' | 'normal';
  /** Of how many delivered postbacks the facts are kept, so that they can be sent again. */
  keepDelivered: number;
  clock: Clock;
  random: Random;
}
