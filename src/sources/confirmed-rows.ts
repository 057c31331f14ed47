import type { Clock } from '../clock.js';
import { describe } from './faults.js';
import type { SourceReport } from './source.js';

/** Where rejected records go that are not written to a file. */
export interface RecordSink {
  /** The address, for messages. */
  readonly name: string;
  /** Resolves when the broker has stored every row. */
  publish(rows: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** How long a failed write waits before the next one, in milliseconds. */
const RETRY_MS = 1_000;
/** Rows that are published at once. */
const BATCH_ROWS = 500;
/** How long the end of a run waits for the last rows, in milliseconds. */
const CLOSE_MS = 10_000;

/** Rows on their way to a broker, in order; none is forgotten before the broker has stored it. */
export class ConfirmedRows {
  readonly #sink: RecordSink;
  readonly #clock: Clock;
  readonly #report: SourceReport;
  #rows: string[] = [];
  #isFailing = false;

  constructor(sink: RecordSink, { clock, report }: { clock: Clock; report: SourceReport }) {
    this.#sink = sink;
    this.#clock = clock;
    this.#report = report;
  }

  put(row: string): void {
    this.#rows.push(row);
  }

  /**
   * Publishes what was put, again and again until it is stored. Resolves to false where `signal`
   * aborts before.
   */
  async confirm(signal: AbortSignal): Promise<boolean> {
    while (this.#rows.length > 0) {
      if (signal.aborted && this.#isFailing) return false;
      const batch = this.#rows.slice(0, BATCH_ROWS);
      try {
        await this.#sink.publish(batch);
        this.#rows.splice(0, batch.length);
        this.#isFailing = false;
      } catch (error) {
        this.#reportFailure(error);
        if (signal.aborted) return false;
        await this.#clock.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
    return true;
  }

  #reportFailure(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#report(
      `--rejects: ${this.#sink.name} cannot be written: ${describe(error)}. Reading waits, and ` +
        'nothing is acknowledged until it can.',
    );
  }

  /** Publishes the last rows, within ten seconds. @returns the number of rows that are lost */
  async close(): Promise<number> {
    const patience = new AbortController();
    const limit = this.#clock.sleep(CLOSE_MS, patience.signal).catch(() => undefined);
    const stopped = AbortSignal.abort();
    await Promise.race([this.confirm(stopped), limit]);
    patience.abort();
    await Promise.race([this.#sink.close().catch(() => undefined), limit]);
    return this.#rows.length;
  }
}
