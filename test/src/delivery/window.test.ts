import { describe, expect, it } from 'vitest';

import { deadlineOf, evaluateAge } from '../../../src/delivery/window.js';
import { LIMITS } from './items.js';

const CHANNEL = { limits: LIMITS };
const at = (eventTimeMs: number, facts = {}): Parameters<typeof deadlineOf>[0] => ({
  eventTimeMs,
  facts,
});
const NOW_MS = Date.UTC(2026, 10, 21);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe('the window', () => {
  it.each<[what: string, ageMs: number, reason: string | undefined, words?: RegExp]>([
    ['now', 0, undefined],
    ['a millisecond before the deadline', 7 * DAY_MS - 1, undefined],
    ['at the deadline', 7 * DAY_MS, 'too_old', /7 days old; the network takes 7 days/],
    ['long after it', 40 * DAY_MS, 'too_old', /40 days old/],
    ['ahead as far as clocks may differ', -5 * MINUTE_MS, undefined],
    [
      'a millisecond more',
      -5 * MINUTE_MS - 1,
      'in_future',
      /5 minutes ahead of the clock; 5 minutes is allowed/,
    ],
    ['hours ahead', -5 * HOUR_MS, 'in_future', /5 hours ahead/],
  ])('%s', (_what, ageMs, reason, words) => {
    const stopped = evaluateAge(at(NOW_MS - ageMs), NOW_MS, CHANNEL);
    expect(stopped?.reason).toBe(reason);
    if (words) expect(stopped?.message).toMatch(words);
  });

  it('closes at event time + window', () => {
    const deadline = deadlineOf(at(NOW_MS), CHANNEL);
    expect(deadline).toBe(NOW_MS + 7 * DAY_MS);
    expect(evaluateAge(at(NOW_MS), deadline - 1, CHANNEL)).toBeUndefined();
    expect(evaluateAge(at(NOW_MS), deadline, CHANNEL)?.reason).toBe('too_old');
  });

  it('may be shorter for some conversions', () => {
    const windowMsOf = (facts: object): number => ('click' in facts ? 7 * DAY_MS : DAY_MS);
    const channel = { limits: LIMITS, windowMsOf };
    expect(evaluateAge(at(NOW_MS - 2 * DAY_MS), NOW_MS, channel)?.message).toMatch(
      /the network takes 1 days/,
    );
    expect(evaluateAge(at(NOW_MS - 2 * DAY_MS, { click: 1 }), NOW_MS, channel)).toBeUndefined();
    expect(deadlineOf(at(NOW_MS), channel)).toBe(NOW_MS + DAY_MS);
  });
});
