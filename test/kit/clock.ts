import type { Clock } from '../../src/clock.js';

interface Sleeper {
  wakeMs: number;
  wake: () => void;
}

/**
 * A clock that jumps to the earliest wake-up time as soon as all running code waits for it. The
 * time is then what the sleeper waited for. Between leaps it stands still.
 */
export class FakeClock implements Clock {
  #nowMs: number;
  #sleepers: Sleeper[] = [];
  #isJumpPending = false;
  /** How long each sleep was to be, in the order in which they began. */
  readonly sleeps: number[] = [];

  constructor(startMs = Date.now()) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  advance(spanMs: number): void {
    this.#nowMs += spanMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return new Promise((resolve, reject) => {
      const sleeper = {
        wakeMs: this.#nowMs + ms,
        wake: (): void => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.push(sleeper);
      if (!this.#isJumpPending) this.#leap();
    });
  }

  /** After a moment for what is under way, the next sleeper. */
  #leap(): void {
    this.#isJumpPending = true;
    setTimeout(() => {
      this.#isJumpPending = false;
      this.#sleepers.sort((one, two) => one.wakeMs - two.wakeMs);
      const next = this.#sleepers.shift();
      if (!next) return;
      this.#nowMs = Math.max(this.#nowMs, next.wakeMs);
      next.wake();
      if (this.#sleepers.length > 0) this.#leap();
    }, 2);
  }
}
