import type { OutcomeKind } from '../networks/network.js';
import type { Random } from '../random.js';

/**
 * Base and cap of the exponential backoff: Amazon's pages ask for 2, 4, 8 s
 * (docs/reference/amazon.md#answers).
 */
const BASE_MS = 1_000;
const CAP_MS = 60_000;
/**
 * A network that asks for more than this is left alone for this run: its postbacks stay pending.
 */
export const LONGEST_WAIT_MS = 60_000;

/**
 * How often a network is rested in a row before a run that has read its input gives it up: about
 * half a minute.
 */
export const MOST_RESTS = 5;

/** What one outcome means for a postback. */
export type Fate = 'delivered' | 'again' | 'failed' | 'waits';

const FATES: Record<OutcomeKind, Fate> = {
  delivered: 'delivered',
  processing: 'waits',
  transient: 'again',
  throttled: 'again',
  // Not mentioned in the answer: it may have arrived, so it is sent again with the same dedupe id.
  unknown: 'again',
  credential: 'waits',
  configuration: 'failed',
  payload: 'failed',
  expired: 'failed',
};

/**
 * Returns whether an outcome is final, and how. Only transient and throttled outcomes are tried
 * again.
 */
export function evaluateOutcome(kind: OutcomeKind): Fate {
  return FATES[kind];
}

/**
 * How long to wait before attempt `attempts` + 1, in milliseconds: exponential with full jitter,
 * and never shorter than the network asked.
 * @param attempts attempts made so far, from 1
 */
export function backoffMs(
  attempts: number,
  retryAfterMs: number | undefined,
  random: Random,
): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempts - 1, 16));
  return Math.max(retryAfterMs ?? 0, Math.round(random.unit() * ceiling));
}
