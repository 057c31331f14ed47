/** Exit codes. If several apply, the order is 4, then 5, then 3. */
export const EXIT = {
  /** Done; skips by rule and postbacks that a network still processes included. */
  done: 0,
  /** An unexpected fault, ours or the machine's. */
  fault: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** A postback finally failed, a line was invalid, or a check did not hold. */
  failed: 3,
  /** No network connected, the one asked for is not, or its grant is refused. */
  auth: 4,
  /** Postbacks remain pending: a network could not be reached, kept failing or throttled us out. */
  pending: 5,
  /** Input could not be read, or is invalid under `--strict` or `validate`. */
  input: 6,
  /** Stopped by SIGINT after draining. */
  interrupted: 130,
  /** Stopped by SIGTERM after draining. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** How a run that reads events can end, in addition to what every command does. */
export const RUN_EXITS: ExitCode[] = [
  EXIT.failed,
  EXIT.auth,
  EXIT.pending,
  EXIT.input,
  EXIT.interrupted,
  EXIT.terminated,
];

/** Descriptions of exit codes for help texts. */
export const EXIT_WORDS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'unexpected error',
  2: 'usage or configuration error',
  3: 'a postback failed permanently, a line was invalid, or a check failed',
  4: 'not connected, or the grant is refused',
  5: 'postbacks remain pending: a network was unreachable, failing or throttling',
  6: 'input could not be read, or is invalid under --strict or in validate',
  130: 'stopped by SIGINT after draining',
  143: 'stopped by SIGTERM after draining',
};
