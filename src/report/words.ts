import type { Grade } from './benchmarks.js';

/** Placeholder for a metric without a value. */
export const NOTHING = '-';

/** A rate in percent as people read it: `98.5 %`. */
export function describeRate(rate: number | null): string {
  return rate === null ? NOTHING : `${rate} %`;
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** A span of time in its largest unit, with a decimal below ten: `41 s`, `1.9 min`, `12 h`. */
export function describeSpan(ms: number | null): string {
  if (ms === null) return NOTHING;
  const [unitMs, unit] = UNITS.find(([size]) => ms >= size) ?? [1, 'ms'];
  const amount = ms / unitMs;
  return `${amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount)} ${unit}`;
}

/** A whole number with its thousands apart: `12,345`. */
export function describeCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Labels of grades. */
export const GRADE_WORDS: Readonly<Record<Grade, string>> = {
  good: 'good',
  average: 'average',
  poor: 'worse than average',
};
