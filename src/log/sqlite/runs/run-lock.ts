import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

import type { DatabaseSync } from '@photostructure/sqlite';

import { takeKernelLock, type KernelLock } from '../../../files/kernel-lock.js';
import { loadSqlite } from '../../../files/load-sqlite.js';

/**
 * Takes the lock of a run that is about to be registered in the log at `logPath`.
 * @throws the system's or SQLite's error when the file cannot be made
 */
export function takeRunLock(logPath: string, run: string): KernelLock {
  const file = lockFileOf(logPath, run);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = takeKernelLock(file);
  return {
    release: () => {
      lock.release();
      removeRunLock(logPath, run);
    },
  };
}

/** Whether the process that registered a run on this machine still has its lock. */
export function isRunLocked(logPath: string, run: string): boolean {
  let probe: InstanceType<typeof DatabaseSync> | undefined;
  try {
    // Never made here: a run that has ended or was recovered has no file.
    probe = new (loadSqlite().DatabaseSync)(lockFileOf(logPath, run), { readOnly: true });
    probe.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    const { sqliteCodeName = '' } = error as { sqliteCodeName?: string };
    if (sqliteCodeName.startsWith('SQLITE_CANTOPEN')) return false;
    // Any other answer does not prove that the process has ended.
    return true;
  } finally {
    probe?.close();
  }
}

/** Removes the lock file of a run that has ended. A file that cannot be removed does no harm. */
export function removeRunLock(logPath: string, run: string): void {
  try {
    rmSync(lockFileOf(logPath, run), { force: true });
  } catch {
    // Windows keeps a file that another process looks at.
  }
}

/**
 * Names the running kernel: locks mean something among processes of one kernel only. Containers of
 * one host share it, whatever their host names are.
 */
export function readMachine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return hostname();
  }
}

function lockFileOf(logPath: string, run: string): string {
  return join(dirname(logPath), 'runs', `${run}.lock`);
}
