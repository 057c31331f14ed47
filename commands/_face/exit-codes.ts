/** What the program's end tells a script (contract.md section 1). Where several apply: 4, then 5, then 3. */
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

/** One line per exit code for help texts, by the number. */
export const EXIT_WORDS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'unexpected fault',
  2: 'wrong usage or configuration',
  3: 'a postback finally failed, a line was invalid, or a check did not hold',
  4: 'not connected, or the grant is refused',
  5: 'postbacks remain pending: a network was unreachable, failing or throttling',
  6: 'input could not be read, or is invalid under --strict or in validate',
  130: 'stopped by SIGINT after draining',
  143: 'stopped by SIGTERM after draining',
};
