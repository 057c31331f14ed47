import type { Clock } from '../../clock.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * How far ahead of the sandbox's clock an event may be. Amazon documents no limit; a conversion
 * cannot be ahead.
 */
const AHEAD_MS = 5 * 60 * 1000;

/** What is wrong with the moment of an event, or undefined. */
export function evaluateAge(clock: Clock, timeMs: number, windowDays: number): string | undefined {
  const ageMs = clock.now() - timeMs;
  if (ageMs > windowDays * DAY_MS) return `must be no more than ${windowDays} days old`;
  if (ageMs < -AHEAD_MS) return 'must not be in the future';
  return undefined;
}
