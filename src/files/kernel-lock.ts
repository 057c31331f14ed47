import { closeSync, existsSync, openSync } from 'node:fs';

import { DatabaseSync } from '@photostructure/sqlite';

/** A lock that the operating system releases when this process ends, however it ends. */
export interface KernelLock {
  release(): void;
}

/**
 * Takes an exclusive lock on the empty file at `path`, which is made where it is missing. SQLite holds the lock: one kind
 * for Linux, macOS and Windows, seen through pid namespaces. A paused process keeps it.
 * @param waitMs how long to wait for another holder; this blocks the process
 * @throws the system's error when the file cannot be made, SQLite's (`SQLITE_BUSY`) when the lock cannot be had
 */
export function takeKernelLock(path: string, waitMs = 0): KernelLock {
  makeEmptyFile(path);
  const holder = new DatabaseSync(path);
  try {
    holder.exec(`PRAGMA busy_timeout = ${waitMs}`);
    // Nothing is ever written to it, so that it needs no journal next to it.
    holder.exec('PRAGMA journal_mode = MEMORY');
    holder.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    holder.close();
    throw error;
  }
  return {
    release: () => {
      if (holder.isOpen) holder.close();
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
