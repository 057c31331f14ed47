/** Grade of a metric against industry benchmarks. */
export type Grade = 'good' | 'average' | 'poor';

interface Benchmark {
  /** From here on it is good. */
  good: number;
  /** From here on it is average. */
  average: number;
}

/**
 * Industry benchmarks (docs/reference/product.md#figures). Rates in percent, times in
 * milliseconds.
 */
export const BENCHMARKS = {
  /** Average 95 to 99 %, good 98 % and more. */
  deliveryRate: { good: 98, average: 95 },
  /** Average 1 to 5 minutes, good less than 2. */
  responseTimeMs: { good: 120_000, average: 300_000 },
  /** Average 90 to 95 %, good 95 % and more. */
  accuracy: { good: 95, average: 90 },
} as const satisfies Record<string, Benchmark>;

/** The grade of a rate in percent: the more, the better. */
export function gradeRate(rate: number, { good, average }: Benchmark): Grade {
  if (rate >= good) return 'good';
  return rate >= average ? 'average' : 'poor';
}

/** The grade of the average response time: the less, the better. */
export function gradeTime(averageMs: number): Grade {
  const { good, average } = BENCHMARKS.responseTimeMs;
  if (averageMs < good) return 'good';
  return averageMs <= average ? 'average' : 'poor';
}
