import type { Random } from '../../src/random.js';
import { SEED } from './seed.js';

/** A generator of numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function makeSeededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const unit = makeSeededRandom(SEED);

/**
 * Chance for code that runs in a test's process. All tests of a file share one sequence: run ids
 * stay distinct, and the same seed repeats them.
 */
export const testRandom: Random = {
  unit,
  bytes: (size) => Buffer.from(Array.from({ length: size }, () => Math.floor(unit() * 256))),
};
