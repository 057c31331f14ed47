import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, InternalError } from '../errors.js';

/** A holder renews its lock every second; one that has not for this long was killed. */
const STALE_AFTER_MS = 10_000;
const RENEW_EVERY_MS = 1_000;
const WAIT_AT_MOST_MS = 30_000;
/** Time that a process waits before it says so. */
const QUIET_MS = 2_000;
/** Beyond any uptime: proper-lockfile shall not take over by itself, see {@link clearStaleLock}. */
const NEVER_MS = 2 ** 52;

/** Receives a sentence for the operator. */
export type ReportLock = (message: string) => void;

interface FileLockOptions {
  /** Is given what the lock waits for, and why a lock was ignored. */
  report?: ReportLock | undefined;
  /** Ends the wait for another holder. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while this process alone holds `<path>.lock`; the folder of `path` must exist, `path`
 * need not. Waits up to 30 seconds for another holder; the lock of one that was killed is taken
 * over after 10 seconds. A lock that is dated in the future is ignored, and reported.
 * @throws ConfigError when the lock cannot be had, InternalError when the disk is full; the reason
 *   of the signal while it waits; whatever `work` throws.
 */
export async function withFileLock<T>(
  path: string,
  work: () => T | Promise<T>,
  options: FileLockOptions = {},
): Promise<T> {
  const release = await acquireLock(path, options);
  try {
    return await work();
  } finally {
    // Fails only if the lock no longer exists, so there is nothing to release.
    await release().catch(() => undefined);
  }
}

async function acquireLock(
  path: string,
  { report, signal }: FileLockOptions,
): Promise<() => Promise<void>> {
  const { lock } = (await import('proper-lockfile')).default;
  const startedMs = Date.now();
  let isReported = false;
  for (;;) {
    signal?.throwIfAborted();
    try {
      // By default a lock lost while the machine slept would crash the program from a timer.
      return await lock(path, {
        realpath: false,
        stale: NEVER_MS,
        update: RENEW_EVERY_MS,
        onCompromised: () => {},
      });
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOSPC')
        throw new InternalError('disk_full', `Cannot lock ${path}: the disk is full.`, {
          cause: error,
        });
      if (code !== 'ELOCKED') throw refuseLock(path, code ?? 'unknown error', error);
      if (Date.now() - startedMs > WAIT_AT_MOST_MS)
        throw refuseLock(path, 'another postback process holds it', error);
    }
    clearStaleLock(`${path}.lock`, report);
    if (!isReported && Date.now() - startedMs > QUIET_MS) {
      isReported = true;
      report?.(`Waiting for another postback process that holds ${path}.lock.`);
    }
    await delay(5 + Math.random() * 20);
  }
}

/**
 * Removes a lock whose holder was killed. Of several processes that find it at the same moment only
 * the one that makes the takeover folder acts; without that the second would remove the fresh lock
 * of the first.
 */
function clearStaleLock(lockPath: string, report?: ReportLock): void {
  if (!isStale(lockPath)) return;
  const aheadMs = readAheadMs(lockPath);
  const takeover = `${lockPath}.takeover`;
  try {
    mkdirSync(takeover);
  } catch {
    if (isStale(takeover)) removeFolder(takeover);
    return;
  }
  if (isStale(lockPath)) removeFolder(lockPath);
  removeFolder(takeover);
  if (aheadMs <= STALE_AFTER_MS) return;
  const seconds = Math.round(aheadMs / 1000);
  report?.(
    `The lock ${lockPath} is dated ${seconds} s in the future and was ignored: the clock was ` +
      'changed.',
  );
}

function isStale(path: string): boolean {
  // A holder renews it with the present time: one that is dated in the future has no holder either.
  return Math.abs(readAheadMs(path)) > STALE_AFTER_MS;
}

/** How far in the future a lock is dated, in milliseconds; 0 where it does not exist. */
function readAheadMs(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 0 : stat.mtimeMs - Date.now();
}

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Already removed, or not removable. The next attempt to lock reports it.
  }
}

function refuseLock(path: string, why: string, cause: unknown): ConfigError {
  return new ConfigError('config_locked', `Cannot lock ${path}: ${why}.`, {
    hint: `If no other postback process is running, remove the folder ${path}.lock.`,
    cause,
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
