import type { Clock } from '../../clock.js';
import type { SharedPace } from '../shared-pace.js';
import type { WriteQueue } from './database/write-queue.js';

/**
 * Slots of so much time are taken at once, in milliseconds: a question for each would cost more.
 */
const BLOCK_MS = 100;

/** How often a request that waits looks whether it is still to leave, in milliseconds. */
const LOOK_EVERY_MS = 200;

/** Slots that were taken and are not used yet. */
interface Block {
  /** When the next slot begins, on this machine's clock that nobody sets. */
  nextMs: number;
  left: number;
  intervalMs: number;
}

/**
 * The pace of accounts that all runs share: one row for each account says when its next request
 * may leave (the generic cell rate algorithm), by the server's clock. Where the server cannot be
 * asked nothing leaves.
 */
export class PgPace implements SharedPace {
  readonly #queue: WriteQueue;
  readonly #clock: Clock;
  readonly #blocks = new Map<string, Block>();
  readonly #taking = new Map<string, Promise<void>>();

  constructor(queue: WriteQueue, clock: Clock) {
    this.#queue = queue;
    this.#clock = clock;
  }

  async wait(account: string, requestsPerSecond: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const startMs = this.#takeOwn(account);
      if (startMs !== undefined) {
        await this.#sleepUntil(startMs, signal);
        return;
      }
      // Several requests that ask at once share the question.
      const taking = this.#taking.get(account) ?? this.#take(account, requestsPerSecond);
      this.#taking.set(account, taking);
      await taking.finally(() => this.#taking.delete(account));
    }
  }

  async rest(account: string, restMs: number): Promise<void> {
    this.#blocks.delete(account);
    await this.#queue.read((session) =>
      session.change(
        `INSERT INTO @pace AS p (account, next_at) VALUES ($1,
           clock_timestamp() + make_interval(secs => $2))
         ON CONFLICT (account) DO UPDATE SET next_at = greatest(p.next_at, excluded.next_at)`,
        [account, restMs / 1000],
      ),
    );
  }

  /** Looks at the signal now and then: hundreds of requests may wait, and each would listen. */
  async #sleepUntil(startMs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const waitMs = startMs - performance.now();
      if (waitMs <= 0) return;
      await this.#clock.sleep(Math.min(waitMs, LOOK_EVERY_MS));
    }
  }

  /** The start of the next slot that was taken; undefined where none is left, or it has passed. */
  #takeOwn(account: string): number | undefined {
    const block = this.#blocks.get(account);
    if (!block) return undefined;
    const startMs = block.nextMs;
    // Slots of the past must not be used up all at once.
    if (block.left === 0 || performance.now() > startMs + Math.max(block.intervalMs, BLOCK_MS)) {
      this.#blocks.delete(account);
      return undefined;
    }
    block.left--;
    block.nextMs += block.intervalMs;
    return startMs;
  }

  async #take(account: string, requestsPerSecond: number): Promise<void> {
    const intervalMs = 1000 / requestsPerSecond;
    const count = Math.max(1, Math.floor(BLOCK_MS / intervalMs));
    const askedMs = performance.now();
    const [row] = await this.#queue.read((session) =>
      session.rows(
        `INSERT INTO @pace AS p (account, next_at) VALUES ($1,
           clock_timestamp() + make_interval(secs => $2))
         ON CONFLICT (account) DO UPDATE SET
           next_at = greatest(p.next_at, clock_timestamp()) + make_interval(secs => $2)
         RETURNING extract(epoch FROM next_at - clock_timestamp())::float8 * 1000 AS ends_in`,
        [account, (count * intervalMs) / 1000],
      ),
    );
    // The answer was made after the question: to count from the later moment is never too early.
    const nowMs = performance.now();
    const startMs = nowMs + Number(row?.['ends_in']) - count * intervalMs;
    this.#blocks.set(account, { nextMs: Math.max(startMs, askedMs), left: count, intervalMs });
  }
}
