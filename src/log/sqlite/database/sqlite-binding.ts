import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { InternalError, messageOf } from '../../../errors.js';

/** Where the program runs, and how it opens a binary there. */
export interface Machine {
  platform: string;
  arch: string;
  /** Alpine, the one distribution of note whose C library is musl. */
  isAlpine: boolean;
  /** What C library there is, in words; asked for only where nothing can be loaded. */
  setLibrary: () => string;
  open: (file: string) => unknown;
}

const WORKS_ON =
  'postback runs on Linux (glibc 2.29 or later, or musl), macOS and Windows, on x64 and arm64 ' +
  'processors.';

/**
 * Opens the binary of SQLite that the machine takes, among those that the build put into `folder`
 * (scripts/bundle/sqlite/).
 * @throws InternalError when there is none
 */
export function loadBinding(
  folder: string,
  { platform, arch, isAlpine, setLibrary, open }: Machine,
): unknown {
  const machine = `${platform}-${arch}`;
  const files = kindsOf(platform, isAlpine)
    .map((kind) => join(folder, `${machine}${kind}.node`))
    .filter((file) => existsSync(file));
  const faults: unknown[] = [];
  for (const file of files) {
    try {
      return open(file);
    } catch (error) {
      faults.push(error);
    }
  }
  const where = platform === 'linux' ? `${machine} (${setLibrary()})` : machine;
  if (faults.length === 0) throw refuse(`is not in this package for ${where}.`);
  throw refuse(`cannot be loaded on ${where}: ${messageOf(faults[0])}.`, faults[0]);
}

/**
 * A binary for another C library is refused. So the likelier one is tried first: to ask which one
 * there is takes longer than to open it.
 */
function kindsOf(platform: string, isAlpine: boolean): readonly string[] {
  if (platform !== 'linux') return [''];
  return isAlpine ? ['-musl', '-glibc'] : ['-glibc', '-musl'];
}

function refuse(what: string, cause?: unknown): InternalError {
  return new InternalError('no_sqlite', `SQLite, which keeps the delivery log, ${what}`, {
    hint: WORKS_ON,
    cause,
  });
}
