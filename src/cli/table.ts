import { setTimeout as delay } from 'node:timers/promises';
import type { ChalkInstance } from 'chalk';
import type { IO } from './io.js';
import { chooseColumns, displayWidth, fitWidths, GAP, wrapText } from './table-layout.js';
import { cleanCell } from './text.js';
import { trimEndOf } from '../text-ends.js';

export type Cell = string | number | boolean | null | undefined;

/** One column of a table. */
export interface Column<Row> {
  header: string;
  value: (row: Row) => Cell;
  /** Colours the text on a terminal. */
  paint?: (text: string, color: ChalkInstance, row: Row) => string;
  align?: 'left' | 'right';
  /** Screen columns to begin with, so that rows that come one by one stay aligned. */
  minWidth?: number;
  /**
   * On a narrow terminal the columns with the highest number go first; columns without one stay.
   */
  dropOrder?: number;
}

export interface TableOptions {
  /** Said on stderr when there is no row. */
  empty?: string;
  /** Rows that are aligned together; 1 shows each row as it comes (`--follow`). Default 200. */
  pageSize?: number;
}

/**
 * Prints rows: aligned columns without boxes on a terminal, tab-separated with a header line
 * elsewhere (never cut, so that `cut` and `awk` read it). Rows may stream; memory holds one page.
 *
 * @returns the number of rows.
 */
export async function printTable<Row>(
  io: IO,
  rows: Iterable<Row> | AsyncIterable<Row>,
  columns: readonly Column<Row>[],
  { empty, pageSize = 200 }: TableOptions = {},
): Promise<number> {
  const printPage = io.isTerminal
    ? await openAlignedPrinter(io, columns)
    : openTabPrinter(io, columns);
  let page: Row[] = [];
  let count = 0;
  for await (const row of rows) {
    count += 1;
    page.push(row);
    if (page.length < pageSize) continue;
    await printPage(page);
    page = [];
    // A long table must not starve the signals that would stop it.
    await delay(0);
  }
  if (page.length > 0) await printPage(page);
  if (count === 0 && empty !== undefined) await io.info(empty);
  return count;
}

/** Prints a line of text for each row, `together` of them at once. Rows may stream. */
export async function printLines<Row>(
  io: IO,
  rows: Iterable<Row> | AsyncIterable<Row>,
  format: (row: Row) => string,
  together: number,
): Promise<void> {
  let lines: string[] = [];
  for await (const row of rows) {
    lines.push(format(row));
    if (lines.length < together) continue;
    await io.print(lines.join('\n'));
    lines = [];
    // Yields so that signals can be handled.
    await delay(0);
  }
  if (lines.length > 0) await io.print(lines.join('\n'));
}

/**
 * Prints names and values, one pair a line: aligned on a terminal, tab-separated elsewhere. Pairs
 * without a value are left out.
 */
export async function printRecord(
  io: IO,
  pairs: readonly (readonly [string, Cell])[],
): Promise<void> {
  const present = pairs.filter(([, value]) => value !== undefined && value !== null);
  if (present.length === 0) return;
  const nameWidth = Math.max(...present.map(([name]) => name.length)) + GAP;
  const lines = present.map(([name, value]) => {
    const text = cleanCell(String(value));
    return io.isTerminal
      ? `${io.color.out.bold(name.padEnd(nameWidth))}${text}`
      : `${name}\t${text}`;
  });
  await io.print(lines.join('\n'));
}

function textOf<Row>(column: Column<Row>, row: Row): string {
  const value = column.value(row);
  return value === undefined || value === null ? '' : cleanCell(String(value));
}

function openTabPrinter<Row>(
  io: IO,
  columns: readonly Column<Row>[],
): (page: readonly Row[]) => Promise<void> {
  let header = [columns.map((column) => column.header.toLowerCase()).join('\t')];
  return async (page) => {
    const lines = page.map((row) => columns.map((column) => textOf(column, row)).join('\t'));
    await io.print([...header, ...lines].join('\n'));
    header = [];
  };
}

/**
 * Widths only grow from page to page, so that a stream stays aligned; the first page decides which
 * columns fit.
 */
async function openAlignedPrinter<Row>(
  io: IO,
  columns: readonly Column<Row>[],
): Promise<(page: readonly Row[]) => Promise<void>> {
  const { default: Table } = await import('cli-table3');
  const widths = columns.map(({ header, minWidth = 0 }) => Math.max(header.length, minWidth));
  let shown: readonly number[] | undefined;

  return async (page) => {
    const isFirst = shown === undefined;
    page.forEach((row) => {
      columns.forEach((column, index) => {
        widths[index] = Math.max(widths[index] ?? 0, displayWidth(textOf(column, row)));
      });
    });
    shown ??= chooseColumns(
      columns.map(({ dropOrder }) => dropOrder),
      widths,
      io.width,
    );
    const fitted = fitWidths(
      shown.map((index) => widths[index] ?? 0),
      io.width,
    );
    if (!fitted) {
      await io.print(asRecords(io, page, columns));
      return;
    }
    const color = io.color.out;
    const visible = shown.flatMap((index) => columns[index] ?? []);
    const table = new Table({
      chars: NO_BOX,
      style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': GAP },
      colWidths: fitted.map((width) => width + GAP),
      colAligns: visible.map((column) => column.align ?? 'left'),
    });
    // cli-table3 counts colour codes when it wraps: wrapped here, painted line by line.
    const cell = (text: string, index: number, paint: (line: string) => string): string =>
      wrapText(text, fitted[index] ?? 0)
        .map((line) => (line === '' ? '' : paint(line)))
        .join('\n');
    if (isFirst) table.push(visible.map((column, index) => cell(column.header, index, color.bold)));
    for (const row of page) {
      table.push(
        visible.map((column, index) =>
          cell(textOf(column, row), index, (line) => column.paint?.(line, color, row) ?? line),
        ),
      );
    }
    const lines = table.toString().split('\n');
    await io.print(lines.map((line) => trimEndOf(line, / /)).join('\n'));
    if (isFirst && visible.length < columns.length)
      await io.info(color.dim(hiddenNote(columns, shown)));
  };
}

const NO_BOX = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((name) => [name, '']),
);

function asRecords<Row>(io: IO, page: readonly Row[], columns: readonly Column<Row>[]): string {
  return page
    .map((row) =>
      columns
        .map((column) => `${io.color.out.bold(column.header)}: ${textOf(column, row)}`)
        .join('\n'),
    )
    .join('\n\n');
}

function hiddenNote<Row>(columns: readonly Column<Row>[], shown: readonly number[]): string {
  const hidden = columns
    .filter((_, index) => !shown.includes(index))
    .map((column) => column.header);
  return `Hidden columns: ${hidden.join(', ')} (widen the terminal, pipe the output, or use --json)`;
}
