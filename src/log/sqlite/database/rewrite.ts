import type { Clock } from '../../../clock.js';
import { InternalError } from '../../../errors.js';
import type { Database } from './database.js';
import { Runs } from '../runs/runs.js';

/**
 * Maximum size of a file that is rewritten, in bytes. With a larger one senders would wait for it
 * longer than they may.
 */
const MOST_BYTES = 1024 ** 3;

/**
 * Rewrites the file: its free room goes back to the disk, and nothing of what was removed is left
 * in it. Not while somebody sends, who would have to wait until that is done, nor where there is no
 * room for it: then the log uses its free room again.
 * @param path where the file is
 * @returns whether it was done
 */
export function rewriteFile(database: Database, path: string, clock: Clock): boolean {
  const living = Number(
    database.prepare('SELECT count(*) AS n FROM run WHERE ended IS NULL').get()?.['n'],
  );
  if (living > new Runs(database, path, clock).findDead().length) return false;
  if (
    sizeOf(database) - readPragma(database, 'freelist_count') * readPragma(database, 'page_size') >
    MOST_BYTES
  )
    return false;
  try {
    database.exec('VACUUM');
    // Who reads meanwhile keeps what was written ahead, and the older pages in it.
    return Number(database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy']) === 0;
  } catch (error) {
    if (error instanceof InternalError) return false;
    throw error;
  }
}

/** Bytes of the file, with what waits in its write-ahead log. */
export function sizeOf(database: Database): number {
  return readPragma(database, 'page_count') * readPragma(database, 'page_size');
}

function readPragma(database: Database, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
