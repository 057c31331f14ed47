import type { PgDatabase } from '../connection/pg-database.js';
import { LEASE_MS, RENEW_EVERY_MS } from '../../run.js';

/** Longest time that a renewal may take, in milliseconds. */
const RENEWAL_MS = 10_000;
/** Age of a token that no commit needs any more: several times the longest lease. */
const TOKEN_AGE = '10 minutes';

/**
 * Keeps the lease of a run. How long it lasts is decided by the server's clock; this machine
 * measures only how long ago it was renewed, on a clock that nobody sets.
 */
export class Lease {
  readonly #database: PgDatabase;
  readonly #run: number;
  readonly #timer: NodeJS.Timeout;
  #renewedMs = performance.now();
  #isLost = false;
  #renewal: Promise<void> | undefined;

  /** @param run number of a run that was registered just now */
  constructor(database: PgDatabase, run: number) {
    this.#database = database;
    this.#run = run;
    this.#timer = setInterval(() => this.#tick(), RENEW_EVERY_MS);
    this.#timer.unref();
  }

  /** Whether another process has recovered the run. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Milliseconds until another process may recover the run; 0 or less: it may have. */
  get remainingMs(): number {
    return this.#renewedMs + LEASE_MS - performance.now();
  }

  /** Renews the lease. @throws what the driver throws */
  async renew(): Promise<void> {
    const askedMs = performance.now();
    const changed = await this.#database.borrow(
      (session) =>
        session.change(
          `UPDATE @run SET lease = now() + make_interval(secs => $2) WHERE id = $1
             AND ended IS NULL`,
          [this.#run, LEASE_MS / 1000],
        ),
      RENEWAL_MS,
    );
    if (changed === 0) this.#isLost = true;
    else this.#renewedMs = askedMs;
  }

  /** Forgets tokens of this run that no unsure commit needs. */
  async forgetTokens(): Promise<void> {
    await this.#database.change(
      `DELETE FROM @write_token WHERE run = $1 AND at < now() - interval '${TOKEN_AGE}'`,
      [this.#run],
    );
  }

  /** Renews no more. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewal;
  }

  #tick(): void {
    if (this.#renewal || this.#isLost) return;
    this.#renewal = this.renew()
      // The next renewal, or the next write, meets the same fault.
      .catch(() => undefined)
      .finally(() => (this.#renewal = undefined));
  }
}
