import type { InvalidLine } from '../events/conversion-event.js';
import type { EntryVerdict, SkipEntry } from '../log/entry.js';
import type { LogNotice } from '../log/log-options.js';
import type { NetworkName } from '../networks/names.js';
import type { Postback } from '../networks/network.js';
import type { Batch } from './batch.js';
import type { Origin } from './origins.js';
import type { Accounts, Summary } from './tally.js';

/**
 * Why requests are held back: the network asked for time, keeps failing, a failed request is about
 * to be tried again, or the pace of the account allows no request yet.
 */
export type WaitCause = 'throttled' | 'failing' | 'retry' | 'pace';

/** What a run reports while it goes on; `src/cli/` turns it into lines. */
export type Update =
  /**
   * The run has a name, and the accounts that it delivers to are known. Comes before everything
   * else.
   */
  | { type: 'run'; run: string; workspace: string; accounts: Accounts }
  | {
      type: 'answer';
      network: NetworkName;
      account: string;
      batch: Batch;
      verdicts: EntryVerdict[];
      http: number | undefined;
      latencyMs: number;
    }
  /** Something that the operator should know at once; `refused`: the grant is. */
  | { type: 'notice'; network: NetworkName; message: string; refused?: boolean }
  /** An event or postback that is not sent. */
  | { type: 'skip'; entry: SkipEntry; message: string; origin?: Origin }
  /** Postbacks whose window closed while they waited. */
  | { type: 'expired'; network: NetworkName; postbacks: Postback[] }
  /** How far the run is: after each piece of input and each answer. */
  | { type: 'progress'; summary: Summary }
  /** How much of the input was read, from 0 to 1, where its size is known. */
  | { type: 'read'; share: number }
  /** Requests to a network are held back until a time, in milliseconds since the epoch. */
  | { type: 'wait'; network: NetworkName; cause: WaitCause; untilMs: number }
  /** The server of the delivery log is away, or back. */
  | ({ type: 'log' } & LogNotice)
  /** What happens to the input that is being followed. */
  | { type: 'input'; message: string }
  /** An input that has ended without a record. */
  | { type: 'empty'; message: string }
  /** A line that is not an event; `text` is what was read, which may name a person. */
  | ({ type: 'invalid'; input: string; line: number; text: string } & InvalidLine);

export type Report = (update: Update) => void;
