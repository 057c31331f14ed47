import { describeAllSkipped } from '../delivery/all-skipped.js';
import { describeInvalid } from '../delivery/record-reader.js';
import type { Update } from '../delivery/report.js';
import type { Accounts, Summary } from '../delivery/tally.js';
import type { LogNotice } from '../log/log-options.js';
import { type Problem, toProblem } from '../events/lint.js';
import { formatAnnotation } from './annotations.js';
import { findInterruption, runSignal } from './interruption.js';
import { toSafeJson, type IO } from './io.js';
import { describeCounts, ProgressLine } from './progress-line.js';
import { REPLAY, REST_OF_STREAM } from './run-end.js';

/**
 * Invalid lines shown one by one; what comes after them is counted only, so that a bad file does
 * not flood the screen.
 */
const SHOWN_PROBLEMS = 20;
const PROGRESS_MS = 200;

/** How often the line on a terminal counts down what is waited for. */
const COUNTDOWN_MS = 1_000;
/** Shortest wait that is said off a terminal. */
const SAID_WAIT_MS = 5_000;

/** Prints the progress of a run on stderr. */
export class RunView {
  readonly #io: IO;
  readonly #line = new ProgressLine();
  #problems = 0;
  #sawBadEncoding = false;
  readonly #listed: Problem[] = [];
  #shownAtMs = 0;
  #hasProgress = false;
  #hasTarget = false;
  #total: number | undefined;
  #countdown: NodeJS.Timeout | undefined;
  /** Until when each network was said to be waited for. */
  readonly #saidUntilMs = new Map<string, number>();

  constructor(io: IO, signal: AbortSignal = runSignal) {
    this.#io = io;
    const reportStop = (): void => {
      if (findInterruption()?.reason === 'EPIPE') return;
      void this.#say(
        'Stopping when requests in flight are recorded. Press Ctrl-C again to stop now.',
      );
    };
    signal.addEventListener('abort', reportStop, { once: true });
  }

  /** Shows one update. Words only: data is the summary. */
  show(update: Update): void {
    if (this.#line.note(update, Date.now())) this.#showWait(update);
    if (update.type === 'run') this.showTarget(update);
    else if (update.type === 'invalid') this.#showProblem(update);
    else if (update.type === 'input') void this.#say(this.#io.color.err.dim(update.message));
    else if (update.type === 'empty') void this.#warn(update.message);
    else if (update.type === 'log') this.#showLog(update);
    else if (update.type === 'notice')
      void this.#say(this.#io.color.err.yellow(`! ${update.message}`));
  }

  #showLog({ isAway, message }: LogNotice): void {
    if (!isAway) {
      void this.#say(this.#io.color.err.dim(message));
      return;
    }
    this.clear();
    void warn(this.#io, 'log_unreachable', message);
  }

  #warn(message: string): Promise<void> {
    this.clear();
    return warnOfEmpty(this.#io, message);
  }

  /**
   * Names the workspace and the accounts that a run delivers to: its first line. Later calls write
   * nothing.
   */
  showTarget({ workspace, accounts }: { workspace: string; accounts: Accounts }): void {
    if (this.#hasTarget) return;
    this.#hasTarget = true;
    void this.#say(this.#io.color.err.dim(describeTarget(workspace, accounts)));
  }

  /**
   * Shows how far the run is, on a terminal only; `total`: how many postbacks it has to deliver,
   * where that is known.
   */
  progress(summary: Summary, nowMs: number, total?: number): void {
    this.#line.note({ type: 'progress', summary }, nowMs);
    this.#total = total;
    if (this.#isLive && nowMs - this.#shownAtMs >= PROGRESS_MS) this.#draw(nowMs);
  }

  /**
   * Says the counts on stderr every `everyMs` milliseconds if they have changed, for a run without
   * an end. Returns what stops it.
   */
  sayCounts(everyMs: number): () => void {
    let said = '';
    const timer = setInterval(() => {
      const { summary } = this.#line;
      const wait = this.#line.findWait(Date.now());
      const text = summary ? describeRun(summary) : '';
      if (text === said) return;
      said = text;
      void this.#say(this.#io.color.err.dim(wait === undefined ? text : `${text} ${wait}.`));
    }, everyMs);
    timer.unref();
    return () => clearInterval(timer);
  }

  get #isLive(): boolean {
    return !this.#io.json && Boolean(this.#io.stderr.isTTY);
  }

  #draw(nowMs: number): void {
    const { stderr, color } = this.#io;
    this.#shownAtMs = nowMs;
    this.#hasProgress = true;
    const width = stderr.columns ?? this.#io.width;
    // A line that wraps could not be taken away.
    const text = this.#line.text(nowMs, this.#total).slice(0, Math.max(1, width - 1));
    stderr.write(`\r\u001B[2K${color.err.dim(text)}`);
  }

  /** Counts down on a terminal; elsewhere says a wait once. */
  #showWait(update: Update): void {
    if (update.type !== 'wait' || update.cause === 'pace' || this.#io.json) return;
    const nowMs = Date.now();
    if (this.#isLive) {
      this.#countdown ??= setInterval(() => this.#countDown(), COUNTDOWN_MS).unref();
      return;
    }
    const { network, untilMs } = update;
    const isNews = nowMs >= (this.#saidUntilMs.get(network) ?? 0);
    if (!isNews || untilMs - nowMs < SAID_WAIT_MS) return;
    this.#saidUntilMs.set(network, untilMs);
    void this.#say(`${this.#line.findWait(nowMs) ?? ''}.`);
  }

  #countDown(): void {
    const nowMs = Date.now();
    if (this.#line.findWait(nowMs) !== undefined) this.#draw(nowMs);
    else this.#endCountdown();
  }

  #endCountdown(): void {
    clearInterval(this.#countdown);
    this.#countdown = undefined;
  }

  /** Takes the progress line away before something lasting is printed. */
  clear(): void {
    this.#endCountdown();
    if (!this.#hasProgress) return;
    this.#hasProgress = false;
    this.#io.stderr.write('\r\u001B[2K');
  }

  /** How many invalid lines were not shown one by one. */
  get hidden(): number {
    return Math.max(0, this.#problems - SHOWN_PROBLEMS);
  }

  /** Whether a line was not UTF-8 text: the input could not be read. */
  get sawBadEncoding(): boolean {
    return this.#sawBadEncoding;
  }

  /** The first invalid lines as data, for `--json`. */
  get problems(): readonly Problem[] {
    return this.#listed;
  }

  #showProblem(update: Extract<Update, { type: 'invalid' }>): void {
    this.#problems++;
    this.#sawBadEncoding ||= update.code === 'not_utf8';
    if (this.#problems > SHOWN_PROBLEMS) return;
    const { input, line } = update;
    this.#listed.push(toProblem(input, line, update));
    if (this.#io.isGitHubJob) {
      const position = { file: input, line };
      void this.#say(formatAnnotation(describeInvalid(input, line, update), position));
      return;
    }
    void this.#say(`${this.#io.color.err.red('invalid')} ${describeInvalid(input, line, update)}`);
  }

  #say(text: string): Promise<void> {
    this.clear();
    return this.#io.info(text);
  }
}

/** Says that an input holds no record, so that a job that reads nothing is noticed. */
export function warnOfEmpty(io: IO, message: string): Promise<void> {
  return warn(io, 'no_records', message);
}

/** Writes a warning to stderr: a line, or under `--json` an object. */
export function warn(io: IO, code: string, message: string): Promise<void> {
  return io.error(
    io.json ? toSafeJson({ warning: { code, message } }) : io.color.err.yellow(`! ${message}`),
  );
}

/**
 * The workspace and the accounts of a run in one line:
 * `Workspace space-raiders · amazon 1234567890123`.
 */
export function describeTarget(
  workspace: string,
  accounts: Accounts,
  label = 'Workspace ',
): string {
  const parts = Object.entries(accounts).map(([network, account]) => `${network} ${account}`);
  return [`${label}${workspace}`, ...parts].join(' · ');
}

/** The counts of a run as a sentence. */
export function describeRun(summary: Summary): string {
  return `${describeCounts(summary)}.`;
}

/** How a run ended, for the words on how to continue. */
export interface RunStop {
  /** A signal ended it early. */
  isStopped: boolean;
  /** Whether the same command reads the input again: a file, not a stream. */
  isRepeatable?: boolean;
}

/** Prints next steps that fit the results of the run. */
export async function printNextSteps(io: IO, summary: Summary, stop: RunStop): Promise<void> {
  const { failures, waiting, pending } = summary;
  const steps: string[] = [];
  const unsent = describeAllSkipped(summary);
  if (unsent !== undefined) {
    steps.push(
      io.color.err.yellow(`! Nothing was sent. ${unsent}`),
      'List them: postback logs --status skipped',
    );
  }
  for (const { network, action, next } of summary.refusals ?? [])
    steps.push(`${network}: ${action} Run: ${next}`);
  // The message of a refusal names the command that delivers its postbacks.
  const isForAgain = summary.refusals ? waiting.transient > 0 : pending > waiting.processing;
  if (isForAgain || stop.isStopped) steps.push(describeContinuation(stop, isForAgain));
  if (waiting.processing > 0) {
    steps.push(
      `${count(waiting.processing)} accepted but not confirmed yet. Check again with: ` +
        'postback replay --state pending --all.',
    );
  }
  if (summary.otherAccount !== undefined) {
    for (const [network, number] of Object.entries(summary.otherAccount)) {
      steps.push(
        `${count(number)} at ${network} were recorded for another account and were not sent. ` +
          'Connect that account again, or send them to this one: postback replay --state pending ' +
          `--all --account-changed --network ${network}`,
      );
    }
  }
  if (failures.configuration + failures.payload > 0) {
    steps.push('To list the failed attempts, run: postback logs --status failed');
    if (failures.configuration > 0)
      steps.push('After you fix the cause, run: postback replay --state failed --all');
  }
  for (const step of steps) await io.info(step);
}

/** How to continue. What was read from a stream is in the log, and only there. */
function describeContinuation(
  { isStopped, isRepeatable = true }: RunStop,
  isPending: boolean,
): string {
  const stopped = isStopped ? 'Stopped; what was in flight is recorded. ' : '';
  if (isRepeatable) {
    return `${stopped}Run the same command again: it delivers what is missing and nothing twice.`;
  }
  const rest = isStopped ? REST_OF_STREAM : '';
  const waiting = isPending ? `Deliver pending postbacks: ${REPLAY}` : '';
  return `${stopped}${[waiting, rest].filter((text) => text !== '').join('\n')}`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
