import type { Checkpoint } from '../../events/source-position.js';
import { readCheckpoint, type StoredCheckpoint } from '../checkpoint.js';
import type { Database } from './database/database.js';

/** Keeps the place in a file. Call inside a write transaction. */
export function putCheckpoint(
  database: Database,
  path: string,
  checkpoint: Checkpoint,
  nowMs: number,
): void {
  const { device, inode, offset, line, head, headBytes, updatedMs = nowMs } = checkpoint;
  database
    .prepare('INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    .run(path, device, inode, offset, line, head, headBytes, updatedMs);
}

/**
 * Keeps places, and forgets those of inputs that nobody needs to begin in. Call inside a write
 * transaction.
 */
export function putCheckpoints(
  database: Database,
  kept: readonly StoredCheckpoint[],
  nowMs: number,
): void {
  for (const { path, checkpoint } of kept) {
    if (checkpoint) putCheckpoint(database, path, checkpoint, nowMs);
    else database.prepare('DELETE FROM checkpoint WHERE path = ?').run(path);
  }
}

/** The place in a file where reading stopped, if it was read before. */
export function findCheckpoint(database: Database, path: string): Checkpoint | undefined {
  const row = database.prepare('SELECT * FROM checkpoint WHERE path = ?').get(path);
  return row && readCheckpoint(row);
}
