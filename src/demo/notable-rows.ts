import type { LogRow } from '../log/log-rows.js';
import type { LogReader } from '../log/log-reader.js';

/** Skips shown, one a reason. */
const SHOWN_SKIPS = 4;

/**
 * A few rows that show what a log has: one conversion that needed two attempts, one delivered
 * conversion of each other goal, and one skip of each of a few reasons. In the order of the log.
 */
export async function pickNotableRows(reader: LogReader): Promise<LogRow[]> {
  const attempts = await readAll(reader.listRows({}));
  const retried = attempts.find(({ status }) => status === 'retried');
  const again = retried
    ? attempts.filter(({ eventId, goal }) => eventId === retried.eventId && goal === retried.goal)
    : [];
  const delivered = attempts.filter(
    ({ status, goal }) => status === 'success' && goal !== retried?.goal,
  );
  const skips = await readAll(reader.listRows({ statuses: ['skipped'] }));
  return [
    ...again,
    ...firstOfEach(delivered, ({ goal }) => goal),
    ...firstOfEach(skips, ({ reason }) => reason).slice(0, SHOWN_SKIPS),
  ];
}

async function readAll(groups: AsyncIterable<readonly LogRow[]>): Promise<LogRow[]> {
  const found: LogRow[] = [];
  for await (const rows of groups) found.push(...rows);
  return found;
}

function firstOfEach(rows: readonly LogRow[], keyOf: (row: LogRow) => string | null): LogRow[] {
  const found = new Map<string | null, LogRow>();
  for (const row of rows) if (!found.has(keyOf(row))) found.set(keyOf(row), row);
  return [...found.values()];
}
