import type { Channel } from '../networks/network.js';

/** Requests a second from which timers cannot keep a decimal. */
const FINE_PACE = 50;
/** Longest time that a timer of Node can wait, in milliseconds. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Options of p-queue: at most `intervalCap` requests start in `interval` milliseconds. */
export interface QueuePace {
  interval?: number;
  intervalCap?: number;
}

/**
 * Returns the pace of a queue for a rate; 0 is unpaced. p-queue counts whole requests, so a decimal
 * rate has one request an interval. Pure.
 */
export function toQueuePace(requestsPerSecond: number): QueuePace {
  if (requestsPerSecond <= 0) return {};
  if (Number.isInteger(requestsPerSecond) || requestsPerSecond >= FINE_PACE) {
    return { interval: 1000, intervalCap: Math.floor(requestsPerSecond) };
  }
  const interval = Math.ceil(1000 / requestsPerSecond);
  return { interval: Math.min(LONGEST_TIMER_MS, interval), intervalCap: 1 };
}

/** Names what has a pace of its own, where the runs of several machines share it. */
export function paceKeyOf({
  network,
  account,
  isForLists,
}: Pick<Channel, 'network' | 'account' | 'isForLists'>): string {
  return `${network} ${account}${isForLists ? ' lists' : ''}`;
}
