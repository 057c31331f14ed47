import type { Entry, RowOutcome } from './entry.js';

/** What a postback waits for whose process ended before the answer was recorded. */
export const INTERRUPTED = {
  kind: 'unknown',
  reason: 'interrupted',
  message: 'the process ended before the answer was recorded',
} as const;

/** What a postback waits for that was read from a stream and in no request yet. */
export const UNSENT = {
  kind: 'stopped',
  reason: 'interrupted',
  message: 'the process ended before it was sent',
} as const;

/** Postbacks that a dead run left unfinished in one batch. */
export interface AbandonedBatch {
  batchId: number;
  account: string;
  outcome: RowOutcome;
  entries: Entry[];
}
