import type { Database } from '../database/database.js';

/** The network's ids of the requests that a run made and that were accepted, in order. */
export function listRequestIds(database: Database, run: string): string[] {
  return database
    .prepare(
      `SELECT remote_id FROM request WHERE run = (SELECT id FROM run WHERE name = ?)
         AND remote_id IS NOT NULL
         AND http BETWEEN 200 AND 299 ORDER BY id`,
    )
    .all(run)
    .map((row) => String(row['remote_id']));
}
