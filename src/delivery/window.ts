import type { Channel, Postback, Skip } from '../networks/network.js';

/** What a window depends on. */
type Dated = Pick<Postback, 'eventTimeMs' | 'facts'>;
type Windows = Pick<Channel, 'limits' | 'windowMsOf'>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * When a postback can be sent for the last time, in milliseconds since the epoch: event time + the
 * network's window.
 */
export function deadlineOf(postback: Dated, channel: Windows): number {
  return postback.eventTimeMs + windowOf(postback, channel);
}

/**
 * The skip of an event outside the network's window, or undefined. The rule holds at the moment of
 * sending.
 */
export function evaluateAge(postback: Dated, nowMs: number, channel: Windows): Skip | undefined {
  const ageMs = nowMs - postback.eventTimeMs;
  const { futureMs } = channel.limits;
  const windowMs = windowOf(postback, channel);
  if (ageMs >= windowMs) {
    const window = `${windowMs / DAY_MS} days`;
    return {
      reason: 'too_old',
      message: `the event is ${describe(ageMs)} old; the network takes ${window}`,
    };
  }
  if (-ageMs > futureMs) {
    const ahead = describe(-ageMs);
    return {
      reason: 'in_future',
      message: `the event is ${ahead} ahead of the clock; ${describe(futureMs)} is allowed`,
    };
  }
  return undefined;
}

function windowOf({ facts }: Dated, { limits, windowMsOf }: Windows): number {
  return windowMsOf === undefined ? limits.windowMs : windowMsOf(facts);
}

function describe(spanMs: number): string {
  if (spanMs >= 2 * DAY_MS) return `${Math.floor(spanMs / DAY_MS)} days`;
  if (spanMs >= 2 * HOUR_MS) return `${Math.floor(spanMs / HOUR_MS)} hours`;
  const minutes = Math.round(spanMs / MINUTE_MS);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
