import type { Clock } from '../../../clock.js';
import type { LogLocation } from '../../../config/log-location.js';
import { InternalError } from '../../../errors.js';
import type { FollowOptions } from '../../follow.js';
import type { LogRow } from '../../log-rows.js';
import { PgLogReader } from './pg-log-reader.js';

/** How often the log is looked at, in milliseconds. */
const LOOK_EVERY_MS = 500;
/** Time between two tries to reach a server that went away, in milliseconds. */
const RETRY_EVERY_MS = 2_000;

/** Follows a log, see `followLog` of open-log.ts. A server that goes away is waited for. */
export async function* followLog(
  location: LogLocation,
  options: FollowOptions,
): AsyncGenerator<LogRow> {
  const { signal, report } = options;
  const { clock } = location;
  let { backlog } = options;
  let isWaiting = false;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const reader = await openOrWait(location, isWaiting);
    if (!reader) {
      if (!isWaiting) report('waiting');
      isWaiting = true;
      await sleep(clock, RETRY_EVERY_MS, signal);
      // Nothing of a log that came while it was waited for is old.
      backlog = undefined;
      continue;
    }
    isWaiting = false;
    const follower = reader.follow(options.filter, backlog);
    report('following');
    try {
      while (!isOver()) {
        for await (const rows of follower.look()) yield* rows;
        await sleep(clock, LOOK_EVERY_MS, signal);
      }
    } finally {
      await reader.close();
    }
  }
}

/** Opens the log; undefined while there is none. */
async function openOrWait(
  location: LogLocation,
  isWaiting: boolean,
): Promise<PgLogReader | undefined> {
  try {
    return await PgLogReader.open(location);
  } catch (error) {
    const isAway = error instanceof InternalError && error.code === 'log_unreachable';
    if (isWaiting && isAway) return undefined;
    throw error;
  }
}

/** A signal ends the wait and is not an error. */
async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
