import { setTimeout as delay } from 'node:timers/promises';

import type { Pool, PoolClient } from 'pg';

import type { LogLocation } from '../../../config/log-location.js';
import { parseLogUrl, type LogAddress } from '../../../config/log-url.js';
import { ConfigError } from '../../../errors.js';
import { planConnection, type ConnectPlan } from './client-options.js';
import { explainFault, isConnectionFault, isEncryptionMismatch, isTlsRefusal } from './faults.js';

/** A value of a statement. */
export type PgValue =
  string | number | boolean | null | Uint8Array | readonly (string | number | boolean | null)[];

/** One row: 64-bit numbers come as numbers, bytes as buffers, ids as text. */
export type PgRow = Record<string, string | number | boolean | null | Uint8Array>;

/**
 * Runs statements. In their text `@name` stands for a table of the log: every workspace has a
 * schema of its own, and a search path would be state of a session, which PgBouncer does not keep.
 */
export interface PgSession {
  /** Runs a statement and returns its rows. */
  rows(sql: string, values?: readonly PgValue[]): Promise<PgRow[]>;
  /** Runs a statement and returns how many rows it changed. */
  change(sql: string, values?: readonly PgValue[]): Promise<number>;
  /** Runs statements without values in one round trip; returns the rows of the last one. */
  script(sql: string): Promise<PgRow[]>;
}

/** Most connections of one process. */
const MAX_CONNECTIONS = 4;
const IDLE_MS = 30_000;
/** Times that a step is tried whose connection breaks, and the time between, in milliseconds. */
const MOST_TRIES = 10;
const PAUSE_MS = 100;

/** Number of the type `bigint` and of `numeric`: https://www.postgresql.org/docs/15/catalog-pg-type.html. */
const BIGINT = 20;
const NUMERIC = 1700;

/** A PostgreSQL database with the delivery log of one workspace. */
export class PgDatabase implements PgSession {
  readonly address: LogAddress;
  /** The schema of the workspace, quoted. */
  readonly schema: string;
  readonly #pool: Pool;

  private constructor(address: LogAddress, schema: string, pool: Pool) {
    this.address = address;
    this.schema = schema;
    this.#pool = pool;
  }

  /**
   * Connects to the database of a log that is on a server.
   * @throws ConfigError for an address, a file or a login that is wrong; InternalError
   *   `log_unreachable`
   */
  static async open({
    server,
    workspace,
  }: Pick<LogLocation, 'server' | 'workspace'>): Promise<PgDatabase> {
    const address = parseLogUrl(server?.url ?? '');
    if ('problem' in address)
      throw new ConfigError('setting_invalid', `The address of log.url ${address.problem}.`);
    const { default: pg } = await import('pg');
    const plan = planConnection(address, server?.variables ?? {});
    try {
      const pool = await connect(pg, plan);
      return new PgDatabase(address, quoteName(schemaOf(workspace)), pool);
    } catch (error) {
      throw explainFault(address, error);
    }
  }

  async rows(sql: string, values?: readonly PgValue[]): Promise<PgRow[]> {
    return this.use((session) => session.rows(sql, values));
  }

  async change(sql: string, values?: readonly PgValue[]): Promise<number> {
    return this.use((session) => session.change(sql, values));
  }

  async script(sql: string): Promise<PgRow[]> {
    return this.use((session) => session.script(sql));
  }

  /**
   * Gives `work` a connection of its own.
   * @throws PostbackError in words for a fault of the server or the connection
   */
  async use<T>(work: (session: PgSession) => Promise<T>): Promise<T> {
    try {
      return await this.borrow(work);
    } catch (error) {
      throw this.explain(error);
    }
  }

  /**
   * Gives `work` a connection of its own. One that fails is closed, and with it a transaction that
   * was left open.
   * @param timeoutMs longest time of each statement; the connection counts as lost after it
   * @throws what the driver throws
   */
  async borrow<T>(work: (session: PgSession) => Promise<T>, timeoutMs?: number): Promise<T> {
    const client = await this.#pool.connect();
    try {
      const result = await work(this.#sessionOf(client, timeoutMs));
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /**
   * Runs `work` in one transaction that sees one moment, read-only.
   * @throws as {@link use}
   */
  async snapshot<T>(work: (session: PgSession) => Promise<T>): Promise<T> {
    return this.use(async (session) => {
      await session.script('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const result = await work(session);
      await session.script('COMMIT');
      return result;
    });
  }

  /**
   * Runs `work` in one transaction.
   * @throws as {@link use}
   */
  async transact<T>(work: (session: PgSession) => Promise<T>): Promise<T> {
    return this.use(async (session) => {
      await session.script('BEGIN');
      const result = await work(session);
      await session.script('COMMIT');
      return result;
    });
  }

  /**
   * Runs `work`, which changes nothing when it is repeated, again where a connection breaks.
   * @throws what `work` throws
   */
  async persist<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!isConnectionFault(error) || tries === MOST_TRIES) throw error;
      }
      await delay(PAUSE_MS);
    }
  }

  /** Turns a fault of a session that {@link borrow} gave into words. */
  explain(error: unknown): unknown {
    return explainFault(this.address, error);
  }

  /**
   * Whether another program answers in the place of the server: a pooler gives other process ids.
   */
  async isPooled(): Promise<boolean> {
    const client = await this.#pool.connect();
    try {
      const { rows } = await client.query<PgRow>('SELECT pg_backend_pid() AS pid');
      const { processID } = client as { processID?: number | null };
      return rows[0]?.['pid'] !== processID;
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Puts the schema of the workspace in the place of each `@`. */
  qualify(sql: string): string {
    return sql.replaceAll(/@(?=[a-z])/g, `${this.schema}.`);
  }

  #sessionOf(client: PoolClient, timeoutMs?: number): PgSession {
    const limit = timeoutMs === undefined ? {} : { query_timeout: timeoutMs };
    const run = (sql: string, values: readonly PgValue[] = []) =>
      client.query<PgRow>({ text: this.qualify(sql), values: values.map(withoutNul), ...limit });
    return {
      rows: async (sql, values) => (await run(sql, values)).rows,
      change: async (sql, values) => (await run(sql, values)).rowCount ?? 0,
      script: async (sql) => {
        // Statements without values may be several in one text; then there are several results.
        const results: unknown = await client.query({ text: this.qualify(sql), ...limit });
        const last: unknown = Array.isArray(results) ? results.at(-1) : results;
        return (last as { rows: PgRow[] }).rows;
      },
    };
  }
}

/** PostgreSQL stores no U+0000 in text (https://www.postgresql.org/docs/15/datatype-character.html). */
function withoutNul(value: PgValue): PgValue {
  if (typeof value === 'string') return replaceNul(value);
  if (!Array.isArray(value)) return value;
  const list = value as readonly (string | number | boolean | null)[];
  const hasNul = list.some((item) => typeof item === 'string' && item.includes('\0'));
  return hasNul ? list.map((item) => (typeof item === 'string' ? replaceNul(item) : item)) : list;
}

function replaceNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u2400') : text;
}

/** The schema of a workspace. */
export function schemaOf(workspace: string): string {
  return `postback_${workspace}`;
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

type PgModule = (typeof import('pg'))['default'];

/** Makes the pool in the first way that the server takes. */
async function connect(pg: PgModule, plan: ConnectPlan): Promise<Pool> {
  const types = new pg.TypeOverrides();
  for (const type of [BIGINT, NUMERIC]) types.setTypeParser(type, Number);
  let failure: unknown;
  for (const ssl of plan.tries) {
    const pool = new pg.Pool({
      ...plan.base,
      ssl,
      types,
      max: MAX_CONNECTIONS,
      idleTimeoutMillis: IDLE_MS,
      allowExitOnIdle: true,
    });
    // Nobody waits for a connection that breaks while it is idle.
    pool.on('error', () => undefined);
    try {
      const client = await pool.connect();
      client.release();
      return pool;
    } catch (error) {
      failure ??= error;
      await pool.end();
      // The next try differs in TLS alone.
      if (!isTlsRefusal(error) && !isEncryptionMismatch(error)) throw error;
    }
  }
  throw failure;
}
