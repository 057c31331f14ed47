import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';

import { InternalError, messageOf } from '../errors.js';

export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Record<string, SqlValue>;

/** A prepared statement, in the shape of node:sqlite. */
export interface Statement {
  run(...values: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
  iterate(...values: SqlValue[]): IterableIterator<SqlRow>;
}

/** The little of SQLite that the log uses, so that another binding can stand in (performance.md section 9). */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** Runs `work` in one write transaction: all of it is on disk when this returns, or none. */
  transact<T>(work: () => T): T;
  close(): void;
}

/** The path of a database that is nowhere but in memory. */
export const IN_MEMORY = ':memory:';

/** What SQLite may keep of the file in memory. Its own 2 MiB are less than the requests under way: it would read them again. */
const CACHE_KIB = 16_384;

/** Of a new file. What a request writes is some 250 KiB in few rows: with SQLite's own 4 KiB that is 60 pages, with four calls for each. */
const PAGE_BYTES = 8_192;

/** So much is written back at once: four times SQLite's own measure, because the same pages change again and again. */
const CHECKPOINT_BYTES = 16_384_000;

/** How long one process waits for another's commit, in milliseconds. Commits take well under a hundredth of it. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens (and makes, readable by its owner only) the database at `path`.
 * @param synchronous `full` survives a power cut, `normal` a crash of the program
 * @throws InternalError when the file cannot be opened or is no database
 */
export function openDatabase(path: string, synchronous: 'full' | 'normal'): Database {
  return guard(path, () => {
    if (path !== IN_MEMORY) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      closeSync(openSync(path, 'a', 0o600));
    }
    const sqlite = new DatabaseSync(path);
    sqlite.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    sqlite.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    sqlite.exec('PRAGMA journal_mode = WAL');
    sqlite.exec(`PRAGMA synchronous = ${synchronous === 'full' ? 'FULL' : 'NORMAL'}`);
    sqlite.exec('PRAGMA foreign_keys = OFF');
    sqlite.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    // An older file keeps the pages that it has.
    const { page_size: pageBytes } = sqlite.prepare('PRAGMA page_size').get() as { page_size: number };
    sqlite.exec(`PRAGMA wal_autocheckpoint = ${Math.round(CHECKPOINT_BYTES / pageBytes)}`);
    return wrap(sqlite, path);
  });
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
    transact: (work) =>
      guard(path, () => {
        sqlite.exec('BEGIN IMMEDIATE');
        try {
          const result = work();
          sqlite.exec('COMMIT');
          return result;
        } catch (error) {
          rollBack(sqlite);
          throw error;
        }
      }),
    close: () => sqlite.close(),
  };
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

interface SqliteFault {
  sqliteCodeName?: string;
  code?: string;
}

/** Turns SQLite's faults into sentences; other errors pass unchanged. */
function explainFault(path: string, error: unknown): unknown {
  const { sqliteCodeName, code } = error as SqliteFault;
  const name = sqliteCodeName ?? code ?? '';
  const because = (word: string, message: string, hint: string): InternalError =>
    new InternalError(word, message, { hint, cause: error });
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(name)) {
    return because(
      'disk_full',
      `The disk is full: the delivery log at ${path} cannot grow.`,
      'Make room and run the same command again: what was recorded is kept, and only what is missing is sent.',
    );
  }
  if (name.startsWith('SQLITE_IOERR')) {
    return because(
      'disk_fault',
      `The delivery log at ${path} could not be written: ${messageOf(error)}.`,
      'Look for a full or failing disk, then run the same command again.',
    );
  }
  if (name.startsWith('SQLITE_NOTADB') || name.startsWith('SQLITE_CORRUPT')) {
    return because(
      'log_damaged',
      `The delivery log at ${path} is damaged or no database.`,
      'Move it aside and keep it: it holds what was sent. A new one starts empty, so earlier events could be sent again.',
    );
  }
  if (name.startsWith('SQLITE_BUSY') || name.startsWith('SQLITE_LOCKED')) {
    return because(
      'log_busy',
      `The delivery log at ${path} is held by another program for more than ${BUSY_TIMEOUT_MS / 1000} s.`,
      'Close the program that holds it (a database browser, a backup) and run the same command again.',
    );
  }
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|SQLITE_CANTOPEN|SQLITE_READONLY)/.test(name)) {
    return because(
      'log_unwritable',
      `The delivery log at ${path} cannot be opened for writing.`,
      'Check the owner and mode of the folder, or choose another place with POSTBACK_HOME.',
    );
  }
  return error;
}
