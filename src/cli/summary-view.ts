import type { FailureCause } from '../delivery/failure-causes.js';
import type { Summary } from '../delivery/tally.js';
import { wrapAroundCommands } from './hints.js';
import type { IO } from './io.js';
import { REASON_WORDS, WAITING_WORDS } from './reasons.js';
import { describeRun, describeTarget } from './run-view.js';
import { wrapWords } from './table-layout.js';
import { cleanCell } from './text.js';

/** Columns before what a line says. */
const LABEL_WIDTH = 11;
/** Least number of columns that an explanation gets on a narrow terminal. */
const LEAST_ROOM = 20;

/**
 * Prints the summary of a run as people read it. It is data, so it goes to stdout. On a terminal
 * explanations wrap with a hanging indent; elsewhere each row is one line.
 */
export async function printSummary(io: IO, summary: Summary): Promise<void> {
  const { red, yellow } = io.color.out;
  const { failed, pending, skips, waiting, warnings, recovered, filtered } = summary;
  await io.print(describeHead(io, summary).join('\n'));
  if (failed > 0) {
    await io.print(layOut(io, 'Failed', red(countOf(failed, 'postback'))));
    await printCauses(io, summary);
  }
  if (pending > 0) {
    await io.print(layOut(io, 'Pending', yellow(countOf(pending, 'postback'))));
    await printReasons(io, waiting, WAITING_WORDS);
  }
  await io.print(layOut(io, 'Skipped', describeSkipped(summary)));
  await printReasons(io, skips, REASON_WORDS);
  if (filtered !== undefined) {
    const goals = Object.entries(filtered).map(([goal, number]) => `${goal} ${count(number)}`);
    const words = `events that a filter of the goal excluded: ${goals.join(', ')}`;
    await io.print(layOut(io, 'Filtered', words));
  }
  const warned = parts(warnings);
  if (warned !== '') await io.print(layOut(io, 'Warnings', yellow(warned)));
  if (recovered !== undefined) {
    const words = `${count(recovered)} from an interrupted run, included above`;
    await io.print(layOut(io, 'Recovered', words));
  }
}

/** Returns a label and what it says; on a terminal, a long text continues below its beginning. */
function layOut(io: IO, label: string, text: string): string {
  const name = io.color.out.bold(label.padEnd(LABEL_WIDTH - 2));
  if (!io.isTerminal) return `${name}  ${text}`;
  return `${name}  ${wrapWords(' '.repeat(LABEL_WIDTH) + text, io.width).slice(LABEL_WIDTH)}`;
}

function describeHead(io: IO, summary: Summary): string[] {
  const { bold, red, green } = io.color.out;
  const { lines, invalid, events, delivered, durationMs, workspace, accounts } = summary;
  const bad = invalid > 0 ? `, ${red(`${count(invalid)} invalid`)}` : '';
  const read = `${count(lines)} read: ${countOf(events, 'event')}${bad}`;
  const done = summary.dryRun
    ? `${bold('Dry run:')} would send ${green(countOf(countPlanned(summary), 'postback'))}. ` +
      'Nothing was sent or recorded.'
    : layOut(
        io,
        'Delivered',
        `${green(countOf(delivered, 'postback'))} in ${(durationMs / 1000).toFixed(1)} s` +
          perNetwork(summary),
      );
  return [
    ...(summary.command === 'replay' ? [] : [layOut(io, 'Lines', read)]),
    layOut(io, 'Workspace', describeTarget(workspace, accounts, '')),
    done,
  ];
}

/** Postbacks of a dry run that no gate stopped. */
function countPlanned({ postbacks, networks }: Summary): number {
  return Object.values(networks).reduce((left, { skipped }) => left - skipped, postbacks);
}

/** Most skips are of whole events; a network's own gates stop postbacks. */
function describeSkipped({ skipped, networks }: Summary): string {
  const postbacks = Object.values(networks).reduce((sum, one) => sum + one.skipped, 0);
  if (skipped === 0) return '0';
  const units = [
    [skipped - postbacks, 'event'],
    [postbacks, 'postback'],
  ] as const;
  return units
    .filter(([number]) => number > 0)
    .map(([number, noun]) => countOf(number, noun))
    .join(', ');
}

async function printCauses(io: IO, { causes = [], failed }: Summary): Promise<void> {
  for (const cause of causes) {
    await printRow(io, hang(io, numberCell(cause.count), describeFailure(cause)));
    await io.print(`${' '.repeat(11)}Next: ${cause.next}`);
  }
  const rest = failed - causes.reduce((sum, cause) => sum + cause.count, 0);
  if (rest > 0)
    await printRow(io, hang(io, numberCell(rest), 'without a request, or for other reasons'));
}

/** Why postbacks of a goal failed, in a sentence. */
export function describeFailure({ goal, network, reason, message, mapping }: FailureCause): string {
  const said = message === null ? '' : `, ${cleanCell(message)}`;
  const mapped = mapping === undefined ? '' : ` (mapped to ${cleanCell(mapping)})`;
  return `${goal} at ${network}: ${cleanCell(reason)}${said}${mapped}`;
}

/** The counts of a run without an end, and why events were skipped: messages, not data. */
export function describeEnd(io: IO, summary: Summary): string {
  const { skips, waiting, causes = [] } = summary;
  const failed = causes.map((cause) => `${numberCell(cause.count)}${describeFailure(cause)}`);
  return [
    describeRun(summary),
    ...failed,
    ...listReasons(io, waiting, WAITING_WORDS),
    ...listReasons(io, skips, REASON_WORDS),
  ].join('\n');
}

async function printReasons(
  io: IO,
  counts: Readonly<Record<string, number>>,
  words: Readonly<Record<string, string>>,
): Promise<void> {
  for (const row of listReasons(io, counts, words)) await printRow(io, row);
}

function listReasons(
  io: IO,
  counts: Readonly<Record<string, number>>,
  words: Readonly<Record<string, string>>,
): string[] {
  const rows = Object.entries(counts)
    .filter(([, number]) => number > 0)
    .sort(([, a], [, b]) => b - a);
  const width = Math.max(0, ...rows.map(([reason]) => reason.length));
  return rows.map(([reason, number]) =>
    hang(io, `${numberCell(number)}${reason.padEnd(width)}  `, words[reason] ?? ''),
  );
}

/**
 * Prints a row as it is: its commands have the flags of this call, and painted they are not
 * recognized again.
 */
function printRow(io: IO, row: string): Promise<void> {
  return io.write(`${row}\n`);
}

/** Indent of a text below its label. */
const LOW_INDENT = ' '.repeat(11);

/** Returns a label and a text that wraps next to it; off a terminal, one line. */
function hang(io: IO, label: string, text: string): string {
  const { dim } = io.color.out;
  const hinted = io.hint(text);
  if (!io.isTerminal) return `${label}${hinted}`.trimEnd();
  const room = Math.max(LEAST_ROOM, io.width - label.length);
  const wrap = (width: number): string[] =>
    wrapAroundCommands(hinted, (part) => wrapWords(part, width)).split('\n');
  const lines = wrap(room);
  // A command that the edge of the screen would break goes below the label.
  if (lines.some((line) => line.length > room) && label.length > LOW_INDENT.length) {
    const below = wrap(io.width - LOW_INDENT.length).map((line) => LOW_INDENT + dim(line));
    return [label.trimEnd(), ...below].join('\n');
  }
  const [first = '', ...more] = lines;
  const rest = more.map((line) => `${' '.repeat(label.length)}${dim(line)}`);
  return [`${label}${dim(first)}`.trimEnd(), ...rest].join('\n');
}

function numberCell(number: number): string {
  return `${count(number).padStart(9)}  `;
}

function perNetwork({ networks }: Summary): string {
  const entries = Object.entries(networks).filter(([, { requests }]) => requests > 0);
  const words = entries.map(
    ([network, { delivered, requests }]) =>
      `${network} ${count(delivered)} in ${countOf(requests, 'request')}`,
  );
  return words.length === 0 ? '' : `: ${words.join(', ')}`;
}

function parts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, number]) => number > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([code, number]) => `${code} ${count(number)}`)
    .join(', ');
}

function countOf(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
