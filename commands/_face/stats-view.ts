import { BENCHMARKS, gradeRate, gradeTime, type Grade } from '../../src/report/benchmarks.js';
import type { Check } from '../../src/report/checks.js';
import type { FiguresData } from '../../src/report/figures.js';
import type { Share, Survey } from '../../src/report/survey.js';
import { describeCount, describeRate, describeSpan, GRADE_WORDS } from '../../src/report/words.js';
import type { IO } from './io.js';
import { drawSparkline } from './sparkline.js';
import { printTable, type Column } from './table.js';
import { localTime } from './time.js';

const HOUR_MS = 3_600_000;
/** A day, with the hour that it begins in. */
const SPARKLINE_WIDTH = 25;

interface Row extends FiguresData {
  scope: string;
  name: string;
  sparkline: string;
}

/** The columns; off a terminal numbers are plain, so that scripts read them. */
function statsColumns(isTerminal: boolean): Column<Row>[] {
  const rate = (value: number | null): string | number | null => (isTerminal ? describeRate(value) : value);
  const span = (value: number | null): string | number | null => (isTerminal ? describeSpan(value) : value);
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
        deliveryRate === null ? text : color[COLORS[gradeRate(deliveryRate, BENCHMARKS.deliveryRate)]](text),
      ...right,
    },
    { header: 'p50', value: ({ responseTimeMs }) => span(responseTimeMs.p50), ...right },
    { header: 'p95', value: ({ responseTimeMs }) => span(responseTimeMs.p95), ...right },
    { header: 'p99', value: ({ responseTimeMs }) => span(responseTimeMs.p99), ...right, dropOrder: 9 },
    { header: 'Accuracy', value: ({ accuracy }) => rate(accuracy), ...right, dropOrder: 3 },
    { header: 'Accepted', value: ({ accepted }) => number(accepted), ...right, dropOrder: 10 },
  ];
  return isTerminal ? [...columns, { header: 'By hour', value: ({ sparkline }) => sparkline, dropOrder: 6 }] : columns;
}

const COLORS: Readonly<Record<Grade, 'green' | 'yellow' | 'red'>> = { good: 'green', average: 'yellow', poor: 'red' };

/** Prints what the log says of a time: a row for all, each network and each goal, then how it stands. */
export async function printStats(io: IO, survey: Survey, checks: readonly Check[]): Promise<void> {
  const { sinceMs, untilMs } = survey.filter;
  if (io.isTerminal) await io.out(`${localTime(sinceMs)} to ${localTime(untilMs)}\n`);
  const rows = [toRow(survey, 'all', 'all', survey.total), ...toRows(survey, 'network'), ...toRows(survey, 'goal')];
  await printTable(io, rows, statsColumns(io.isTerminal));
  if (survey.total.figures.conversions === 0) {
    await io.remark('No conversion in that time. Skips are in postback logs --all; a first run: postback demo.');
  } else {
    await io.remark(`\n${describeStanding(io, survey.total.figures.toData())}`);
  }
  for (const check of checks) await io.remark(describeCheck(io, check));
}

/** The figures of all against the benchmarks, in a line each. */
function describeStanding(io: IO, { deliveryRate, responseTimeMs, accuracy }: FiguresData): string {
  const { err } = io.color;
  const line = (name: string, shown: string, grade: Grade, benchmark: string): string =>
    `${name.padEnd(22)}${shown.padStart(9)}  ${err[COLORS[grade]](GRADE_WORDS[grade])}  ${err.dim(benchmark)}`;
  const lines: string[] = [];
  if (deliveryRate !== null) {
    const grade = gradeRate(deliveryRate, BENCHMARKS.deliveryRate);
    lines.push(line('Delivery rate', describeRate(deliveryRate), grade, 'good is 98 % or more'));
  }
  if (responseTimeMs.mean !== null) {
    const grade = gradeTime(responseTimeMs.mean);
    lines.push(line('Average response time', describeSpan(responseTimeMs.mean), grade, 'good is less than 2 min'));
  }
  if (accuracy !== null) {
    lines.push(
      line('Accuracy', describeRate(accuracy), gradeRate(accuracy, BENCHMARKS.accuracy), 'good is 95 % or more'),
    );
  }
  return lines.join('\n');
}

function describeCheck(io: IO, { check, limit, actual, holds }: Check): string {
  const { err } = io.color;
  const describe = check === 'min-delivery-rate' ? describeRate : describeSpan;
  const words =
    check === 'min-delivery-rate'
      ? `the delivery rate is ${describe(actual)}, at least ${describe(limit)} is asked for`
      : `95 % are delivered within ${describe(actual)}, ${describe(limit)} is allowed`;
  const told = actual === null ? 'there is no conversion to judge, so it is not shown to hold' : words;
  return `${holds ? err.green('held   ') : err.red('not held')} --${check} ${describe(limit)}: ${told}`;
}

function toRows(survey: Survey, scope: 'network' | 'goal'): Row[] {
  const shares = scope === 'network' ? survey.networks : survey.goals;
  return [...shares].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, share]) => toRow(survey, scope, name, share));
}

function toRow({ filter }: Survey, scope: string, name: string, share: Share): Row {
  const hours: number[] = [];
  for (let hour = Math.floor(filter.sinceMs / HOUR_MS) * HOUR_MS; hour <= filter.untilMs; hour += HOUR_MS) {
    hours.push(share.deliveredIn(hour));
  }
  return { scope, name, ...share.figures.toData(), sparkline: drawSparkline(hours, SPARKLINE_WIDTH) };
}
