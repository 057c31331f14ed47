import type { LogLocation } from '../../../config/log-location.js';
import { PgDatabase } from '../connection/pg-database.js';
import { hasSchema } from '../database/schema.js';

/** Returns the bytes of the tables of a log on the server; undefined where there is none. */
export async function measureLog(location: LogLocation): Promise<number | undefined> {
  const database = await PgDatabase.open(location);
  try {
    return (await hasSchema(database)) ? await sizeOf(database) : undefined;
  } finally {
    await database.close();
  }
}

/** Returns the bytes of all tables of a log, with their indexes. */
export async function sizeOf(database: PgDatabase): Promise<number> {
  const [row] = await database.rows(
    `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) AS bytes FROM pg_class c
     WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'`,
    [database.schema],
  );
  return Number(row?.['bytes'] ?? 0);
}
