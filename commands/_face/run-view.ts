import { describeInvalid } from '../../src/delivery/record-reader.js';
import type { Update } from '../../src/delivery/report.js';
import type { Accounts, Summary } from '../../src/delivery/tally.js';
import { type Problem, toProblem } from '../../src/events/lint.js';
import { findInterruption, runSignal } from './interruption.js';
import { toSafeJson, type IO } from './io.js';
import { REASON_WORDS } from './reasons.js';
import { wrapText } from './table-layout.js';

/** Invalid lines shown one by one; what comes after them is counted only, so that a bad file does not flood the screen. */
const SHOWN_PROBLEMS = 20;
const PROGRESS_MS = 200;

/** Tells on stderr what a run meets while it goes on. */
export class RunView {
  readonly #io: IO;
  #problems = 0;
  readonly #listed: Problem[] = [];
  #shownAtMs = 0;
  #startedAtMs: number | undefined;
  #hasProgress = false;
  #hasTarget = false;

  constructor(io: IO, signal: AbortSignal = runSignal) {
    this.#io = io;
    const tell = (): void => {
      if (findInterruption()?.reason === 'EPIPE') return;
      void this.#say('Stopping: what is in flight is finished and recorded. Ctrl-C again leaves at once.');
    };
    signal.addEventListener('abort', tell, { once: true });
  }

  /** Shows one update. Words only: data is the summary. */
  show(update: Update): void {
    if (update.type === 'run') this.showTarget(update);
    else if (update.type === 'invalid') this.#showProblem(update);
    else if (update.type === 'input') void this.#say(this.#io.color.err.dim(update.message));
    else if (update.type === 'empty') void this.#warn(update.message);
    else if (update.type === 'notice') void this.#say(this.#io.color.err.yellow(`! ${update.message}`));
  }

  #warn(message: string): Promise<void> {
    this.clear();
    return warnOfEmpty(this.#io, message);
  }

  /** Names the workspace and the accounts that a run delivers to: its first line. Later calls write nothing. */
  showTarget({ workspace, accounts }: { workspace: string; accounts: Accounts }): void {
    if (this.#hasTarget) return;
    this.#hasTarget = true;
    void this.#say(this.#io.color.err.dim(describeTarget(workspace, accounts)));
  }

  /** Shows how far the run is, on a terminal only; `total`: how many postbacks it has to deliver, where that is known. */
  progress(summary: Summary, nowMs: number, total?: number): void {
    const { stderr, json, color } = this.#io;
    if (json || !stderr.isTTY || nowMs - this.#shownAtMs < PROGRESS_MS) return;
    this.#startedAtMs ??= nowMs;
    this.#shownAtMs = nowMs;
    this.#hasProgress = true;
    const pace = total === undefined ? '' : `  ${describePace(summary.delivered, total, nowMs - this.#startedAtMs)}`;
    const text = `${count(summary.lines)} lines, ${describeRun(summary)}${pace}`;
    stderr.write(`\r\u001B[2K${color.err.dim(text)}`);
  }

  /** Takes the progress line away before something lasting is printed. */
  clear(): void {
    if (!this.#hasProgress) return;
    this.#hasProgress = false;
    this.#io.stderr.write('\r\u001B[2K');
  }

  /** How many invalid lines were not shown one by one. */
  get hidden(): number {
    return Math.max(0, this.#problems - SHOWN_PROBLEMS);
  }

  /** The first invalid lines as data, for `--json`. */
  get problems(): readonly Problem[] {
    return this.#listed;
  }

  #showProblem(update: Extract<Update, { type: 'invalid' }>): void {
    this.#problems++;
    if (this.#problems > SHOWN_PROBLEMS) return;
    const { input, line } = update;
    this.#listed.push(toProblem(input, line, update));
    void this.#say(`${this.#io.color.err.red('invalid')} ${describeInvalid(input, line, update)}`);
  }

  #say(text: string): Promise<void> {
    this.clear();
    return this.#io.remark(text);
  }
}

/**
 * The summary of a run as people read it: data, so it goes to stdout.
 * @param explains whether each reason is told in words
 */
export async function printSummary(io: IO, summary: Summary, explains = io.isTerminal): Promise<void> {
  const color = io.color.out;
  const { lines, invalid, events, delivered, failed, pending, skipped } = summary;
  const seconds = (summary.durationMs / 1000).toFixed(1);
  const linesShown =
    summary.command === 'replay'
      ? []
      : [
          `${color.bold('Lines')}      ${count(lines)}${invalid > 0 ? color.red(`, ${count(invalid)} invalid`) : ''}, ${count(events)} events in ${seconds} s`,
        ];
  const done = summary.dryRun
    ? `${color.bold('Would send')} ${color.green(count(countPlanned(summary)))}, now nothing was sent or recorded`
    : `${color.bold('Delivered')}  ${color.green(count(delivered))}${perNetwork(summary)}`;
  const target = describeTarget(summary.workspace, summary.accounts).replace('Workspace ', '');
  const warned = describeWarnings(summary).map((text) => color.yellow(text));
  const shown = [...linesShown, `${color.bold('Workspace')}  ${target}`, ...warned, done];
  if (failed > 0) shown.push(`${color.bold('Failed')}     ${color.red(count(failed))}  ${parts(summary.failures)}`);
  if (pending > 0) shown.push(`${color.bold('Pending')}    ${color.yellow(count(pending))}  ${parts(summary.waiting)}`);
  shown.push(`${color.bold('Skipped')}    ${count(skipped)}`);
  await io.out(shown.join('\n'));
  const skips = Object.entries(summary.skips).sort(([, a], [, b]) => b - a);
  const width = Math.max(0, ...skips.map(([reason]) => reason.length));
  for (const [reason, number] of skips) {
    const row = `  ${count(number).padStart(7)}  ${reason.padEnd(width)}`;
    if (!explains) {
      await io.out(row.trimEnd());
      continue;
    }
    const room = Math.max(20, io.width - row.length - 2);
    const [first = '', ...more] = wrapText(REASON_WORDS[reason] ?? '', room);
    const rest = more.map((line) => `${' '.repeat(row.length + 2)}${color.dim(line)}`);
    await io.out([`${row}${first === '' ? '' : color.dim(`  ${first}`)}`.trimEnd(), ...rest].join('\n'));
  }
}

/** The line of a summary that counts warnings; the first of each kind was shown when it occurred. */
function describeWarnings({ warnings }: Summary): string[] {
  const codes = Object.entries(warnings).sort(([, a], [, b]) => b - a);
  const total = codes.reduce((sum, [, number]) => sum + number, 0);
  return total === 0 ? [] : [`Warnings   ${count(total)}  ${parts(warnings)}`];
}

/** Says that an input holds no record; under `--json` too, as an object, so that a job that reads nothing is noticed. */
export function warnOfEmpty(io: IO, message: string): Promise<void> {
  return io.say(
    io.json ? toSafeJson({ warning: { code: 'no_records', message } }) : io.color.err.yellow(`! ${message}`),
  );
}

/** How fast postbacks leave and how long the rest will take. */
function describePace(delivered: number, total: number, elapsedMs: number): string {
  if (delivered === 0 || elapsedMs < 1000) return '';
  const perSecond = delivered / (elapsedMs / 1000);
  const leftSeconds = Math.ceil(Math.max(0, total - delivered) / perSecond);
  const left = leftSeconds < 120 ? `${leftSeconds} s` : `${Math.ceil(leftSeconds / 60)} min`;
  return `${Math.floor((delivered / total) * 100)} %, ${count(Math.round(perSecond))}/s, ${left} left`;
}

/** The workspace and the accounts of a run in one line: `space-raiders · amazon 1234567890123`. */
export function describeTarget(workspace: string, accounts: Accounts): string {
  const parts = Object.entries(accounts).map(([network, account]) => `${network} ${account}`);
  return [`Workspace ${workspace}`, ...parts].join(' · ');
}

/** The summary of a run in one line. */
export function describeRun({ delivered, failed, pending, skipped }: Summary): string {
  return `${count(delivered)} delivered, ${count(failed)} failed, ${count(pending)} pending, ${count(skipped)} skipped.`;
}

/** What to type next, by what the run left behind; `isStopped`: a signal ended it early. */
export async function printNextSteps(io: IO, summary: Summary, isStopped: boolean): Promise<void> {
  const { failures, waiting, pending } = summary;
  const steps: string[] = [];
  for (const { network, action, next } of summary.refusals ?? []) steps.push(`${network}: ${action} Run: ${next}`);
  // What was refused is delivered by the command that its refusal names.
  const isForAgain = summary.refusals ? waiting.transient > 0 : pending > waiting.processing;
  if (isForAgain || isStopped) {
    const stopped = isStopped ? 'Stopped; what was under way is recorded. ' : '';
    steps.push(`${stopped}Run the same command again: it delivers what is missing and nothing twice.`);
  }
  if (waiting.processing > 0) {
    steps.push(
      `${count(waiting.processing)} are accepted and not decided yet: postback replay asks again, --wait waits.`,
    );
  }
  if (summary.otherAccount !== undefined) {
    for (const [network, number] of Object.entries(summary.otherAccount)) {
      steps.push(
        `${count(number)} at ${network} were recorded for another account and were not sent. Connect that account again, ` +
          `or send them to this one: postback replay --state pending --all --account-changed --network ${network}`,
      );
    }
  }
  if (failures.configuration + failures.payload > 0) steps.push('See why it failed: postback logs --status failed');
  for (const step of steps) await io.remark(step);
}

/** Postbacks of a dry run that no gate stopped. */
function countPlanned({ postbacks, networks }: Summary): number {
  return Object.values(networks).reduce((left, { skipped }) => left - skipped, postbacks);
}

function perNetwork({ networks }: Summary): string {
  const entries = Object.entries(networks).filter(([, { requests }]) => requests > 0);
  return entries
    .map(
      ([name, { delivered, requests }]) =>
        `  ${name} ${count(delivered)} in ${count(requests)} request${requests === 1 ? '' : 's'}`,
    )
    .join('');
}

function parts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${name} ${count(number)}`)
    .join(', ');
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
