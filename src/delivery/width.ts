/** Requests in flight while answers are quick. */
const NARROW = 8;
/** So long it takes at least to make the next request: one that is answered later needs another beside it. */
const MS_A_REQUEST = 3;
/** How much the newest answer counts in the average. */
const SHARE = 0.2;

/**
 * How many requests to have in flight: few where answers are quick, so that little is in doubt after a crash and a network is not
 * crowded; more the longer they take, so that waiting for them does not slow the run down; never more than `most`.
 */
export class Width {
  readonly #most: number;
  #latencyMs = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Notes how long an answer took. */
  note(latencyMs: number): void {
    this.#latencyMs += (latencyMs - this.#latencyMs) * SHARE;
  }

  get requests(): number {
    return Math.min(this.#most, Math.max(NARROW, Math.ceil(this.#latencyMs / MS_A_REQUEST)));
  }
}
