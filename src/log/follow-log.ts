import { statSync } from 'node:fs';

import type { Clock } from '../clock.js';
import type { LogRow } from './attempt-rows.js';
import type { OpenQuery } from './open-query.js';
import { openQuery } from './open-query.js';
import type { LogFilter } from './query.js';

/** How often the log is looked at. */
const LOOK_EVERY_MS = 500;

export interface FollowParts {
  path: string;
  workspace: string;
  filter: LogFilter;
  /** How many rows of before are told first, the newest; undefined: all that the filter wants. */
  backlog: number | undefined;
  clock: Clock;
  signal: AbortSignal;
  /** Told what happens to the log itself: that it is waited for, followed, gone. */
  tell: (state: FollowState) => void;
}

export type FollowState = 'waiting' | 'following' | 'replaced';

/**
 * The newest rows of a log, then each as it is recorded, by whatever process; until the signal aborts. A log that is not
 * there yet is waited for, and one that is removed or replaced is left for the next.
 * @throws InternalError when the log cannot be read
 */
export async function* followLog(parts: FollowParts): AsyncGenerator<LogRow> {
  const { path, tell, signal } = parts;
  let backlog = parts.backlog;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const file = identify(path);
    const opened = file === undefined ? undefined : openQuery(path, parts.workspace);
    if (!opened) {
      tell('waiting');
      await waitFor(parts, () => identify(path) !== undefined);
      // Nothing of a log that came while it was waited for is old.
      backlog = undefined;
      continue;
    }
    try {
      yield* followOne(opened, { ...parts, backlog }, file);
    } finally {
      opened.close();
    }
    if (isOver()) return;
    tell('replaced');
    backlog = undefined;
  }
}

async function* followOne(
  { query }: OpenQuery,
  { path, filter, backlog, clock, signal, tell }: FollowParts,
  file: string | undefined,
): AsyncGenerator<LogRow> {
  const { rows, follower } = query.startFollowing(filter, backlog);
  tell('following');
  yield* rows;
  while (!signal.aborted && identify(path) === file) {
    for (const fresh of follower.look()) {
      yield* query.matching(fresh, filter);
    }
    await sleep(clock, signal);
  }
}

async function waitFor({ clock, signal }: FollowParts, isThere: () => boolean): Promise<void> {
  while (!signal.aborted && !isThere()) await sleep(clock, signal);
}

/** A signal ends the wait, and is no error. */
async function sleep(clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(LOOK_EVERY_MS, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Which file stands at a path; undefined where there is none, or an empty one that is just being made. */
function identify(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && stat.size > 0n ? `${stat.dev}:${stat.ino}` : undefined;
}
