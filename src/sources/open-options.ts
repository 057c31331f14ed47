import type { Clock } from '../clock.js';
import type { SourceReport, SourceStart } from './source.js';
import type { Variables } from './variables.js';

export interface OpenOptions {
  /** Group of a source whose address names none. */
  defaultGroup: string;
  from: SourceStart;
  /**
   * `follow`: reading goes on for as long as the run does; `drain`: it ends with what is there;
   * `preview`: the same, and nothing is acknowledged or created.
   */
  mode: 'follow' | 'drain' | 'preview';
  variables: Variables;
  clock: Clock;
  /** Receives what happens to the connection. */
  report: SourceReport;
}
