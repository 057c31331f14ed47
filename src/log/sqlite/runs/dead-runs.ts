import type { Clock } from '../../../clock.js';
import type { Database } from '../database/database.js';
import type { PostbackRows } from '../postbacks/postback-rows.js';
import type { Run } from '../../run.js';
import type { Runs } from './runs.js';
import type { DedupeIndex } from '../dedupe/dedupe-index.js';
import { recoverRuns } from '../maintenance/recovery.js';

export interface DeadRunsParts {
  database: Database;
  /** The run that recovers others. */
  run: Run;
  runs: Runs;
  rows: PostbackRows;
  dedupe: DedupeIndex;
  clock: Clock;
}

/** Runs that died, and what they left unfinished. */
export class DeadRuns {
  readonly #parts: DeadRunsParts;

  constructor(parts: DeadRunsParts) {
    this.#parts = parts;
  }

  /**
   * Whether there is anything to recover, or recovered by another process and not claimed. Reads
   * only.
   */
  get isPending(): boolean {
    const { runs, run, rows } = this.#parts;
    return rows.hasRecovered || runs.findDead(run).length > 0;
  }

  /**
   * Makes the work of abandoned runs pending. Call inside a write transaction.
   * @returns whether there was anything to recover
   */
  recover(): boolean {
    const { database, run, runs, rows, dedupe, clock } = this.#parts;
    const dead = runs.findDead(run);
    if (dead.length === 0) return false;
    dedupe.catchUp();
    rows.refresh();
    recoverRuns({ database, rows, dedupe, clock, runs }, dead);
    return true;
  }
}
