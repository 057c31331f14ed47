import type { Clock } from '../clock.js';

/** Number of failed requests in a row after which the network is rested. */
const THRESHOLD = 5;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 30_000;
/** A pause that is at least so long is a rest for what waits. */
const LONG_PAUSE_MS = 10_000;

/**
 * Rests a network that keeps failing: after some failures in a row no request leaves for a while,
 * then one goes ahead to try, and each further failure doubles the rest. Also keeps the pause that
 * a throttling network asked for.
 */
export class Breaker {
  readonly #clock: Clock;
  #failures = 0;
  #rests = 0;
  #restUntilMs = 0;
  #pauseUntilMs = 0;
  #isTrying = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How often the network was rested since it last answered well. */
  get rests(): number {
    return this.#rests;
  }

  /** Whether the network is at rest, or one request is out to see whether it is well again. */
  get isResting(): boolean {
    return this.#rests > 0;
  }

  /** Whether nothing leaves for so long that what comes meanwhile has to wait in the log. */
  get isHolding(): boolean {
    return this.isResting || this.#pauseUntilMs - this.#clock.now() >= LONG_PAUSE_MS;
  }

  /** Milliseconds until the next request may leave; 0: now. */
  get waitMs(): number {
    return Math.max(0, Math.max(this.#restUntilMs, this.#pauseUntilMs) - this.#clock.now());
  }

  /** As {@link waitMs}; 0: the caller sends a request now. */
  enter(): number {
    const { waitMs } = this;
    if (waitMs > 0) return waitMs;
    if (this.#rests === 0) return 0;
    if (this.#isTrying) return FIRST_REST_MS / 4;
    this.#isTrying = true;
    return 0;
  }

  /**
   * The network answered: it is well, whatever it said of the events. Returns whether it was at
   * rest before.
   */
  succeed(): boolean {
    const wasResting = this.isResting;
    this.#failures = 0;
    this.#rests = 0;
    this.#isTrying = false;
    return wasResting;
  }

  /**
   * A request failed whole. Returns for how long the network rests now, in milliseconds; 0: it goes
   * on.
   */
  fail(): number {
    this.#failures++;
    const wasTrying = this.#isTrying;
    this.#isTrying = false;
    if (this.#failures < THRESHOLD && !wasTrying) return 0;
    // Requests that were in flight when the rest began say nothing new.
    if (!wasTrying && this.#rests > 0) return 0;
    const restMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** this.#rests);
    this.#rests++;
    this.#restUntilMs = this.#clock.now() + restMs;
    return restMs;
  }

  /**
   * Lets nothing leave for so long, because the network asked for it. A request that was let in to
   * try is back.
   */
  pause(pauseMs: number): void {
    this.#isTrying = false;
    this.#pauseUntilMs = Math.max(this.#pauseUntilMs, this.#clock.now() + pauseMs);
  }

  /**
   * The request that was let in was not sent after all, or its answer says nothing of the network.
   */
  cancel(): void {
    this.#isTrying = false;
  }
}
