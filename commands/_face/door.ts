import { run, settings } from '@oclif/core';

export { keepCodeBy } from './code-keeper.js';
export { findInterruption, interruptRun } from './interruption.js';

/** What oclif needs of the program: where it is and what its package.json says. */
export interface Package {
  root: string;
  pjson: object;
}

/**
 * Runs the command that `argv` names. Nothing is looked for that is not ours: no sources to transpile, no plugins.
 */
export async function runCommand(argv: string[], { root, pjson }: Package): Promise<void> {
  settings.enableAutoTranspile = false;
  // Neither oclif's flush, which gives up after 10 s, nor its handler, which exits before the output has drained.
  await run(argv, { root, pjson: pjson as never, userPlugins: false, devPlugins: false });
}

/** Tells stderr what stopped the run; returns the exit code. */
export async function reportFailure(error: unknown): Promise<number> {
  const { reportError } = await import('./errors.js');
  return reportError(error);
}
