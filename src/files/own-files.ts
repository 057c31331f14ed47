import { fstatSync, readdirSync, statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';

import { InputError } from '../errors.js';

/**
 * Names of files that only this program writes: settings, secrets, and delivery logs with their
 * side files.
 */
const OWN_NAME = /^(?:(?:config|credentials)\.json|audience-ids\.key|delivery\.db(?:-[a-z]+)?)$/;

/**
 * Tells whether a path, or an open descriptor, is a file of this program under any name or link. It
 * looks and never opens: closing a second descriptor of a database drops the locks that SQLite
 * holds on it in this process (https://www.sqlite.org/howtocorrupt.html, section 2.2, read
 * 2026-11-30).
 * @param folders the configuration folder and the data folder; workspaces are one level below
 */
export function isOwnFile(file: string | number, folders: readonly string[]): boolean {
  const found = lookAt(file);
  if (!found?.isFile()) return false;
  return folders.some(
    (folder) => holds(folder, found) || listFolders(folder).some((inner) => holds(inner, found)),
  );
}

/**
 * Refuses to read a file of this program as an input, before it is opened.
 * @param name what the input is called in messages
 * @throws InputError
 */
export function refuseOwnInput(
  file: string | number,
  name: string,
  folders: readonly string[],
): void {
  if (!isOwnFile(file, folders)) return;
  throw new InputError(
    'input_is_ours',
    `${name} is one of the files of postback (settings, secrets or delivery log).`,
    {
      hint: 'Pass a file of events. To read the delivery log, use postback logs.',
    },
  );
}

/** Looks at a file without opening it; undefined where that fails. */
export function lookAt(file: string | number): BigIntStats | undefined {
  try {
    return typeof file === 'number'
      ? fstatSync(file, { bigint: true })
      : statSync(file, { bigint: true, throwIfNoEntry: false });
  } catch {
    // It cannot be looked at, so it cannot be opened either: opening it reports that.
    return undefined;
  }
}

function holds(folder: string, { dev, ino }: BigIntStats): boolean {
  return list(folder)
    .filter((entry) => OWN_NAME.test(entry.name))
    .some((entry) => {
      const own = lookAt(join(folder, entry.name));
      return own?.dev === dev && own.ino === ino;
    });
}

function listFolders(folder: string): string[] {
  return list(folder)
    .filter((entry) => !entry.isFile())
    .map((entry) => join(folder, entry.name));
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
