import type { Database } from './database.js';

interface Job {
  work: () => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/**
 * Puts the writes of one turn of the event loop into one transaction: a commit costs a disk flush,
 * however little is in it. A write that throws takes the others of its turn with it, as none of
 * them reached the disk.
 */
export class CommitQueue {
  readonly #database: Database;
  readonly #check: () => void;
  readonly #committed: () => void;
  #jobs: Job[] = [];
  /** Those that come after the others. */
  #last: Job[] = [];
  #scheduled = false;

  /**
   * @param check called first in every transaction; what it throws, every write of the transaction
   *   throws
   * @param committed called after every commit; it does not throw
   */
  constructor(database: Database, check: () => void, committed: () => void) {
    this.#database = database;
    this.#check = check;
    this.#committed = committed;
  }

  /** Runs `work` in the next transaction; resolves when it is on the disk. */
  write<T>(work: () => T): Promise<T> {
    return this.#add(this.#jobs, work);
  }

  /** As {@link write}, after all other writes of the transaction. */
  writeLast<T>(work: () => T): Promise<T> {
    return this.#add(this.#last, work);
  }

  #add<T>(jobs: Job[], work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      jobs.push({ work, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** Writes at once what waits. */
  flush(): void {
    this.#scheduled = false;
    const jobs = [...this.#jobs, ...this.#last];
    this.#jobs = [];
    this.#last = [];
    if (jobs.length === 0) return;
    try {
      const results = this.#database.transact(() => {
        this.#check();
        return jobs.map(({ work }) => work());
      });
      this.#committed();
      // A job and its result belong together: TypeScript does not see it through two arrays.
      // eslint-disable-next-line no-restricted-syntax
      jobs.forEach(({ resolve }, index) => resolve(results[index] as never));
    } catch (error) {
      for (const { reject } of jobs) reject(error);
    }
  }
}
