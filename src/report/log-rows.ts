import type { LogFilter, LogRow } from '../log/log-rows.js';
import type { KnownValues } from '../log/log-reader.js';
import type { LogLocation } from '../config/log-location.js';
import { openLogReader, withLogReader } from '../log/open-log.js';

export interface ListOptions {
  /** At most this many, the newest; undefined: all. */
  limit: number | undefined;
  /** Called at the end with the rows that could not be read and were left out, in words. */
  onDamaged: (rows: readonly string[]) => void;
  /** Called at the end where skips that may match are counted only, with their number. */
  onTrimmed: (count: number) => void;
}

/**
 * Yields the rows that `logs` shows, oldest first.
 * @throws as openLogReader
 */
export async function* listLogRows(
  location: LogLocation,
  filter: LogFilter,
  { limit, onDamaged, onTrimmed }: ListOptions,
): AsyncGenerator<LogRow> {
  const reader = await openLogReader(location);
  if (!reader) return;
  try {
    if (limit !== undefined) yield* await reader.listNewestRows(filter, limit);
    else for await (const rows of reader.listRows(filter)) yield* rows;
    onDamaged(reader.listDamaged());
    const trimmed = await reader.countTrimmedSkips(filter);
    if (trimmed > 0) onTrimmed(trimmed);
  } finally {
    await reader.close();
  }
}

/** Returns the goals and reasons that a log has rows of. */
export async function readKnownValues(location: LogLocation): Promise<KnownValues> {
  const found = await withLogReader(location, (reader) => reader.listKnownValues());
  return found ?? { goals: [], reasons: [] };
}

export { followLog as followLogRows } from '../log/open-log.js';
