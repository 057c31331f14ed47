import { describeAddress, type LogAddress } from '../../../config/log-url.js';
import { messageOf } from '../../../errors.js';
import type { LogNotice } from '../../log-options.js';

/** Shortest absence that is reported, in milliseconds: most broken connections last for less. */
const REPORTED_MS = 1_000;

/** Reports once that the server is away while a run waits for it, and once that it is back. */
export class Outage {
  readonly #address: LogAddress;
  readonly #notify: ((notice: LogNotice) => void) | undefined;
  #sinceMs: number | undefined;
  #isReported = false;

  constructor(address: LogAddress, notify: ((notice: LogNotice) => void) | undefined) {
    this.#address = address;
    this.#notify = notify;
  }

  /**
   * Notes a try that failed.
   * @param remainingMs how long the run waits at most
   */
  note(error: unknown, remainingMs: number): void {
    this.#sinceMs ??= performance.now();
    if (this.#isReported || performance.now() - this.#sinceMs < REPORTED_MS) return;
    this.#isReported = true;
    const { code } = error as { code?: unknown };
    const cause = messageOf(error) || String(code);
    const seconds = Math.max(1, Math.round(remainingMs / 1000));
    this.#notify?.({
      isAway: true,
      message:
        `Waiting for the delivery log at ${describeAddress(this.#address)}, which cannot be ` +
        `reached (${cause}). No request leaves meanwhile. The run ends if this takes longer than ` +
        `${seconds} s.`,
    });
  }

  /** Notes that the server answered. */
  end(): void {
    this.#sinceMs = undefined;
    if (!this.#isReported) return;
    this.#isReported = false;
    const shown = describeAddress(this.#address);
    this.#notify?.({ isAway: false, message: `The delivery log at ${shown} is back.` });
  }
}
