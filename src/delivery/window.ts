import type { Limits, Skip } from '../networks/network.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** When a postback can be sent for the last time, in milliseconds since the epoch: event time + the network's window. */
export function deadlineOf(eventTimeMs: number, limits: Limits): number {
  return eventTimeMs + limits.windowMs;
}

/** The skip of an event outside the network's window, or undefined. The rule holds at the moment of sending. */
export function judgeAge(eventTimeMs: number, nowMs: number, limits: Limits): Skip | undefined {
  const ageMs = nowMs - eventTimeMs;
  if (ageMs >= limits.windowMs) {
    const window = `${limits.windowMs / DAY_MS} days`;
    return { reason: 'too_old', message: `the event is ${describe(ageMs)} old; the network takes ${window}` };
  }
  if (-ageMs > limits.futureMs) {
    const ahead = describe(-ageMs);
    return {
      reason: 'in_future',
      message: `the event is ${ahead} ahead of the clock; ${describe(limits.futureMs)} is allowed`,
    };
  }
  return undefined;
}

function describe(spanMs: number): string {
  if (spanMs >= 2 * DAY_MS) return `${Math.floor(spanMs / DAY_MS)} days`;
  if (spanMs >= 2 * HOUR_MS) return `${Math.floor(spanMs / HOUR_MS)} hours`;
  return `${Math.round(spanMs / MINUTE_MS)} minutes`;
}
