import type { Delivery } from './delivery.js';
import { persist, tend } from './tend.js';

/** The longest that a postback from a stream waits for company, in milliseconds. */
const TRICKLE_MS = 250;

/**
 * Watches over a run while its input may be silent: what trickles in does not wait for a full
 * batch, and what waits in the log is tried again. Silence hides no fault: {@link signal} aborts
 * when an account queue breaks.
 */
export class StreamWatch {
  /** Aborts when reading is to end. */
  readonly signal: AbortSignal;
  readonly #delivery: Delivery;
  readonly #endsWhenRefused: boolean;
  readonly #ending = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #fault: Error | undefined;

  /** @param options.endsWhenRefused reading ends once no network takes anything any more */
  constructor(delivery: Delivery, { endsWhenRefused = false } = {}) {
    this.#delivery = delivery;
    this.#endsWhenRefused = endsWhenRefused;
    this.signal = AbortSignal.any([delivery.signal, this.#ending.signal]);
    persist(delivery, true);
    this.#timer = setInterval(() => this.#look(), TRICKLE_MS);
  }

  /** @throws what went wrong while the input was silent */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  /**
   * Ends the watch. A caller that leaves early must not leave a reader of the stream open, which
   * would keep the process alive.
   */
  end(): void {
    clearInterval(this.#timer);
    persist(this.#delivery, false);
    this.#ending.abort();
  }

  #look(): void {
    const queues = [...this.#delivery.accountQueues.values()];
    for (const queue of queues) queue.flush();
    // Where every connection is switched off there is nothing to give up: its events are skips.
    const isRefused = queues.length > 0 && queues.every(({ stop }) => stop !== undefined);
    if (queues.some(({ isBroken }) => isBroken) || (this.#endsWhenRefused && isRefused))
      this.#ending.abort();
    tend(this.#delivery).catch((error: unknown) => {
      this.#fault ??= error instanceof Error ? error : new Error(String(error));
      this.#ending.abort();
    });
  }
}
