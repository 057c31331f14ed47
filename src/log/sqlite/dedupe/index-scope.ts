import type { Database, SqlValue } from '../database/database.js';

/**
 * Names that the ids in the index may be made of: a workspace is one folder, and somebody may have
 * renamed it.
 */
const NAMES = 'workspaces';
/**
 * Notes under which name ids are sorted into the index from now on. Call inside a write
 * transaction.
 */
export function noteName(database: Database, workspace: string): void {
  const names = readNames(database);
  if (names.includes(workspace)) return;
  database
    .prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)')
    .run(NAMES, JSON.stringify([...names, workspace]));
}

/** Every name under which ids were ever sorted into the index. */
export function readNames(database: Database): string[] {
  return JSON.parse(String(readMeta(database, NAMES) ?? '[]')) as string[];
}

/** The newest request whose ids are all in the index. */
export function indexedThrough(database: Database): number {
  return Number(readMeta(database, 'dedupe_indexed_through') ?? 0);
}

function readMeta(database: Database, name: string): SqlValue | undefined {
  return database.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.['value'];
}
