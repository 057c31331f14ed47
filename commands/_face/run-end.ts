import type { Summary } from '../../src/delivery/tally.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { findInterruption } from './interruption.js';
import type { IO } from './io.js';

/** What ended a run, beyond its summary. */
export interface RunEnding {
  /** A line was not UTF-8 text. */
  sawBadEncoding?: boolean;
  /** Whether running the same command again delivers the rest: of files and logs, not of a stream. */
  isRepeatable?: boolean;
}

/** The exit code of a run, by what became of its postbacks: 4, then 5, then 3 (contract.md section 1). */
export function exitOfRun(summary: Summary, { sawBadEncoding = false }: RunEnding = {}): ExitCode {
  const { waiting, failed, invalid, otherAccount } = summary;
  if (waiting.credential > 0) return EXIT.auth;
  const isWaiting = waiting.transient > 0 || waiting.throttled > 0 || (waiting.other_run ?? 0) > 0;
  if (isWaiting || otherAccount !== undefined) return EXIT.pending;
  if (sawBadEncoding) return EXIT.input;
  return failed > 0 || invalid > 0 ? EXIT.failed : EXIT.done;
}

/**
 * Ends a delivering run: under `--json` a run that did not deliver everything writes, after its summary, one error object to
 * stderr that says why and how to continue.
 * @returns the exit code
 */
export async function endRun(io: IO, summary: Summary, ending: RunEnding = {}): Promise<ExitCode> {
  const exit = exitOfRun(summary, ending);
  const stopped = findInterruption();
  // A reader that went away has no use for an explanation.
  if (!io.json || stopped?.reason === 'EPIPE') return exit;
  const final = stopped?.exit ?? exit;
  if (final !== EXIT.done) await io.fail({ ...explainEnd(summary, final, ending), exit: final });
  return exit;
}

interface EndWords {
  code: string;
  message: string;
  hint: string;
  next?: string;
}

const REPLAY = 'postback replay --state pending --all';

function explainEnd(summary: Summary, exit: ExitCode, { isRepeatable = true }: RunEnding): EndWords {
  const { pending } = summary;
  const again = isRepeatable ? 'Run the same command again; nothing is sent twice.' : 'What was read is in the log.';
  if (exit === EXIT.interrupted || exit === EXIT.terminated) {
    const message = `Stopped by ${findInterruption()?.reason ?? (exit === EXIT.interrupted ? 'SIGINT' : 'SIGTERM')}; ${describeLeft(summary)}.`;
    const next = pending > summary.waiting.processing ? { next: REPLAY } : {};
    return { code: 'interrupted', message, hint: again, ...next };
  }
  const refusal = findRefusal(summary, exit);
  if (refusal) return refusal;
  if (exit === EXIT.auth) {
    const network = networkOf(summary) ?? 'NETWORK';
    const message = `${network} refuses the grant; ${count(summary.waiting.credential, 'postback')} left pending.`;
    const hint = `Fix the grant, then run: ${REPLAY}`;
    return { code: 'grant_refused', message, hint, next: `postback connect ${network}` };
  }
  if (exit === EXIT.pending) return explainPending(summary, again);
  if (exit === EXIT.input) {
    return { code: 'not_utf8', message: 'A line is not UTF-8 text.', hint: 'Convert the file to UTF-8, then send it.' };
  }
  return explainFailed(summary);
}

/** The code of the error for what fixes a refusal. */
const REFUSAL_CODES: Partial<Record<ExitCode, Readonly<Record<string, string>>>> = {
  [EXIT.auth]: { reconnect: 'grant_refused', accept_terms: 'terms_not_accepted', permission: 'permission_missing' },
  [EXIT.pending]: { wait: 'throttled' },
  [EXIT.failed]: {
    shared_cause: 'shared_cause',
    report: 'request_refused',
    check: 'account_refused',
    map: 'mapping_refused',
  },
};

/** The first refusal of the kind that the exit code stands for, in the words that every command has for it. */
function findRefusal({ refusals = [] }: Summary, exit: ExitCode): EndWords | undefined {
  const codes = REFUSAL_CODES[exit] ?? {};
  for (const { fix, problem, action, next } of refusals) {
    const code = codes[fix];
    if (code !== undefined) return { code, message: problem, hint: action, next };
  }
  return undefined;
}

function explainFailed({ failed, invalid }: Summary): EndWords {
  const parts = [
    failed > 0 && `${count(failed, 'postback')} failed permanently`,
    invalid > 0 && (invalid === 1 ? '1 line was invalid' : `${invalid} lines were invalid`),
  ].filter((part) => part !== false);
  const next = failed > 0 ? 'postback logs --status failed' : 'postback validate FILE';
  const hint = 'Everything else was handled. --rejects FILE lists what was not.';
  return { code: failed > 0 ? 'postbacks_failed' : 'lines_invalid', message: `${parts.join(', ')}.`, hint, next };
}

function explainPending({ pending, waiting, otherAccount }: Summary, again: string): EndWords {
  const temporary = waiting.transient + waiting.throttled;
  if (temporary === 0 && otherAccount !== undefined) {
    const number = Object.values(otherAccount).reduce((total, one) => total + one, 0);
    return {
      code: 'other_account',
      message: `${count(number, 'postback')} recorded for another account left pending.`,
      hint: 'Connect that account again, or deliver them to the account that is connected now.',
      next: `${REPLAY} --account-changed`,
    };
  }
  if (temporary === 0 && (waiting.other_run ?? 0) > 0) {
    return {
      code: 'other_run',
      message: `${count(waiting.other_run ?? 0, 'postback')} left pending: another run is delivering them.`,
      hint: `${again} postback status shows what still waits.`,
      next: REPLAY,
    };
  }
  const why = waiting.throttled > waiting.transient ? 'throttled requests' : 'could not be reached or kept failing';
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
