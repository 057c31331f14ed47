import type { Clock } from '../clock.js';

/** Time between two readings of a clock that was set, in milliseconds. */
const BETWEEN_READINGS_MS = 500;
/**
 * Maximum number of readings, 10 s in all: a clock that stays where it was set is believed then.
 */
const MAX_READINGS = 20;
/**
 * Maximum distance from the monotonic clock over a whole run, in milliseconds: more than clock
 * slewing makes.
 */
const TOLERANCE_MS = 60_000;

/**
 * The time of day, as far as the monotonic clock confirms it since the run began. A clock that is
 * set ahead for a moment must not end what can still be sent.
 */
export class SteadyTime {
  readonly #clock: Clock;
  #anchorMs: number;
  #anchorElapsedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#anchorMs = clock.now();
    this.#anchorElapsedMs = clock.elapsed?.() ?? 0;
  }

  /**
   * Reads the time once it agrees with the monotonic clock, or has stayed where it was set for 10
   * s.
   */
  async read(signal: AbortSignal): Promise<number> {
    const clock = this.#clock;
    if (!clock.elapsed) return clock.now();
    for (let readings = 0; readings < MAX_READINGS && !signal.aborted; readings++) {
      const nowMs = clock.now();
      const driftMs = nowMs - this.#anchorMs - (clock.elapsed() - this.#anchorElapsedMs);
      if (Math.abs(driftMs) < TOLERANCE_MS) return nowMs;
      await clock.sleep(BETWEEN_READINGS_MS, signal).catch(() => undefined);
    }
    // Set for good, or the machine slept: the monotonic clock of Linux stands still then.
    if (!signal.aborted) {
      this.#anchorMs = clock.now();
      this.#anchorElapsedMs = clock.elapsed();
    }
    return clock.now();
  }
}
