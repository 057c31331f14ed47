import { describeProblem, type LintCounts, type LintProblem } from '../events/lint.js';
import type { IO } from './io.js';
import { type Column, printTable } from './table.js';

const PLACE: Column<LintProblem> = { header: 'Place', value: describePosition };
const FIELD: Column<LintProblem> = { header: 'Field', value: ({ field }) => field || 'the line' };
const CODE: Column<LintProblem> = {
  header: 'Code',
  value: ({ code }) => code,
  paint: (text, color, { severity }) =>
    severity === 'error' ? color.red(text) : color.yellow(text),
};

/** On a terminal the message begins with the field, which saves a column. */
function columnsOf({ isTerminal }: IO): Column<LintProblem>[] {
  return isTerminal
    ? [PLACE, CODE, { header: 'Message', value: describeProblem }]
    : [PLACE, FIELD, CODE, { header: 'Message', value: ({ message }) => message }];
}

/** Prints every problem as it is found, then what was counted. */
export async function printLint(
  io: IO,
  batches: AsyncIterable<LintProblem[]>,
  counts: LintCounts,
): Promise<void> {
  await printTable(io, flatten(batches), columnsOf(io));
  const color = io.color.out;
  const { lines, valid, invalid, codes, warnings } = counts;
  const shown = [
    `${color.bold('Lines')}    ${number(lines)}: ${color.green(number(valid))} valid, ` +
      (invalid > 0 ? color.red(`${number(invalid)} invalid`) : 'none invalid'),
  ];
  for (const [code, count] of Object.entries(codes).sort(([, a], [, b]) => b - a)) {
    shown.push(`  ${number(count).padStart(7)}  ${code}`);
  }
  const total = Object.values(warnings).reduce((sum, count) => sum + count, 0);
  if (total > 0)
    shown.push(`${color.bold('Warnings')} ${number(total)}; these events are still valid`);
  for (const [code, count] of Object.entries(warnings).sort(([, a], [, b]) => b - a)) {
    shown.push(`  ${number(count).padStart(7)}  ${code}`);
  }
  await io.print(shown.join('\n'));
}

function describePosition({ file, line, column, element }: LintProblem): string {
  const at = column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
  return element === undefined ? at : `${at} (element ${element})`;
}

async function* flatten<T>(batches: AsyncIterable<T[]>): AsyncGenerator<T> {
  for await (const batch of batches) yield* batch;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
