import { run, settings } from '@oclif/core';
import { moveLeadingFlags, withoutGlobalFlags } from './leading-flags.js';

export { findInterruption, interruptRun } from './interruption.js';

/** Location and package.json of the program, for oclif. */
export interface Package {
  root: string;
  pjson: object;
}

/**
 * Runs the command that `argv` names. Nothing is looked for that is not ours: no sources to
 * transpile, no plugins.
 */
export async function runCommand(argv: string[], { root, pjson }: Package): Promise<void> {
  settings.enableAutoTranspile = false;
  // Neither oclif's flush, which gives up after 10 s, nor its handler, which exits before the
  // output has drained.
  const moved = moveLeadingFlags(argv);
  // oclif's help takes no such flags; ours finds them in the arguments of the process.
  const words = moved[0] === 'help' ? withoutGlobalFlags(moved) : moved;
  // eslint-disable-next-line no-restricted-syntax -- oclif types the whole package.json, and reads what is here
  await run(words, { root, pjson: pjson as never, userPlugins: false, devPlugins: false });
}

/** Tells stderr what stopped the run; returns the exit code. */
export async function reportFailure(error: unknown): Promise<number> {
  const { reportError } = await import('./errors.js');
  return reportError(error);
}
