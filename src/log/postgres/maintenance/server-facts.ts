import type { LogLocation } from '../../../config/log-location.js';
import { describeAddress } from '../../../config/log-url.js';
import type { LogServerFacts } from '../../server-facts.js';
import { PgDatabase } from '../connection/pg-database.js';
import { countPartitionsAhead } from '../database/partitions.js';
import { hasSchema } from '../database/schema.js';
import { sizeOf } from './measure.js';

/** Reads what `doctor` and `status` say of the server of a log. */
export async function describeServer(location: LogLocation): Promise<LogServerFacts> {
  const database = await PgDatabase.open(location);
  try {
    const askedMs = location.clock.now();
    const [row] = await database.rows(
      `SELECT current_setting('server_version') AS version, current_setting('synchronous_commit')
         AS commits,
         pg_is_in_recovery() AS is_replica, current_setting('transaction_read_only') = 'on'
           AS is_read_only,
         extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`,
    );
    const answeredMs = location.clock.now();
    const isThere = await hasSchema(database);
    return {
      shownAddress: describeAddress(database.address),
      version: String(row?.['version']),
      readOnly: row?.['is_replica'] ? 'replica' : row?.['is_read_only'] ? 'setting' : undefined,
      clockAheadMs: Math.round((askedMs + answeredMs) / 2 - Number(row?.['now'])),
      synchronousCommit: String(row?.['commits']),
      isPooled: await database.isPooled(),
      monthsAhead: isThere ? await countPartitionsAhead(database) : undefined,
      forbiddenTables: isThere ? await listForbidden(database) : [],
      mayCreate: await mayCreate(database, isThere),
      bytes: isThere ? await sizeOf(database) : undefined,
    };
  } finally {
    await database.close();
  }
}

/** Partitions of a table can be made by its owner only, who needs CREATE on the schema too. */
async function mayCreate(database: PgDatabase, isThere: boolean): Promise<boolean> {
  const [row] = isThere
    ? await database.rows(
        `SELECT has_schema_privilege($1, 'CREATE') AND pg_has_role(c.relowner, 'USAGE') AS may
         FROM pg_class c WHERE c.oid = to_regclass($2)`,
        [database.schema.slice(1, -1).replaceAll('""', '"'), `${database.schema}.request`],
      )
    : await database.rows(`SELECT has_database_privilege(current_database(), 'CREATE') AS may`);
  return row?.['may'] === true;
}

async function listForbidden(database: PgDatabase): Promise<string[]> {
  const rows = await database.rows(
    `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = $1::regnamespace
       AND c.relkind IN ('r', 'p')
       AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
         AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))
     ORDER BY c.relname`,
    [database.schema],
  );
  return rows.map(({ name }) => String(name));
}
