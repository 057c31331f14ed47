import { ConfigError } from '../../../errors.js';
import { describeAddress } from '../../../config/log-url.js';
import type { Random } from '../../../random.js';
import type { PgDatabase, PgSession } from '../connection/pg-database.js';
import { MIGRATIONS, SCHEMA_VERSION } from './migrations.js';
import { makePartitions } from './partitions.js';

/** Oldest server that has what is used: `pg_current_xact_id` (PostgreSQL 13). */
const OLDEST_SERVER = 130_000;

/** Bytes of the salt by which people are known. */
const SALT_BYTES = 32;

/** What a log that is there looks like. */
export interface SchemaState {
  /** Undefined where no log was made yet. */
  version: number | undefined;
  /** The server's version as a number: 150018 is 15.18. */
  server: number;
}

/** Reads what is there; writes nothing. */
export async function readSchemaState(database: PgDatabase): Promise<SchemaState> {
  const [found] = await database.rows(
    `SELECT current_setting('server_version_num')::int AS server, to_regclass($1) IS NOT NULL
       AS known`,
    [`${database.schema}.meta`],
  );
  const server = Number(found?.['server']);
  if (!found?.['known']) return { version: undefined, server };
  const [row] = await database.rows(`SELECT value FROM @meta WHERE name = 'version'`);
  return { version: row === undefined ? undefined : Number(row['value']), server };
}

/**
 * Checks a log that is to be read.
 * @returns false where nothing was ever sent
 * @throws ConfigError when the server is too old, or a newer postback wrote the log
 */
export async function hasSchema(database: PgDatabase): Promise<boolean> {
  const state = await readSchemaState(database);
  refuse(database, state);
  // An older schema is migrated by the next run that writes.
  return state.version !== undefined;
}

/**
 * Makes the tables of a log that is not there yet, brings an older one up to date, and makes
 * partitions ahead.
 * @throws ConfigError as {@link hasSchema}, or when the user may not create what is missing
 */
export async function prepareSchema(database: PgDatabase, random: Random): Promise<void> {
  const state = await readSchemaState(database);
  refuse(database, state);
  if (state.version !== SCHEMA_VERSION) await migrate(database, random);
  await makePartitions(database);
}

function refuse(database: PgDatabase, { server, version }: SchemaState): void {
  const shown = describeAddress(database.address);
  if (server < OLDEST_SERVER) {
    throw new ConfigError(
      'log_server_too_old',
      `The server at ${shown} is PostgreSQL ${Math.floor(server / 10_000)}; 13 or later is needed.`,
      { hint: 'Update the server, or set log.url to another one.' },
    );
  }
  if (version !== undefined && version > SCHEMA_VERSION) {
    throw new ConfigError(
      'log_too_new',
      `The delivery log at ${shown} was written by a newer postback.`,
      { hint: 'Update postback on this machine.' },
    );
  }
}

async function migrate(database: PgDatabase, random: Random): Promise<void> {
  await database.transact(async (session) => {
    // Two machines may start on a new database at once: the second finds the work done.
    await session.rows('SELECT pg_advisory_xact_lock(hashtext($1))', [database.schema]);
    await session.script(`CREATE SCHEMA IF NOT EXISTS ${database.schema}`);
    const version = await readVersion(database, session);
    for (const { version: next, sql } of MIGRATIONS) {
      if (next > version) await session.script(sql);
    }
    await session.rows(
      `INSERT INTO @meta (name, value) VALUES ('salt', $1) ON CONFLICT DO NOTHING`,
      [random.bytes(SALT_BYTES).toString('hex')],
    );
    await session.rows(
      `INSERT INTO @meta (name, value) VALUES ('version', $1)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [String(SCHEMA_VERSION)],
    );
  });
}

async function readVersion(database: PgDatabase, session: PgSession): Promise<number> {
  const [found] = await session.rows('SELECT to_regclass($1) IS NOT NULL AS known', [
    `${database.schema}.meta`,
  ]);
  if (!found?.['known']) return 0;
  const [row] = await session.rows(`SELECT value FROM @meta WHERE name = 'version'`);
  return Number(row?.['value'] ?? 0);
}
