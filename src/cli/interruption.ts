import { setMaxListeners } from 'node:events';

import { EXIT, type ExitCode } from './exit-codes.js';

/** Why a run is asked to stop: a signal, or a reader that closed its end of our output. */
export type InterruptionCause = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT' | 'EPIPE';

const EXIT_BY_CAUSE: Readonly<Record<InterruptionCause, ExitCode>> = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  // A terminal or session that goes away: as SIGTERM, so that scripts know one code for it.
  SIGHUP: EXIT.terminated,
  // Ctrl-\, and the stop signal of some container images.
  SIGQUIT: EXIT.terminated,
  EPIPE: EXIT.done,
};

/**
 * The reason that the run's AbortSignal carries. Thrown out of a command it ends the program, with
 * `words` on stderr where it has some.
 */
export class Interruption extends Error {
  readonly exit: ExitCode;

  constructor(
    readonly reason: InterruptionCause,
    readonly words?: string,
  ) {
    super(`stopped by ${reason}`);
    this.name = 'AbortError';
    this.exit = EXIT_BY_CAUSE[reason];
  }
}

const controller = new AbortController();
// Every request in flight listens, for example those of `doctor` to all networks at once.
setMaxListeners(0, controller.signal);

/**
 * Aborted at the first SIGINT, SIGTERM, SIGHUP or SIGQUIT, and when the reader of our output went
 * away.
 */
export const runSignal: AbortSignal = controller.signal;

/** Asks the run to stop. Only the first cause counts. */
export function interruptRun(cause: InterruptionCause): void {
  if (!controller.signal.aborted) controller.abort(new Interruption(cause));
}

/** Returns the interruption that stopped the run, if any. */
export function findInterruption(): Interruption | undefined {
  return controller.signal.reason instanceof Interruption ? controller.signal.reason : undefined;
}

/**
 * Returns the interruption that caused `error`: the error itself, or the run's interruption if
 * `error` is an abort.
 */
export function interruptionOf(error: unknown): Interruption | undefined {
  if (error instanceof Interruption) return error;
  const isAbort =
    error instanceof Error && (error.name === 'AbortError' || error.name === 'AbortPromptError');
  return isAbort ? findInterruption() : undefined;
}
