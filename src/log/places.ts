import type { Place } from '../events/place.js';
import type { Database } from './database.js';

/** How far an input was read; without a place nobody needs to know any more. */
export interface KeptPlace {
  path: string;
  place: Place | undefined;
}

/** Keeps the place in a file. Call inside a write transaction. */
export function putPlace(database: Database, path: string, place: Place, nowMs: number): void {
  const { device, inode, offset, line, head, headBytes } = place;
  database
    .prepare('INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    .run(path, device, inode, offset, line, head, headBytes, nowMs);
}

/** Keeps places, and forgets those of inputs that nobody needs to begin in. Call inside a write transaction. */
export function putPlaces(database: Database, kept: readonly KeptPlace[], nowMs: number): void {
  for (const { path, place } of kept) {
    if (place) putPlace(database, path, place, nowMs);
    else database.prepare('DELETE FROM checkpoint WHERE path = ?').run(path);
  }
}

/** The place in a file where reading stopped, if it was read before. */
export function findPlace(database: Database, path: string): Place | undefined {
  const row = database.prepare('SELECT * FROM checkpoint WHERE path = ?').get(path);
  if (!row) return undefined;
  return {
    device: String(row['device']),
    inode: String(row['inode']),
    offset: Number(row['offset']),
    line: Number(row['line']),
    head: String(row['head']),
    headBytes: Number(row['head_bytes']),
    updatedMs: Number(row['updated']),
  };
}
