import type { Summary } from '../delivery/tally.js';
import { appendJobSummary, formatAnnotation } from './annotations.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { findInterruption } from './interruption.js';
import type { IO } from './io.js';

/** Cause of the end of a run, in addition to its summary. */
export interface RunEnding {
  /** A line was not UTF-8 text. */
  sawBadEncoding?: boolean;
  /**
   * Whether running the same command again delivers the rest: of files and logs, not of a stream.
   */
  isRepeatable?: boolean;
}

/**
 * The exit code of a run, by what became of its postbacks: 4, then 5, then 3.
 */
export function exitOfRun(summary: Summary, { sawBadEncoding = false }: RunEnding = {}): ExitCode {
  const { waiting, failed, invalid, otherAccount, takenOver } = summary;
  if (takenOver) return EXIT.pending;
  if (waiting.credential > 0) return EXIT.auth;
  const isWaiting = waiting.transient > 0 || waiting.throttled > 0 || (waiting.other_run ?? 0) > 0;
  if (isWaiting || otherAccount !== undefined) return EXIT.pending;
  if (sawBadEncoding) return EXIT.input;
  return failed > 0 || invalid > 0 ? EXIT.failed : EXIT.done;
}

/**
 * Ends a delivering run: under `--json` a run that did not deliver everything writes, after its
 * summary, one error object to stderr that says why and how to continue.
 * @returns the exit code
 */
export async function endRun(io: IO, summary: Summary, ending: RunEnding = {}): Promise<ExitCode> {
  const exit = exitOfRun(summary, ending);
  const stopped = findInterruption();
  if (summary.takenOver && !io.json) {
    const { message, hint } = explainTakenOver(summary, ending);
    await io.error(`${io.color.err.red.bold('Error:')} ${message}\n${hint}`);
  }
  // A reader that went away has no use for an explanation.
  if (stopped?.reason === 'EPIPE') return exit;
  if (io.isGitHubJob) appendJobSummary(summary);
  const final = stopped?.exit ?? exit;
  if (final === EXIT.done) return exit;
  const words = explainEnd(summary, final, ending);
  if (io.json) await io.fail({ ...words, exit: final });
  else if (PLAIN_ENDS.has(words.code)) await io.info(`Exit code ${final}: ${words.message}`);
  if (io.isGitHubJob) await io.error(formatAnnotation(words.message));
  return exit;
}

/** Ends that no notice or next step has explained by the time a run ends. */
const PLAIN_ENDS: ReadonlySet<string> = new Set([
  'lines_invalid',
  'postbacks_failed',
  'postbacks_pending',
  'other_account',
  'other_run',
  'not_utf8',
]);

interface EndWords {
  code: string;
  message: string;
  hint: string;
  next?: string;
}

/** How to continue with an input that cannot be read a second time. */
export const REST_OF_STREAM =
  'Give the rest of the stream to the same command again: nothing is sent twice.';
/** The command that delivers what waits in the log. */
export const REPLAY = 'postback replay --state pending --all';

function explainEnd(
  summary: Summary,
  exit: ExitCode,
  { isRepeatable = true }: RunEnding,
): EndWords {
  if (summary.takenOver) return explainTakenOver(summary, { isRepeatable });
  const { pending } = summary;
  const again = isRepeatable
    ? 'Run the same command again. Nothing is sent twice.'
    : `The log has everything that was read. ${REST_OF_STREAM}`;
  if (exit === EXIT.interrupted || exit === EXIT.terminated) {
    const message =
      'Stopped by ' +
      `${findInterruption()?.reason ?? (exit === EXIT.interrupted ? 'SIGINT' : 'SIGTERM')}; ` +
      `${describeLeft(summary)}.`;
    const next = pending > summary.waiting.processing ? { next: REPLAY } : {};
    return { code: 'interrupted', message, hint: again, ...next };
  }
  const refusal = findRefusal(summary, exit);
  if (refusal) return refusal;
  if (exit === EXIT.auth) {
    const network = networkOf(summary) ?? 'NETWORK';
    const message =
      `${network} refuses the grant; ${count(summary.waiting.credential, 'postback')} left ` +
      'pending.';
    const hint = `Fix the grant, then run: ${REPLAY}`;
    return { code: 'grant_refused', message, hint, next: `postback connect ${network}` };
  }
  if (exit === EXIT.pending) return explainPending(summary, again);
  if (exit === EXIT.input) {
    return {
      code: 'not_utf8',
      message: 'The input contains a line that is not UTF-8 text.',
      hint: 'Convert the file to UTF-8, then send it.',
    };
  }
  return explainFailed(summary);
}

/** The code of the error for what fixes a refusal. */
const REFUSAL_CODES: Partial<Record<ExitCode, Readonly<Record<string, string>>>> = {
  [EXIT.auth]: {
    reconnect: 'grant_refused',
    accept_terms: 'terms_not_accepted',
    permission: 'permission_missing',
  },
  [EXIT.pending]: { wait: 'throttled' },
  [EXIT.failed]: {
    shared_cause: 'shared_cause',
    report: 'request_refused',
    check: 'account_refused',
    map: 'mapping_refused',
  },
};

/** Returns the first refusal that matches the exit code, with its standard message. */
function findRefusal({ refusals = [] }: Summary, exit: ExitCode): EndWords | undefined {
  const codes = REFUSAL_CODES[exit] ?? {};
  for (const { fix, problem, action, next } of refusals) {
    const code = codes[fix];
    if (code !== undefined) return { code, message: problem, hint: action, next };
  }
  return undefined;
}

function explainTakenOver({ waiting }: Summary, { isRepeatable = true }: RunEnding): EndWords {
  const left = waiting.other_run ?? 0;
  const rest = left > 0 ? `; ${count(left, 'postback')} left to it` : '';
  const again = isRepeatable
    ? 'Run the same command again. It sends nothing twice.'
    : REST_OF_STREAM;
  return {
    code: 'run_taken_over',
    message: `Another run has taken over the postbacks of this run${rest}.`,
    hint:
      'This run was paused or disconnected for more than a minute, so it stopped writing. ' + again,
  };
}

function explainFailed({ failed, failures, invalid, warnings }: Summary): EndWords {
  const parts = [
    failed > 0 && `${count(failed, 'postback')} failed permanently`,
    invalid > 0 && (invalid === 1 ? '1 line was invalid' : `${invalid} lines were invalid`),
  ].filter((part) => part !== false);
  const damaged = warnings.damaged_row ?? 0;
  const handled = 'All other events were processed. --rejects FILE lists the rejected ones.';
  const hint = damaged > 0 ? `${describeDamaged(damaged)} ${handled}` : handled;
  if (failed === 0)
    return {
      code: 'lines_invalid',
      message: `${parts.join(', ')}.`,
      hint,
      next: 'postback validate FILE',
    };
  // Neither an expired postback nor a damaged one was part of a request that failed.
  const isInLog = failed > damaged + failures.expired;
  const next = isInLog
    ? 'postback logs --status failed'
    : 'postback replay --state failed --all --dry-run';
  return { code: 'postbacks_failed', message: `${parts.join(', ')}.`, hint, next };
}

function describeDamaged(damaged: number): string {
  return damaged === 1
    ? 'The row of 1 postback in the delivery log is damaged: send its event again to deliver it.'
    : `The rows of ${damaged} postbacks in the delivery log are damaged: send their events again ` +
        'to deliver them.';
}

function explainPending({ pending, waiting, otherAccount }: Summary, again: string): EndWords {
  const temporary = waiting.transient + waiting.throttled;
  if (temporary === 0 && otherAccount !== undefined) {
    const number = Object.values(otherAccount).reduce((total, one) => total + one, 0);
    return {
      code: 'other_account',
      message: `${count(number, 'postback')} recorded for another account left pending.`,
      hint: 'Connect that account again, or send them to the connected account.',
      next: `${REPLAY} --account-changed`,
    };
  }
  if (temporary === 0 && (waiting.other_run ?? 0) > 0) {
    return {
      code: 'other_run',
      message:
        `${count(waiting.other_run ?? 0, 'postback')} left pending: another run is delivering ` +
        'them.',
      hint: `${again} postback status shows what is still pending.`,
      next: REPLAY,
    };
  }
  const why =
    waiting.throttled > waiting.transient
      ? 'throttled requests'
      : 'could not be reached or kept failing';
  const message = `${count(pending, 'postback')} left pending: the network ${why}.`;
  return { code: 'postbacks_pending', message, hint: again, next: REPLAY };
}

function describeLeft({ delivered, pending }: Summary): string {
  return `${delivered} delivered, ${pending} left pending`;
}

function networkOf({ networks }: Summary): string | undefined {
  return Object.entries(networks).find(([, { pending }]) => pending > 0)?.[0];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
