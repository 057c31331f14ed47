import { line, stack } from 'd3-shape';
import { BENCHMARKS } from '../benchmarks.js';
import { roundDown } from '../metrics.js';
import { describeCount, describeRate } from '../words.js';
import { makeCanvas, renderBenchmark, renderChart, round } from './chart.js';
import { html, type Html } from './html.js';
import type { Interval } from './intervals.js';

/** Results of conversions, from the bottom of a bar to the top. */
export const FATES = ['delivered', 'failed', 'pending', 'lost'] as const;

/** Conversions over time, by what became of them. */
export function renderDeliveries(intervals: readonly Interval[]): Html {
  const highest = Math.max(1, ...intervals.map(({ metrics }) => metrics.conversions));
  const canvas = makeCanvas({ steps: keysOf(intervals), domain: [0, highest], isRounded: true });
  const layers = stack<Interval, (typeof FATES)[number]>()
    .keys(FATES)
    .value(({ metrics }, fate) => metrics[fate])(intervals as Interval[]);
  const marks = layers.flatMap((layer) =>
    layer.flatMap(([from, to], index) => {
      if (from === to) return [];
      const { name, metrics } = intervals[index] as Interval;
      const top = canvas.y(to);
      const height = Math.max(0.5, canvas.y(from) - top);
      return [
        html`<rect
          class="${layer.key}"
          x="${round(canvas.x(String(index)) ?? 0)}"
          y="${round(top)}"
          width="${round(canvas.x.bandwidth())}"
          height="${round(height)}"
          ><title>${name}: ${describeCount(metrics[layer.key])} ${layer.key}</title></rect
        >`,
      ];
    }),
  );
  return renderChart({
    id: 'deliveries',
    title: 'Conversions over time, by result',
    summary:
      `${intervals.length} bars; the highest has ${describeCount(highest)} conversions. The table ` +
      'below has all numbers.',
    canvas,
    labels: intervals.map(({ label }) => label),
    formatAmount: describeCount,
    marks,
  });
}

/** The delivery rate over time, with the benchmark; a gap where there was nothing to deliver. */
export function renderRate(intervals: readonly Interval[]): Html {
  const rates = intervals.flatMap(({ metrics }) => metrics.deliveryRate ?? []);
  const lowest = Math.min(90, ...rates.map((rate) => Math.floor(rate / 10) * 10));
  const canvas = makeCanvas({ steps: keysOf(intervals), domain: [lowest, 100], isRounded: false });
  const centre = (index: number): number =>
    (canvas.x(String(index)) ?? 0) + canvas.x.bandwidth() / 2;
  const path = line<Interval>()
    .defined(({ metrics }) => metrics.deliveryRate !== null)
    .x((_, index) => round(centre(index)))
    .y(({ metrics }) => round(canvas.y(metrics.deliveryRate ?? 0)))(intervals as Interval[]);
  const dots = intervals.flatMap(({ name, metrics }, index) => {
    if (metrics.deliveryRate === null) return [];
    const words = describeRate(roundDown(metrics.deliveryRate));
    return [
      html`<circle
        class="dot"
        cx="${round(centre(index))}"
        cy="${round(canvas.y(metrics.deliveryRate))}"
        r="3.5"
        ><title>${name}: ${words}</title></circle
      >`,
    ];
  });
  const { good } = BENCHMARKS.deliveryRate;
  return renderChart({
    id: 'rate',
    title: `Delivery rate over time against the benchmark of ${good} %`,
    summary: describeRates(rates),
    canvas,
    labels: intervals.map(({ label }) => label),
    formatAmount: (amount) => `${amount} %`,
    marks: [
      html`<path class="rate" d="${path ?? ''}" />`,
      ...dots,
      renderBenchmark(canvas, good, `good: ${good} % or more`),
    ],
  });
}

function describeRates(rates: readonly number[]): string {
  const low = describeRate(roundDown(Math.min(...rates)));
  const high = describeRate(roundDown(Math.max(...rates)));
  const below = rates.filter((rate) => rate < BENCHMARKS.deliveryRate.good).length;
  return (
    `Between ${low} and ${high}; below the benchmark in ${below} of ${rates.length} steps of ` +
    'time.'
  );
}

/** Labels may come twice, numbers do not. */
function keysOf(intervals: readonly Interval[]): string[] {
  return intervals.map((_, index) => String(index));
}
