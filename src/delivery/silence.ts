import { setTimeout as wait } from 'node:timers/promises';

/**
 * A stream that has nothing at hand for so long is silent, in milliseconds. From a full pipe more
 * comes within a turn of the event loop.
 */
const SILENCE_MS = 2;

/** Stands for a moment at which the next part of a stream is not at hand. */
export const SILENCE = Symbol('silence');

/** Yields the parts of a stream, and {@link SILENCE} before each that is not at hand. */
export async function* markSilence<T>(parts: AsyncIterable<T>): AsyncGenerator<T | typeof SILENCE> {
  const iterator = parts[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = iterator.next();
      if (!(await isAtHand(next))) yield SILENCE;
      const result = await next;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    // Not waited for: a caller that leaves would wait for a silent stream with it.
    void iterator.return?.();
  }
}

async function isAtHand(next: Promise<unknown>): Promise<boolean> {
  const patience = new AbortController();
  const isThere = next.then(
    () => true,
    () => true,
  );
  const silence = wait(SILENCE_MS, false, { signal: patience.signal }).catch(() => false);
  const answer = await Promise.race([isThere, silence]);
  patience.abort();
  return answer;
}
