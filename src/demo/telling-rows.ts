import type { LogRow } from '../log/attempt-rows.js';
import type { LogQuery } from '../log/query.js';

/** Skips shown, one a reason. */
const SHOWN_SKIPS = 4;

/**
 * A few rows that show what a log has: one conversion that needed two attempts, one delivered conversion of each other
 * goal, and one skip of each of a few reasons. In the order of the log.
 */
export function pickTellingRows(query: LogQuery): LogRow[] {
  const attempts = [...query.oldestFirst({})];
  const retried = attempts.find(({ status }) => status === 'retried');
  const again = retried
    ? attempts.filter(({ eventId, goal }) => eventId === retried.eventId && goal === retried.goal)
    : [];
  const delivered = attempts.filter(({ status, goal }) => status === 'success' && goal !== retried?.goal);
  const skips = [...query.oldestFirst({ statuses: ['skipped'] })];
  return [
    ...again,
    ...firstOfEach(delivered, ({ goal }) => goal),
    ...firstOfEach(skips, ({ reason }) => reason).slice(0, SHOWN_SKIPS),
  ];
}

function firstOfEach(rows: readonly LogRow[], keyOf: (row: LogRow) => string | null): LogRow[] {
  const found = new Map<string | null, LogRow>();
  for (const row of rows) if (!found.has(keyOf(row))) found.set(keyOf(row), row);
  return [...found.values()];
}
