import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { DatabaseSync } from '@photostructure/sqlite';

import type { SqlRow, SqlValue } from '../../packed/sql-row.js';
import { isBusy } from '../../../files/fault-name.js';
import { loadSqlite } from '../../../files/load-sqlite.js';
import { removeCommitNote } from './commit-note.js';
import { LONGEST_WAIT_MS, explainFault, isUnwritable } from './database-faults.js';

export type { SqlRow, SqlValue };

/** A prepared statement, in the shape of node:sqlite. */
export interface Statement {
  run(...values: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
  iterate(...values: SqlValue[]): IterableIterator<SqlRow>;
}

/**
 * The little of SQLite that the log uses, so that another binding can stand in
 * (docs/development/measurements.md#sqlite-bindings).
 */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** Runs `work` in one write transaction: all of it is on disk when this returns, or none. */
  transact<T>(work: () => T): T;
  /**
   * Runs `work` in one read transaction, so that all it reads is of one moment. It may write
   * temporary tables.
   */
  snapshot<T>(work: () => T): T;
  close(): void;
}

/** The path of a database that is nowhere but in memory. */
export const IN_MEMORY = ':memory:';

/**
 * What SQLite may keep of the file in memory. Its own 2 MiB are less than the requests under way:
 * it would read them again.
 */
const CACHE_KIB = 16_384;

/**
 * Of a new file. What a request writes is some 250 KiB in few rows: with SQLite's own 4 KiB that is
 * 60 pages, with four calls for each.
 */
const PAGE_BYTES = 8_192;

/**
 * Pages written back at once: four times SQLite's own measure, because the same pages change again
 * and again.
 */
const CHECKPOINT_BYTES = 16_384_000;

/**
 * Opens (and makes, readable by its owner only) the database at `path`. SQLite alone opens a file
 * that exists: closing any other descriptor of it would drop the locks of every connection of this
 * process (https://www.sqlite.org/howtocorrupt.html, section 2.2, read 2026-11-30).
 * @param synchronous `full` survives a power cut, `normal` a crash of the program
 * @throws InternalError when the file cannot be opened or is not a database
 */
export function openDatabase(path: string, synchronous: 'full' | 'normal'): Database {
  return guard(path, () =>
    patiently(() => {
      if (path !== IN_MEMORY) makeFile(path);
      const sqlite = new (loadSqlite().DatabaseSync)(path);
      try {
        sqlite.exec(`PRAGMA busy_timeout = ${LONGEST_WAIT_MS}`);
        sqlite.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
        // A new file gets its tables first, see useWriteAheadLog. A file of another program stays
        // as it is.
        if (isDeliveryLog(sqlite)) sqlite.exec('PRAGMA journal_mode = WAL');
        sqlite.exec(`PRAGMA synchronous = ${synchronous === 'full' ? 'FULL' : 'NORMAL'}`);
        sqlite.exec('PRAGMA foreign_keys = OFF');
        sqlite.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
        // An older file keeps the pages that it has.
        const pageBytes = readNumber(sqlite, 'page_size');
        sqlite.exec(`PRAGMA wal_autocheckpoint = ${Math.round(CHECKPOINT_BYTES / pageBytes)}`);
        return wrap(sqlite, path);
      } catch (error) {
        sqlite.close();
        throw error;
      }
    }),
  );
}

/**
 * Opens the database at `path` so that it is read only, also on a full disk, in a folder of another
 * user or on a file system that is mounted read-only. Nothing of the file changes.
 *
 * SQLite's read-only connections make a `-wal` and a `-shm` file and never remove them. So where no
 * `-wal` file holds anything, an ordinary connection is used that refuses every write: SQLite
 * removes with it what it made (https://www.sqlite.org/pragma.html#pragma_query_only, read
 * 2026-11-30).
 * @throws InternalError when the file cannot be read or is not a database
 */
export function openToRead(path: string): Database {
  return guard(path, () =>
    wrap(hasRecentPages(path) ? openReadOnly(path) : openQueryOnly(path), path),
  );
}

function openQueryOnly(path: string): Sqlite {
  let sqlite: Sqlite | undefined;
  try {
    sqlite = new (loadSqlite().DatabaseSync)(path);
    sqlite.exec(`PRAGMA busy_timeout = ${LONGEST_WAIT_MS}`);
    sqlite.exec('PRAGMA query_only = ON');
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
    return sqlite;
  } catch (error) {
    sqlite?.close();
    if (!isUnwritable(error)) throw error;
    return openReadOnly(path);
  }
}

/** Lets a connection that only reads write temporary tables. */
export function allowTemporaryTables(database: Database): void {
  // People are staged there in plain text: they must not reach a disk.
  database.exec('PRAGMA temp_store = MEMORY');
  database.exec('PRAGMA query_only = OFF');
}

/**
 * Without a shared-memory file, which cannot be made there, SQLite reads a file that nobody writes
 * to.
 */
function openReadOnly(path: string): Sqlite {
  const locations = [
    path,
    ...(hasRecentPages(path) ? [] : [`${pathToFileURL(path).href}?immutable=1`]),
  ];
  let fault: unknown;
  for (const location of locations) {
    try {
      const sqlite = new (loadSqlite().DatabaseSync)(location, { readOnly: true });
      try {
        sqlite.exec(`PRAGMA busy_timeout = ${LONGEST_WAIT_MS}`);
        sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
        return sqlite;
      } catch (error) {
        sqlite.close();
        throw error;
      }
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}

/** Whether pages wait in the write-ahead log, which a file opened as immutable would leave out. */
function hasRecentPages(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) return;
  // From here on an empty file without a note is a new one; with a note it has lost its content
  // (schema.ts).
  removeCommitNote(path);
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Two processes that make the same file at once can refuse each other without waiting: the loser
 * tries again.
 */
function patiently<T>(open: () => T): T {
  const giveUpAt = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    try {
      return open();
    } catch (error) {
      if (!isBusy(error) || Date.now() > giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 + Math.random() * 30);
    }
  }
}

/**
 * Lets readers read while others write, from now on. A new file gets its tables before: then a file
 * with a write-ahead log and without tables has lost it.
 */
export function useWriteAheadLog(database: Database, path: string): void {
  guard(path, () => patiently(() => database.exec('PRAGMA journal_mode = WAL')));
}

/** Whether the file is in write-ahead mode. */
export function hasWriteAheadLog(database: Database): boolean {
  return database.prepare('PRAGMA journal_mode').get()?.['journal_mode'] === 'wal';
}

/** Whether the file holds the view that every version of the delivery log has. */
export function isDeliveryLog(database: Pick<Database, 'prepare'> | Sqlite): boolean {
  return (
    database
      .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = 'attempts'")
      .get() !== undefined
  );
}

function readNumber(sqlite: Sqlite, pragma: string): number {
  return Number((sqlite.prepare(`PRAGMA ${pragma}`).get() as Record<string, unknown>)[pragma]);
}

/** Changes with every commit of another process or connection, and of no other. */
export function readDataVersion(database: Database): number {
  return Number(database.prepare('PRAGMA data_version').get()?.['data_version']);
}

type Sqlite = InstanceType<typeof DatabaseSync>;

function wrap(sqlite: Sqlite, path: string): Database {
  // Preparing costs as much as running: each text is prepared once.
  const prepared = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    const statement = prepared.get(sql) ?? sqlite.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return {
    exec: (sql) => guard(path, () => sqlite.exec(sql)),
    prepare: (sql) => guard(path, () => prepare(sql)),
    transact: (work) => guard(path, () => runBetween(sqlite, 'BEGIN IMMEDIATE', work)),
    snapshot: (work) => guard(path, () => runBetween(sqlite, 'BEGIN', work)),
    close: () => {
      if (sqlite.isOpen) sqlite.close();
    },
  };
}

function runBetween<T>(sqlite: Sqlite, begin: string, work: () => T): T {
  sqlite.exec(begin);
  try {
    const result = work();
    sqlite.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(sqlite);
    throw error;
  }
}

function rollBack(sqlite: Sqlite): void {
  try {
    sqlite.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself (a full disk does that): the first error is the one to tell.
  }
}

function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainFault(path, error);
  }
}
