import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';

import { InternalError, messageOf, PostbackError, UsageError } from '../../../errors.js';
import type { BackupReceipt } from '../../maintenance.js';
import { openToRead, type Database } from './database.js';
import { findDamage } from './integrity.js';
import { hasSchema } from './schema.js';

/**
 * Copies a log whole, while others write it: everything that was committed when this begins, in one
 * file that needs no write-ahead file. The copy is checked before it gets its name, and is readable
 * by its owner only.
 * @param file a name that is not in use
 * @throws UsageError when the name is in use or cannot be written, or there is no log;
 *   InternalError when the log is damaged or the disk full
 */
export function backUpLog(path: string, workspace: string, file: string): BackupReceipt {
  if (!existsSync(path)) throw refuseMissing(workspace);
  if (existsSync(file)) throw refuseExisting(file);
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`;
  try {
    makeCopy({ path, workspace }, draft, file);
    const problem = checkCopy(draft);
    if (problem !== undefined) {
      throw new InternalError('log_damaged', `The copy is incomplete and was removed: ${problem}`, {
        hint: 'Run: postback doctor',
      });
    }
    const receipt = describe(draft, file);
    rmSync(`${draft}-wal`, { force: true });
    rmSync(`${draft}-shm`, { force: true });
    synchronize(draft);
    giveName(draft, file);
    return receipt;
  } catch (error) {
    throw explain(error, file);
  } finally {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${end}`, { force: true });
  }
}

interface LogLocation {
  path: string;
  workspace: string;
}

function refuseMissing(workspace: string): UsageError {
  return new UsageError(
    'no_log',
    `Workspace ${workspace} has no delivery log yet: there is nothing to copy.`,
    {
      hint: 'The first run that sends creates a log. To name another workspace, use --workspace.',
    },
  );
}

/** What is wrong with a copy; undefined where it is whole. */
function checkCopy(draft: string): string | undefined {
  const database = openToRead(draft);
  try {
    return findDamage(database, draft)?.problem;
  } finally {
    database.close();
  }
}

/**
 * SQLite reads the log in one transaction: writers go on, and what they commit later is not in the
 * copy.
 */
function makeCopy({ path, workspace }: LogLocation, draft: string, file: string): void {
  const database = openToRead(path);
  try {
    // A log of a newer program or without its tables is refused by its own name, not by the copy's.
    if (!hasSchema(database, path)) throw refuseMissing(workspace);
    // The mode comes first: the copy holds what the log holds.
    closeSync(openSync(draft, 'wx', 0o600));
    // The copy is another file, which SQLite would not write otherwise.
    database.exec('PRAGMA query_only = OFF');
    database.prepare('VACUUM INTO ?').run(draft);
  } catch (error) {
    if (
      error instanceof InternalError &&
      error.code !== 'log_damaged' &&
      error.code !== 'log_busy'
    ) {
      throw new InternalError(
        error.code,
        `The copy ${file} cannot be written: ${messageOf(error.cause)}.`,
        {
          hint: 'Free disk space, or name a file on another disk.',
          cause: error,
        },
      );
    }
    throw error;
  } finally {
    database.close();
  }
}

function describe(draft: string, file: string): BackupReceipt {
  const database = openToRead(draft);
  try {
    const requests = ask(database, 'SELECT count(*) AS n, total(count) AS attempts FROM request');
    const { n: pending } = ask(
      database,
      "SELECT count(*) AS n FROM postback WHERE state = 'pending'",
    );
    return {
      file,
      bytes: statSync(draft).size,
      attempts: Number(requests['attempts']),
      requests: Number(requests['n']),
      pending: Number(pending),
    };
  } finally {
    database.close();
  }
}

function ask(database: Database, sql: string): Record<string, unknown> {
  return database.prepare(sql).get() ?? {};
}

/** Nobody else has the copy open, so that closing it drops no lock. */
function synchronize(draft: string): void {
  const descriptor = openSync(draft, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A link fails where the name is in use; file systems without links get a rename after a look. */
function giveName(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || existsSync(file)) throw refuseExisting(file);
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    renameSync(draft, file);
  }
}

function refuseExisting(file: string): UsageError {
  return new UsageError('output_exists', `${file} exists already. Nothing was written.`, {
    hint: 'Name a file that does not exist.',
  });
}

function explain(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof PostbackError || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new InternalError('disk_full', `The copy ${file} cannot be written: the disk is full.`, {
      hint: 'Free disk space, or name a file on another disk.',
      cause: error,
    });
  }
  return new UsageError('output_unwritable', `${file} cannot be written: ${messageOf(error)}.`, {
    hint: 'Name another file.',
    cause: error,
  });
}
