import { randomUUID } from 'node:crypto';

import type { Clock } from '../../../clock.js';
import { NetworkError } from '../../../errors.js';
import { isConnectionFault, isRepeatable } from '../connection/faults.js';
import type { Outage } from '../connection/outage.js';
import type { PgDatabase, PgSession } from '../connection/pg-database.js';
import type { Lease } from '../runs/lease.js';

/** A transaction of a run. */
export interface PgWrite extends PgSession {
  /** Number of the run. */
  readonly run: number;
  /** Whether the log has rows of postbacks, and whether anybody was ever erased. */
  readonly hasRows: boolean;
  readonly hasSuppressions: boolean;
  /** Notes what undoes a change in memory. It is called where the transaction is rolled back. */
  onRollback(undo: () => void): void;
  /**
   * Runs `step` when all jobs of the transaction are done, in the order of the keys: for rows that
   * other runs write too. A later step of the same key takes the place of an earlier one.
   */
  atEnd(key: string, step: () => Promise<void>): void;
}

type Work = (write: PgWrite) => Promise<unknown>;

interface Job {
  work: Work;
  /** Shares no transaction with another job that takes locks on what several runs write. */
  isExclusive: boolean;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

export interface WriteQueueParts {
  database: PgDatabase;
  /** Number of the run. */
  run: number;
  lease: Lease;
  clock: Clock;
  outage: Outage;
}

/** Longest time that a transaction may wait for its process, and for a lock, in milliseconds. */
const IDLE_MS = 30_000;
const LOCK_MS = 60_000;
/** Times that a transaction is run again after a deadlock. */
const MOST_REPEATS = 20;
/** Time between two tries to reach a server that is away, in milliseconds. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/**
 * Times that a connection may break before a run whose lease has passed gives up: a run that was
 * paused finds its connections closed, and has to ask whether it was recovered meanwhile.
 */
const LEAST_TRIES = 4;
/** Least time of a statement, in milliseconds, however little is left of the lease. */
const LEAST_TIMEOUT_MS = 2_000;

/**
 * Writes of one run, one transaction after the other, on one connection. Jobs that wait while one
 * commits share the next transaction, as a commit costs a flush of the disk.
 *
 * Each transaction checks first that the run has its lease still, so that a run that was recovered
 * writes nothing, and writes a token. Where the connection breaks, the transaction is run again
 * with the same token for as long as the lease lasts: a conflict of the token proves that the
 * earlier one was committed and only its answer was lost.
 *
 * Several runs that take locks in different orders would wait for each other, so each job sorts
 * what it writes, at most one exclusive job is in a transaction, and what runs of the same file
 * share comes last.
 */
export class WriteQueue {
  readonly #database: PgDatabase;
  readonly #run: number;
  readonly #lease: Lease;
  readonly #clock: Clock;
  readonly #outage: Outage;
  /** Runs single statements outside of a transaction, as {@link read} does: they may run twice. */
  readonly single: Pick<PgSession, 'rows' | 'change'> = {
    rows: (sql, values) => this.read((session) => session.rows(sql, values)),
    change: (sql, values) => this.read((session) => session.change(sql, values)),
  };
  #jobs: Job[] = [];
  #isFlushing = false;

  constructor({ database, run, lease, clock, outage }: WriteQueueParts) {
    this.#database = database;
    this.#run = run;
    this.#lease = lease;
    this.#clock = clock;
    this.#outage = outage;
  }

  /** Runs `work` in a transaction of its own, or with jobs of {@link share}. */
  write<T>(work: (write: PgWrite) => Promise<T>): Promise<T> {
    return this.#add(work, true);
  }

  /** Runs `work`, which writes only what belongs to this run, with other jobs in a transaction. */
  share<T>(work: (write: PgWrite) => Promise<T>): Promise<T> {
    return this.#add(work, false);
  }

  /**
   * Reads, outside of a transaction. Where the connection breaks it is read again for as long as
   * the lease lasts.
   */
  async read<T>(work: (session: PgSession) => Promise<T>): Promise<T> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let tries = 1; ; tries++) {
      try {
        const found = await this.#database.borrow(work, this.#timeoutMs());
        this.#outage.end();
        return found;
      } catch (error) {
        if (this.#lease.isLost) throw takenOver();
        if (!this.#mayTryAgain(error, tries)) throw this.#database.explain(error);
        this.#outage.note(error, this.#lease.remainingMs);
      }
      await this.#clock.sleep(pauseMs);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }

  #add<T>(work: (write: PgWrite) => Promise<T>, isExclusive: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ work, isExclusive, resolve, reject });
      if (this.#isFlushing) return;
      this.#isFlushing = true;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    // Jobs of this turn of the event loop share the transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#jobs.length > 0) {
      const jobs = this.#take();
      try {
        const results = await this.#commit(jobs);
        // A job and its result belong together: TypeScript does not see it through two arrays.
        // eslint-disable-next-line no-restricted-syntax
        jobs.forEach(({ resolve }, index) => resolve(results[index] as never));
      } catch (error) {
        const fault = this.#database.explain(error);
        for (const { reject } of jobs) reject(fault);
      }
    }
    this.#isFlushing = false;
  }

  /** The jobs of the next transaction, in order. */
  #take(): Job[] {
    const jobs = this.#jobs;
    const first = jobs.findIndex(({ isExclusive }) => isExclusive);
    const count = first === -1 ? jobs.length : first + 1;
    return jobs.splice(0, count);
  }

  async #commit(jobs: readonly Job[]): Promise<unknown[]> {
    const attempt: Attempt = { token: randomUUID(), undo: [], last: new Map(), sent: undefined };
    let pauseMs = FIRST_PAUSE_MS;
    let tries = 0;
    for (let repeats = 0; ;) {
      if (this.#lease.isLost) throw takenOver();
      try {
        const results = await this.#try(jobs, attempt);
        this.#outage.end();
        return results;
      } catch (error) {
        const isRetried = isRepeatable(error)
          ? repeats++ < MOST_REPEATS
          : this.#mayTryAgain(error, ++tries);
        if (!isRetried) {
          rollBack(attempt);
          throw error;
        }
        if (isRepeatable(error)) continue;
        this.#outage.note(error, this.#lease.remainingMs);
        await this.#clock.sleep(pauseMs);
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      }
    }
  }

  #try(jobs: readonly Job[], attempt: Attempt): Promise<unknown[]> {
    return this.#database.borrow(async (session) => {
      const write = await this.#begin(session, attempt);
      if (write === 'committed') return attempt.sent as unknown[];
      const results: unknown[] = [];
      for (const { work } of jobs) results.push(await work(write));
      for (const key of [...attempt.last.keys()].sort()) await attempt.last.get(key)?.();
      attempt.sent = results;
      await session.script('COMMIT');
      return results;
    }, this.#timeoutMs());
  }

  #mayTryAgain(error: unknown, tries: number): boolean {
    return isConnectionFault(error) && (this.#lease.remainingMs > 0 || tries < LEAST_TRIES);
  }

  #timeoutMs(): number {
    return Math.max(LEAST_TIMEOUT_MS, this.#lease.remainingMs);
  }

  /**
   * Begins a transaction: checks the lease and writes the token. The lock on `suppression` lets an
   * erasure wait for transactions that do not see it yet.
   * @returns `committed` where an earlier try of this attempt was committed
   * @throws NetworkError `run_taken_over`
   */
  async #begin(session: PgSession, attempt: Attempt): Promise<PgWrite | 'committed'> {
    let begun;
    try {
      [begun] = await session.script(
        `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MS};
           SET LOCAL lock_timeout = ${LOCK_MS};
         LOCK TABLE @suppression IN ROW SHARE MODE;
         WITH live AS (SELECT id FROM @run WHERE id = ${this.#run} AND ended IS NULL FOR KEY SHARE)
         INSERT INTO @write_token (token, run) SELECT '${attempt.token}', id FROM live
         RETURNING EXISTS (SELECT 1 FROM @postback) AS has_rows, EXISTS (SELECT 1 FROM @suppression)
           AS has_suppressions`,
      );
    } catch (error) {
      if (!attempt.sent || (error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
      await session.script('ROLLBACK');
      return 'committed';
    }
    rollBack(attempt);
    if (!begun) {
      await session.script('ROLLBACK');
      throw takenOver();
    }
    return {
      ...session,
      run: this.#run,
      hasRows: begun['has_rows'] === true,
      hasSuppressions: begun['has_suppressions'] === true,
      onRollback: (step) => attempt.undo.push(step),
      atEnd: (key, step) => attempt.last.set(key, step),
    };
  }
}

/** One group of jobs on its way to the disk, over as many tries as it takes. */
interface Attempt {
  token: string;
  /** What undoes the changes in memory of the last try. */
  undo: (() => void)[];
  /** What comes after the jobs of this try, by its key. */
  last: Map<string, () => Promise<void>>;
  /** Results of a try whose COMMIT was sent and not answered. */
  sent: unknown[] | undefined;
}

const UNIQUE_VIOLATION = '23505';

function rollBack(attempt: Attempt): void {
  for (const step of attempt.undo.reverse()) step();
  attempt.undo = [];
  attempt.last.clear();
  attempt.sent = undefined;
}

function takenOver(): NetworkError {
  return new NetworkError(
    'run_taken_over',
    'Another run has taken over what this one was delivering.',
    {
      hint:
        'This run was paused or cut off for more than a minute. Run the same command again: it ' +
        'sends nothing twice.',
    },
  );
}
