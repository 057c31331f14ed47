import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, InternalError } from '../errors.js';

/** A holder renews its lock every second; one that has not for this long was killed. */
const STALE_AFTER_MS = 10_000;
const RENEW_EVERY_MS = 1_000;
const WAIT_AT_MOST_MS = 30_000;
/** Beyond any uptime: proper-lockfile shall not take over by itself, see {@link clearStaleLock}. */
const NEVER_MS = 2 ** 52;

/**
 * Runs `work` while this process alone holds `<path>.lock`; the folder of `path` must exist, `path` need not.
 * Waits up to 30 seconds for another holder; the lock of one that was killed is taken over after 10 seconds.
 * @throws ConfigError when the lock cannot be had, InternalError when the disk is full; whatever `work` throws.
 */
export async function withFileLock<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  const release = await acquireLock(path);
  try {
    return await work();
  } finally {
    // Fails only when the lock is gone already, and then there is nothing left to release.
    await release().catch(() => undefined);
  }
}

async function acquireLock(path: string): Promise<() => Promise<void>> {
  const { lock } = (await import('proper-lockfile')).default;
  const giveUpAt = Date.now() + WAIT_AT_MOST_MS;
  for (;;) {
    try {
      // By default a lock lost while the machine slept would crash the program from a timer.
      return await lock(path, { realpath: false, stale: NEVER_MS, update: RENEW_EVERY_MS, onCompromised: () => {} });
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOSPC')
        throw new InternalError('disk_full', `Cannot lock ${path}: the disk is full.`, { cause: error });
      if (code !== 'ELOCKED') throw refuseLock(path, code ?? 'unknown error', error);
      if (Date.now() > giveUpAt) throw refuseLock(path, 'another postback process holds it', error);
    }
    clearStaleLock(`${path}.lock`);
    await delay(5 + Math.random() * 20);
  }
}

/**
 * Removes a lock whose holder was killed. Of several processes that find it at the same moment only the one that makes
 * the takeover folder acts; without that the second would remove the fresh lock of the first.
 */
function clearStaleLock(lockPath: string): void {
  if (!isStale(lockPath)) return;
  const takeover = `${lockPath}.takeover`;
  try {
    mkdirSync(takeover);
  } catch {
    if (isStale(takeover)) removeFolder(takeover);
    return;
  }
  if (isStale(lockPath)) removeFolder(lockPath);
  removeFolder(takeover);
}

function isStale(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  // A holder renews it with the present time: one that is dated in the future has no holder either.
  return stat !== undefined && Math.abs(Date.now() - stat.mtimeMs) > STALE_AFTER_MS;
}

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Gone already, or not ours to remove: the next attempt to lock tells.
  }
}

function refuseLock(path: string, why: string, cause: unknown): ConfigError {
  return new ConfigError('config_locked', `Cannot lock ${path}: ${why}.`, {
    hint: `When no other postback is running, remove the folder ${path}.lock.`,
    cause,
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
