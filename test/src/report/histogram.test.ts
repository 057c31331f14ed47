import fc from '../../kit/property.js';
import { expect, test } from 'vitest';
import { Histogram } from '../../../src/report/histogram.js';

function histogramOf(times: readonly number[]): Histogram {
  const spread = new Histogram();
  for (const ms of times) spread.add(ms);
  return spread;
}

test('of nothing there is neither average nor percentile', () => {
  const spread = new Histogram();
  expect([spread.count, spread.mean, spread.percentile(50)]).toEqual([0, null, null]);
});

test.each([
  ['one time is every percentile', [41_000], 99, 41_000],
  ['the median of an odd number', [1, 2, 100], 50, 2],
  ['of an even number the lower one', [1, 2, 3, 100], 50, 2],
  ['the 95th of a hundred', Array.from({ length: 100 }, (_, index) => index + 1), 95, 95],
  ['a clock that stood still', [0, 0, 0], 95, 0],
])('%s', (_name, times, percent, expected) => {
  expect(histogramOf(times).percentile(percent)).toBe(expected);
});

test('any percentile of any times is off by less than 1 %, and never outside of them', () => {
  const time = fc.oneof(fc.nat(5_000), fc.nat(2 ** 31), fc.integer({ min: 0, max: 2 ** 41 }));
  fc.assert(
    fc.property(
      fc.array(time, { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 100 }),
      (times, percent) => {
        const sorted = [...times].sort((a, b) => a - b);
        const exact = sorted[Math.ceil((percent / 100) * sorted.length) - 1]!;
        const found = histogramOf(times).percentile(percent)!;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.01);
        expect(found).toBeGreaterThanOrEqual(sorted[0]!);
        expect(found).toBeLessThanOrEqual(sorted.at(-1)!);
      },
    ),
  );
});

test('a time beyond all measure is counted as the longest', () => {
  const spread = histogramOf([1000, Number.MAX_SAFE_INTEGER]);
  expect(spread.percentile(50)).toBeGreaterThanOrEqual(992);
  expect(spread.percentile(100)).toBeGreaterThan(2 ** 40);
});
