import type { FollowOptions } from '../../follow.js';
import type { LogLocation } from '../../../config/log-location.js';
import type { LogRow } from '../../log-rows.js';
import { statSync } from 'node:fs';

import type { Clock } from '../../../clock.js';
import type { LogReader } from '../../log-reader.js';
import { SqliteLogReader } from './sqlite-log-reader.js';

/** How often the log is looked at. */
const LOOK_EVERY_MS = 500;

/** See followLog of open-log.ts. */
export async function* followLog(
  location: LogLocation,
  options: FollowOptions,
): AsyncGenerator<LogRow> {
  const { path, workspace, clock } = location;
  const { report, signal } = options;
  let backlog = options.backlog;
  const isOver = (): boolean => signal.aborted;
  let isWaiting = false;
  while (!isOver()) {
    const file = identify(path);
    const opened = file === undefined ? undefined : SqliteLogReader.open(path, workspace, clock);
    if (!opened) {
      if (!isWaiting) report('waiting');
      isWaiting = true;
      await sleep(clock, signal);
      // Nothing of a log that came while it was waited for is old.
      backlog = undefined;
      continue;
    }
    isWaiting = false;
    try {
      yield* followOne(opened, { ...location, ...options, backlog }, file);
    } finally {
      await opened.close();
    }
    if (isOver()) return;
    report('replaced');
    backlog = undefined;
  }
}

async function* followOne(
  reader: LogReader,
  { path, filter, backlog, clock, signal, report }: LogLocation & FollowOptions,
  file: string | undefined,
): AsyncGenerator<LogRow> {
  const follower = reader.follow(filter, backlog);
  report('following');
  for await (const rows of follower.look()) yield* rows;
  while (!signal.aborted && identify(path) === file) {
    for await (const rows of follower.look()) yield* rows;
    await sleep(clock, signal);
  }
}

/** A signal ends the wait and is not an error. */
async function sleep(clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(LOOK_EVERY_MS, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * Which file stands at a path; undefined where there is none, or an empty one that is just being
 * made.
 */
function identify(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && stat.size > 0n ? `${stat.dev}:${stat.ino}` : undefined;
}
