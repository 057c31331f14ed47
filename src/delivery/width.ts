/** Requests in flight while answers are quick. */
const NARROW = 8;
/** So long it takes at least to make the next request: one that is answered later needs another beside it. */
const MS_A_REQUEST = 3;
/** Of how many answers the quickest tells how long the network takes. */
const REMEMBERED = 16;

/**
 * How many requests to have in flight: few where answers are quick, so that little is in doubt after a crash and a network is not
 * crowded; more the longer they take, so that waiting for them does not slow the run down; never more than `most`.
 *
 * The quickest of the newest answers counts, not their average: a run that has its hands full sees every answer late, and more
 * requests would make it busier still.
 */
export class Width {
  readonly #most: number;
  readonly #newest: number[] = [];
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Notes how long an answer took. */
  note(latencyMs: number): void {
    this.#newest[this.#next] = latencyMs;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  get requests(): number {
    const latencyMs = this.#newest.length === 0 ? 0 : Math.min(...this.#newest);
    return Math.min(this.#most, Math.max(NARROW, Math.ceil(latencyMs / MS_A_REQUEST)));
  }
}
