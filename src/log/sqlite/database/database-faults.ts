import { closeSync, openSync, statfsSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname } from 'node:path';

import { InternalError, messageOf, PostbackError } from '../../../errors.js';
import { nameOfFault } from '../../../files/fault-name.js';

/**
 * How long one process waits for another's transaction, in milliseconds. Commits take well under a
 * thousandth of it; a file that is rewritten after an erasure (rewrite.ts, at most 1 GiB) takes the
 * longest.
 */
export const LONGEST_WAIT_MS = 60_000;

interface Explanation {
  pattern: RegExp;
  code: string;
  message: (path: string, error: unknown) => string;
  hint: string;
}

const MOVE_ASIDE =
  'Move it aside and keep it: it holds what was sent. A new one starts empty, so earlier ' +
  'events could be sent again.';

/** By SQLite's code or the system's. The first that matches counts. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /^(SQLITE_FULL|ENOSPC|EDQUOT)/,
    code: 'disk_full',
    message: (path) => `The disk is full: the delivery log at ${path} cannot grow.`,
    hint:
      'Free disk space and run the same command again: what was recorded is kept, and only what ' +
      'is missing is sent.',
  },
  {
    pattern: /^(EMFILE|ENFILE)/,
    code: 'too_many_files',
    message: (path) => `The delivery log at ${path} cannot be opened: too many files are open.`,
    hint: 'Raise the limit (ulimit -n) or close other programs, then run the same command again.',
  },
  {
    pattern: /^SQLITE_IOERR/,
    code: 'disk_fault',
    message: (path, error) =>
      `The delivery log at ${path} could not be written: ${messageOf(error)}.`,
    hint: 'Look for a full or failing disk, then run the same command again.',
  },
  {
    pattern: /^SQLITE_(NOTADB|CORRUPT)/,
    code: 'log_damaged',
    message: (path) => `The delivery log at ${path} is damaged or not a database.`,
    hint: MOVE_ASIDE,
  },
  {
    pattern: /^SQLITE_(BUSY|LOCKED)/,
    code: 'log_busy',
    message: (path) =>
      `The delivery log at ${path} is held by another program for more than ` +
      `${LONGEST_WAIT_MS / 1000} s.`,
    hint:
      'Close the program that holds it (a database browser, a backup) and run the same command ' +
      'again.',
  },
  {
    pattern: /^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|SQLITE_CANTOPEN|SQLITE_READONLY)/,
    code: 'log_unwritable',
    message: (path) => `The delivery log at ${path} cannot be opened for writing.`,
    hint: 'Check the owner and mode of the folder, or choose another place with POSTBACK_HOME.',
  },
];

/** Turns SQLite's faults into sentences; other errors pass unchanged. */
export function explainFault(path: string, error: unknown): unknown {
  if (error instanceof PostbackError) return error;
  const name = nameOfFault(error);
  // Opened as usual a directory cannot be opened; opened as immutable it cannot be read.
  if (/^SQLITE_(CANTOPEN|IOERR)/.test(name) && isDirectory(path)) {
    return new InternalError(
      'log_damaged',
      `The delivery log at ${path} is a directory, not a file.`,
      {
        hint: 'Move the directory aside, then run the same command again.',
        cause: error,
      },
    );
  }
  if (/no such (table|column)|table \S+ already exists|has no column/.test(messageOf(error))) {
    return new InternalError(
      'log_damaged',
      `The database at ${path} does not have the tables of a delivery log: ${messageOf(error)}.`,
      { hint: MOVE_ASIDE, cause: error },
    );
  }
  const cause = findCause(path, name);
  const found = EXPLANATIONS.find(({ pattern }) => pattern.test(cause));
  if (!found) return error;
  return new InternalError(found.code, found.message(path, error), {
    hint: found.hint,
    cause: error,
  });
}

/** The cause that SQLite does not name: its codes for input, output and opening stand for many. */
function findCause(path: string, name: string): string {
  if (name.startsWith('SQLITE_CANTOPEN') && isFileLimitReached()) return 'EMFILE';
  if (/^SQLITE_(CANTOPEN|IOERR|READONLY)/.test(name) && isDiskFull(path)) return 'ENOSPC';
  return name;
}

/** Bytes of the smallest files that SQLite makes next to a log: its shared memory. */
const LEAST_ROOM_BYTES = 32_768;

/** Whether the file system of a log has no room left for the files that SQLite makes next to it. */
function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < LEAST_ROOM_BYTES;
  } catch {
    return false;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Number of files that SQLite and its callers open for one log: the database, its two side files,
 * and a folder.
 */
const FILES_OF_A_LOG = 4;

/**
 * Whether this process may open no more files, which SQLite reports as a file that it cannot open.
 * By then it has closed what it had opened, so a single file can be opened again.
 */
function isFileLimitReached(): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < FILES_OF_A_LOG) opened.push(openSync(devNull, 'r'));
    return false;
  } catch (error) {
    return /^(EMFILE|ENFILE)/.test(nameOfFault(error));
  } finally {
    opened.forEach(closeSync);
  }
}

/** Whether a database that was opened as usual could not be written, though it may be readable. */
export function isUnwritable(error: unknown): boolean {
  const { cause } = error as Error;
  return /^(ENOSPC|EDQUOT|EACCES|EPERM|EROFS|SQLITE_(FULL|IOERR|CANTOPEN|READONLY|PERM))/.test(
    nameOfFault(cause ?? error),
  );
}
