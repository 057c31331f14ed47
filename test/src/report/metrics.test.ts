import { expect, test } from 'vitest';
import { BENCHMARKS, gradeRate, gradeTime } from '../../../src/report/benchmarks.js';
import { checkMetrics } from '../../../src/report/checks.js';
import { Metrics } from '../../../src/report/metrics.js';
import { bucketOf } from '../../../src/report/histogram.js';
import { describeCount, describeRate, describeSpan } from '../../../src/report/words.js';

function makeMetrics(
  counts: Partial<Record<'failed' | 'refused' | 'pending' | 'lost', number>>,
  times: number[],
): Metrics {
  const metrics = Object.assign(new Metrics(), counts);
  for (const ms of times) metrics.deliver(ms, bucketOf(ms));
  return metrics;
}

test('of no conversion there is no rate', () => {
  expect(makeMetrics({}, []).toData()).toEqual({
    conversions: 0,
    delivered: 0,
    failed: 0,
    pending: 0,
    accepted: 0,
    lost: 0,
    deliveryRate: null,
    responseTimeMs: { mean: null, p50: null, p95: null, p99: null },
    accuracy: null,
  });
});

test('the delivery rate is of all conversions, accuracy of those that a network judged', () => {
  const metrics = makeMetrics({ failed: 2, refused: 1, pending: 3, lost: 2 }, [1000, 2000, 3000]);
  expect(metrics.toData()).toMatchObject({
    conversions: 10,
    delivered: 3,
    deliveryRate: 30,
    accuracy: 75,
  });
});

test('a rate is never rounded up: 100 means that none is missing', () => {
  const metrics = makeMetrics({ pending: 1 }, []);
  metrics.delivered = 1_000_000;
  expect(metrics.toData().deliveryRate).toBe(99.99);
  metrics.pending = 0;
  expect(metrics.toData().deliveryRate).toBe(100);
  for (const cents of [9801, 5705, 1001]) {
    expect(
      Object.assign(new Metrics(), { delivered: cents, failed: 10_000 - cents }).toData()
        .deliveryRate,
    ).toBe(cents / 100);
  }
});

test.each([
  [98, 'good'],
  [97.99, 'average'],
  [95, 'average'],
  [94.99, 'poor'],
] as const)('a delivery rate of %d %% is %s', (rate, grade) => {
  expect(gradeRate(rate, BENCHMARKS.deliveryRate)).toBe(grade);
});

test.each([
  [119_999, 'good'],
  [120_000, 'average'],
  [300_000, 'average'],
  [300_001, 'poor'],
] as const)('an average of %d ms is %s', (ms, grade) => {
  expect(gradeTime(ms)).toBe(grade);
});

test.each([
  ['nothing is asked for', {}, []],
  ['a rate that is reached', { minDeliveryRate: 75 }, [true]],
  ['a rate that is not', { minDeliveryRate: 75.1 }, [false]],
  ['a time that is kept', { maxResponseTimeMs: 4000 }, [true]],
  ['both, one of them not held', { minDeliveryRate: 10, maxResponseTimeMs: 2000 }, [true, false]],
])('%s', (_name, demands, holds) => {
  const metrics = makeMetrics({ lost: 1 }, [1000, 1000, 3000]);
  expect(checkMetrics(metrics, demands).map((check) => check.holds)).toEqual(holds);
});

test('the limit is held to the rate itself, not to what is shown of it', () => {
  const metrics = Object.assign(new Metrics(), { delivered: 99_999, failed: 1 });
  expect(checkMetrics(metrics, { minDeliveryRate: 99.999 })).toMatchObject([
    { holds: true, actual: 99.99 },
  ]);
});

test('where there is nothing to judge no check holds', () => {
  const checks = checkMetrics(new Metrics(), { minDeliveryRate: 0, maxResponseTimeMs: 1000 });
  expect(checks).toEqual([
    { check: 'min-delivery-rate', limit: 0, actual: null, holds: false },
    { check: 'max-response-time', limit: 1000, actual: null, holds: false },
  ]);
});

test.each([
  [null, '-'],
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [1449, '1.4 s'],
  [41_400, '41 s'],
  [114_000, '1.9 min'],
  [3_600_000, '1 h'],
  [223_346_688, '2.6 d'],
])('%s ms read %s', (ms, words) => {
  expect(describeSpan(ms)).toBe(words);
});

test('rates and counts as people read them', () => {
  expect([describeRate(null), describeRate(98.5), describeCount(1_234_567)]).toEqual([
    '-',
    '98.5 %',
    '1,234,567',
  ]);
});
