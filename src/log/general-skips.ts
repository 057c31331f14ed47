import type { SkipEntry } from './entry.js';
import type { FactFilter, SkippedFact } from './facts.js';
import type { LogFilter } from './log-rows.js';
import { readSkips, type PackedSkip } from './packed/attempt-rows.js';
import type { SqlRow } from './packed/sql-row.js';

/**
 * Reasons of skips that concern no goal or network. A game's whole traffic may be of this kind, so
 * that a row for each would make the log many times as large as its deliveries.
 */
const GENERAL: ReadonlySet<string> = new Set([
  'organic',
  'no_goal',
  'goal_disabled',
  'other_network',
]);

const HOUR_MS = 3_600_000;

/** Number of general skips whose rows a trim reads and removes at once. */
const MOST_AT_ONCE = 10_000;

/** Skips of one kind and hour that are counted and have no rows any more. */
export interface SkipCount {
  run: number;
  /** Start of the hour in which they were recorded, in hours since the epoch. */
  hour: number;
  reason: string;
  /** Empty where the event concerned none. */
  goal: string;
  network: string;
  count: number;
}

/** What becomes of rows with general skips, so that the newest of these are kept. */
export interface SkipTrim {
  /** Rows of which nothing is kept. */
  remove: number[];
  /** Rows of which something is kept. */
  shorten: { id: number; count: number; general: number; entries: string }[];
  counts: SkipCount[];
}

/** Counts the skips that concern no goal or network. */
export function countGeneral(entries: readonly SkipEntry[]): number {
  return entries.filter(({ reason, list }) => isGeneral(reason, list)).length;
}

function isGeneral(reason: string, list: string | undefined): boolean {
  return GENERAL.has(reason) && list === undefined;
}

/** Tells after how many new general skips the oldest are removed. */
export class TrimSchedule {
  readonly #step: number;
  #added = 0;

  /** @param keep number of general skips that keep their rows */
  constructor(readonly keep: number) {
    this.#step = Math.min(MOST_AT_ONCE, Math.ceil(keep / 10));
  }

  /** Whether general skips were added since the last trim. */
  get isDue(): boolean {
    return this.#added > 0;
  }

  /** Counts new general skips. Returns whether it is time to trim. */
  add(count: number): boolean {
    this.#added += count;
    return this.#added >= this.#step;
  }

  /** Notes that the oldest were removed. */
  reset(): void {
    this.#added = 0;
  }
}

/**
 * Decides which of the oldest general skips are only counted from now on. Rows that cannot be read
 * are left alone.
 * @param rows rows of the `skip` table, oldest first
 * @param excess number of skips that are too many
 */
export function trimSkips(rows: readonly SqlRow[], excess: number): SkipTrim {
  const counts = new Map<string, SkipCount>();
  const trim: SkipTrim = { remove: [], shorten: [], counts: [] };
  let left = excess;
  for (const row of rows) {
    if (left <= 0) break;
    const entries = readSkips(row);
    if (!entries) continue;
    const hour = Math.floor(Number(row['at']) / HOUR_MS);
    let general = 0;
    const kept = entries.filter((entry) => {
      if (!isGeneral(entry[2], entry[7])) return true;
      if (left > 0) {
        left--;
        addCount(counts, Number(row['run']), hour, entry);
        return false;
      }
      general++;
      return true;
    });
    const id = Number(row['id']);
    if (kept.length === 0) trim.remove.push(id);
    else {
      const text = JSON.stringify(kept);
      trim.shorten.push({ id, count: kept.length, general, entries: text });
    }
  }
  trim.counts = [...counts.values()];
  return trim;
}

function addCount(
  counts: Map<string, SkipCount>,
  run: number,
  hour: number,
  [, , reason, goal, network]: PackedSkip,
): void {
  const key = JSON.stringify([run, hour, reason, goal, network]);
  const found = counts.get(key);
  if (found) found.count++;
  else counts.set(key, { run, hour, reason, goal: goal ?? '', network: network ?? '', count: 1 });
}

/** Returns the facts of skips that have no rows any more, a count each. */
export function listCountedFacts(
  counts: readonly SkipCount[],
  { sinceMs, untilMs, networks, goals }: FactFilter,
): SkippedFact[] {
  return findCounts(counts, { sinceMs, untilMs, networks, goals }).map(
    ({ hour, reason, goal, network, count }) => ({
      eventId: '',
      reason,
      goal: goal || undefined,
      network: network || undefined,
      atMs: hour * HOUR_MS,
      count,
    }),
  );
}

/**
 * Counts the skips without rows that a filter may want: their events are not known, and of their
 * times the hour.
 */
export function countMatching(counts: readonly SkipCount[], filter: LogFilter): number {
  if (!filter.statuses?.includes('skipped') || filter.https?.length) return 0;
  return findCounts(counts, filter).reduce((sum, { count }) => sum + count, 0);
}

function findCounts(
  counts: readonly SkipCount[],
  { sinceMs, untilMs, networks, goals, reasons }: LogFilter,
): SkipCount[] {
  const isAmong = (wanted: readonly string[] | undefined, value: string): boolean =>
    !wanted?.length || wanted.includes(value);
  return counts.filter(
    ({ hour, reason, goal, network }) =>
      (sinceMs === undefined || (hour + 1) * HOUR_MS > sinceMs) &&
      (untilMs === undefined || hour * HOUR_MS <= untilMs) &&
      isAmong(networks, network) &&
      isAmong(goals, goal) &&
      isAmong(reasons, reason),
  );
}
