import { BENCHMARKS, gradeRate, gradeTime, type Grade } from '../report/benchmarks.js';
import type { Check } from '../report/checks.js';
import type { MetricsData } from '../report/metrics.js';
import type { Segment, Aggregate } from '../report/aggregate.js';
import { describeCount, describeRate, describeSpan, GRADE_WORDS } from '../report/words.js';
import type { IO } from './io.js';
import { drawSparkline } from './sparkline.js';
import { printTable, type Column } from './table.js';
import { localTime } from './time.js';

const HOUR_MS = 3_600_000;
/** A day, with the hour that it begins in. */
const SPARKLINE_WIDTH = 25;

interface Row extends MetricsData {
  scope: string;
  name: string;
  sparkline: string;
}

/** The columns; off a terminal numbers are plain, so that scripts read them. */
function statsColumns(isTerminal: boolean): Column<Row>[] {
  const rate = (value: number | null): string | number | null =>
    isTerminal ? describeRate(value) : value;
  const span = (value: number | null): string | number | null =>
    isTerminal ? describeSpan(value) : value;
  const number = (value: number): string | number => (isTerminal ? describeCount(value) : value);
  const right = { align: 'right' } as const;
  const columns: Column<Row>[] = [
    { header: 'Of', value: ({ scope }) => scope, dropOrder: 8 },
    { header: 'Name', value: ({ name }) => name },
    { header: 'Conversions', value: ({ conversions }) => number(conversions), ...right },
    { header: 'Delivered', value: ({ delivered }) => number(delivered), ...right, dropOrder: 2 },
    { header: 'Failed', value: ({ failed }) => number(failed), ...right, dropOrder: 5 },
    { header: 'Pending', value: ({ pending }) => number(pending), ...right, dropOrder: 7 },
    { header: 'Lost', value: ({ lost }) => number(lost), ...right, dropOrder: 4 },
    {
      header: 'Rate',
      value: ({ deliveryRate }) => rate(deliveryRate),
      paint: (text, color, { deliveryRate }) =>
        deliveryRate === null
          ? text
          : color[COLORS[gradeRate(deliveryRate, BENCHMARKS.deliveryRate)]](text),
      ...right,
    },
    { header: 'p50', value: ({ responseTimeMs }) => span(responseTimeMs.p50), ...right },
    { header: 'p95', value: ({ responseTimeMs }) => span(responseTimeMs.p95), ...right },
    {
      header: 'p99',
      value: ({ responseTimeMs }) => span(responseTimeMs.p99),
      ...right,
      dropOrder: 9,
    },
    { header: 'Accuracy', value: ({ accuracy }) => rate(accuracy), ...right, dropOrder: 3 },
    { header: 'Accepted', value: ({ accepted }) => number(accepted), ...right, dropOrder: 10 },
  ];
  return isTerminal
    ? [...columns, { header: 'By hour', value: ({ sparkline }) => sparkline, dropOrder: 6 }]
    : columns;
}

const COLORS: Readonly<Record<Grade, 'green' | 'yellow' | 'red'>> = {
  good: 'green',
  average: 'yellow',
  poor: 'red',
};

/**
 * Prints the metrics of a period: a row in total, per network and per goal, then an overall rating.
 */
export async function printStats(
  io: IO,
  aggregate: Aggregate,
  checks: readonly Check[],
): Promise<void> {
  const { sinceMs, untilMs } = aggregate.filter;
  if (io.isTerminal) await io.print(`${localTime(sinceMs)} to ${localTime(untilMs)}\n`);
  const rows = [
    toRow(aggregate, 'all', 'all', aggregate.total),
    ...toRows(aggregate, 'network'),
    ...toRows(aggregate, 'goal'),
  ];
  await printTable(io, rows, statsColumns(io.isTerminal));
  if (aggregate.total.metrics.conversions === 0) {
    await io.info(
      'No conversions in this period. For skips, run: postback logs --all. For a first run: ' +
        'postback demo.',
    );
  } else {
    await io.info(`\n${describeState(io, aggregate.total.metrics.toData())}`);
  }
  for (const check of checks) await io.info(describeCheck(io, check));
}

/** The figures of all against the benchmarks, in a line each. */
function describeState(io: IO, { deliveryRate, responseTimeMs, accuracy }: MetricsData): string {
  const { err } = io.color;
  const line = (name: string, shown: string, grade: Grade, benchmark: string): string =>
    `${name.padEnd(22)}${shown.padStart(9)}  ${err[COLORS[grade]](GRADE_WORDS[grade])}  ` +
    err.dim(benchmark);
  const lines: string[] = [];
  if (deliveryRate !== null) {
    const grade = gradeRate(deliveryRate, BENCHMARKS.deliveryRate);
    lines.push(line('Delivery rate', describeRate(deliveryRate), grade, 'good is 98 % or more'));
  }
  if (responseTimeMs.mean !== null) {
    const grade = gradeTime(responseTimeMs.mean);
    lines.push(
      line(
        'Average response time',
        describeSpan(responseTimeMs.mean),
        grade,
        'good is less than 2 min',
      ),
    );
  }
  if (accuracy !== null) {
    lines.push(
      line(
        'Accuracy',
        describeRate(accuracy),
        gradeRate(accuracy, BENCHMARKS.accuracy),
        'good is 95 % or more',
      ),
    );
  }
  return lines.join('\n');
}

function describeCheck(io: IO, check: Check): string {
  const { err } = io.color;
  return `${check.holds ? err.green('passed') : err.red('failed')} ${explainCheck(check)}`;
}

/** Returns a limit and what was found, without whether it is met. */
export function explainCheck({ check, limit, actual }: Check): string {
  const describe = check === 'min-delivery-rate' ? describeRate : describeSpan;
  const words =
    check === 'min-delivery-rate'
      ? `the delivery rate is ${describe(actual)}, the minimum is ${describe(limit)}`
      : `95 % are delivered within ${describe(actual)}, the maximum is ${describe(limit)}`;
  const described = actual === null ? 'there are no conversions in this period' : words;
  return `--${check} ${describe(limit)}: ${described}`;
}

function toRows(aggregate: Aggregate, scope: 'network' | 'goal'): Row[] {
  const segments = scope === 'network' ? aggregate.networks : aggregate.goals;
  return [...segments]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, segment]) => toRow(aggregate, scope, name, segment));
}

function toRow({ filter }: Aggregate, scope: string, name: string, segment: Segment): Row {
  const hours: number[] = [];
  for (
    let hour = Math.floor(filter.sinceMs / HOUR_MS) * HOUR_MS;
    hour <= filter.untilMs;
    hour += HOUR_MS
  ) {
    hours.push(segment.deliveredIn(hour));
  }
  return {
    scope,
    name,
    ...segment.metrics.toData(),
    sparkline: drawSparkline(hours, SPARKLINE_WIDTH),
  };
}
