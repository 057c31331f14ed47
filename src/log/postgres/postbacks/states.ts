import type { LoggedState } from '../../stored-postback.js';
import type { PgRow, PgSession } from '../connection/pg-database.js';
import { readStored } from '../../packed/stored-rows.js';

/** What the log has of one postback. */
export interface FoundState {
  state: LoggedState;
  /**
   * Whether another run has to deliver it, or to be recovered, before anything is known of its
   * arrival.
   */
  isElsewhere: boolean;
}

const UNKNOWN: FoundState = { state: 'unknown', isElsewhere: false };

/** Columns of a row of `postback` in the form that {@link readStored} reads. */
export const STORED_COLUMNS =
  "replace(p.id::text, '-', '') AS id, p.state, p.network, p.account, p.goal, p.event, " +
  'p.event_id, p.event_time, p.updated, p.attempts, p.run, p.kind, p.reason, p.message, ' +
  'p.http, p.person, p.data, p.request';

/** Reads a row of {@link STORED_COLUMNS}. */
export const readStoredRow = (row: PgRow): ReturnType<typeof readStored> =>
  // The columns have the types of a row of SQLite; bigint columns come as text, which it reads too.
  // eslint-disable-next-line no-restricted-syntax
  readStored(row as never);

/** One statement, so that all of it is read at one moment. */
const STATES = `
WITH open AS MATERIALIZED (
  SELECT request FROM @batch WHERE completed IS NULL AND request IS NOT NULL AND run <> $2
)
SELECT replace(u.id::text, '-', '') AS key, s.request IS NOT NULL AS is_known,
  CASE WHEN s.request IS NULL OR p.id IS NOT NULL THEN false
    ELSE s.request IN (SELECT request FROM open)
      OR EXISTS (SELECT 1 FROM @dedupe_repeats a JOIN open o ON o.request = a.request
        WHERE a.id = u.id) END AS is_open,
  p.id IS NOT NULL AS has_row, ${STORED_COLUMNS}
FROM unnest($1::uuid[]) u(id) LEFT JOIN @dedupe_index s ON s.id = u.id LEFT
  JOIN @postback p ON p.id = u.id
WHERE s.id IS NOT NULL OR p.id IS NOT NULL`;

/**
 * Finds what became of postbacks.
 * @param run the run that asks; 0: none does
 * @returns a function that answers by id
 */
export async function findStates(
  session: PgSession,
  ids: readonly string[],
  run: number,
): Promise<(id: string) => FoundState> {
  if (ids.length === 0) return () => UNKNOWN;
  const found = new Map<string, FoundState>();
  for (const row of await session.rows(STATES, [[...new Set(ids)], run])) {
    found.set(String(row['key']), toState(row, run));
  }
  return (id) => found.get(id) ?? UNKNOWN;
}

function toState(row: PgRow, run: number): FoundState {
  if (row['has_row'] !== true) {
    return {
      state: row['is_known'] === true ? 'known' : 'unknown',
      isElsewhere: row['is_open'] === true,
    };
  }
  const stored = readStoredRow(row);
  const isElsewhere =
    stored.state === 'pending' &&
    stored.run !== undefined &&
    stored.run !== run &&
    stored.request === undefined;
  return { state: stored, isElsewhere };
}
