import { closeSync, existsSync, openSync } from 'node:fs';

import { loadSqlite } from './load-sqlite.js';

/** A lock that the operating system releases when this process ends, however it ends. */
export interface KernelLock {
  release(): void;
}

/**
 * Takes an exclusive lock on the empty file at `path`, which is made where it is missing. SQLite
 * holds the lock: one kind for Linux, macOS and Windows, seen through pid namespaces. A paused
 * process keeps it.
 * @param waitMs how long to wait for another holder; this blocks the process
 * @throws the system's error when the file cannot be made, SQLite's (`SQLITE_BUSY`) when the lock
 *   cannot be had
 */
export function takeKernelLock(path: string, waitMs = 0): KernelLock {
  makeEmptyFile(path);
  const lockOwner = new (loadSqlite().DatabaseSync)(path);
  try {
    lockOwner.exec(`PRAGMA busy_timeout = ${waitMs}`);
    // Nothing is written to the file, so it needs no journal file.
    lockOwner.exec('PRAGMA journal_mode = MEMORY');
    lockOwner.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lockOwner.close();
    throw error;
  }
  return {
    release: () => {
      if (lockOwner.isOpen) lockOwner.close();
    },
  };
}

function makeEmptyFile(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
