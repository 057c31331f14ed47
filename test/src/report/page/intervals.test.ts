import { expect, test } from 'vitest';
import { cutIntoIntervals, type Interval } from '../../../../src/report/page/intervals.js';
import { Aggregate } from '../../../../src/report/aggregate.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UNTIL_MS = Date.parse('2026-03-30T12:30:00Z');

/** A conversion is delivered at each of these times; the last one fails besides. */
function cut(spanMs: number, times: readonly string[], timeZone = 'UTC'): Interval[] {
  const aggregate = new Aggregate({
    sinceMs: UNTIL_MS - spanMs,
    untilMs: UNTIL_MS,
    nowMs: UNTIL_MS,
    networks: [],
    goals: [],
  });
  const base = { network: 'amazon', goal: 'g' };
  for (const time of times) {
    const fact = { ...base, atMs: Date.parse(time), responseMs: 1, value: undefined, currency: '' };
    aggregate.addDelivered(fact);
  }
  return cutIntoIntervals(aggregate, timeZone);
}

test('of nothing there are none', () => {
  expect(cut(DAY_MS, [])).toEqual([]);
});

test('a day in hours, all of it, with the empty ones', () => {
  const slots = cut(DAY_MS, [
    '2026-03-30T09:10:00Z',
    '2026-03-30T11:59:00Z',
    '2026-03-30T11:01:00Z',
  ]);
  expect(slots).toHaveLength(25);
  const last = slots.slice(-4);
  expect(last.map(({ label, metrics }) => [label, metrics.delivered])).toEqual([
    ['09:00', 1],
    ['10:00', 0],
    ['11:00', 2],
    ['12:00', 0],
  ]);
  expect(last[1]?.metrics.deliveryRate).toBeNull();
  expect(slots[0]?.name).toBe('29 Mar, 12:00');
});

test('a week in days of the time zone', () => {
  const late = '2026-03-27T23:30:00Z';
  const times = [late, '2026-03-30T01:00:00Z'];
  expect(cut(7 * DAY_MS, times).map(({ label }) => label)).toEqual([
    '23 Mar',
    '24 Mar',
    '25 Mar',
    '26 Mar',
    '27 Mar',
    '28 Mar',
    '29 Mar',
    '30 Mar',
  ]);
  const tokyo = cut(7 * DAY_MS, times, 'Asia/Tokyo');
  expect(tokyo.slice(-3).map(({ label, metrics }) => [label, metrics.delivered])).toEqual([
    ['28 Mar', 1],
    ['29 Mar', 0],
    ['30 Mar', 1],
  ]);
});

test('the day on which clocks change is one day, and its hours are all there', () => {
  const days = cut(4 * DAY_MS, ['2026-03-28T00:00:00Z'], 'Europe/Berlin');
  expect(days.map(({ label }) => label)).toEqual([
    '26 Mar',
    '27 Mar',
    '28 Mar',
    '29 Mar',
    '30 Mar',
  ]);
  expect(cut(47 * HOUR_MS, ['2026-03-29T00:30:00Z'], 'Europe/Berlin')).toHaveLength(48);
});

test('a year in months', () => {
  const slots = cut(365 * DAY_MS, ['2025-11-02T00:00:00Z', '2026-03-30T01:00:00Z']);
  expect(slots.map(({ label }) => label)).toEqual([
    'Nov 25',
    'Dec 25',
    'Jan 26',
    'Feb 26',
    'Mar 26',
  ]);
});
