import type { Random } from '../random.js';
import type { LogLocation } from '../config/log-location.js';

/** What a run should know of the server of its log. */
export interface LogNotice {
  /** Whether the run waits for the server; false: it is back. */
  isAway: boolean;
  /** A sentence. */
  message: string;
}

/** What a delivery log is opened with. */
export interface LogOptions extends LogLocation {
  /** Whether a commit waits for the disk (`full`) or for the operating system (`normal`). */
  synchronous: 'full' | 'normal';
  /** Number of delivered postbacks whose payload is kept, so that they can be sent again. */
  keepDelivered: number;
  /** Number of skips that concern no goal or network whose rows are kept. */
  keepSkips: number;
  random: Random;
  /** Receives what a run should know of the server of its log. */
  notify?: (notice: LogNotice) => void;
}
