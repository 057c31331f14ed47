import type { Database, SqlValue } from './database.js';

/** Names that the ids in the index may be made of: a workspace is one folder, and somebody may have renamed it. */
const NAMES = 'workspaces';
/** Up to which request the index does not tell everything: a program that knew less filled it. */
const UNINDEXED = 'unindexed_through';

/** Notes under which name ids are sorted into the index from now on. Call inside a write transaction. */
export function noteName(database: Database, workspace: string): void {
  const names = readNames(database);
  if (!names.includes(workspace)) writeMeta(database, NAMES, JSON.stringify([...names, workspace]));
}

/** Every name under which ids were ever sorted into the index. */
export function readNames(database: Database): string[] {
  return JSON.parse(String(readMeta(database, NAMES) ?? '[]')) as string[];
}

/** Notes that the index does not tell everything of the requests that there are. Call inside a write transaction. */
export function leaveUnindexed(database: Database): void {
  const newest = database.prepare('SELECT max(id) AS id FROM request').get()?.['id'];
  writeMeta(database, UNINDEXED, Number(newest ?? 0));
}

/** The newest request of which the index may not tell everything; 0 where there is none. */
export function unindexedThrough(database: Database): number {
  return Number(readMeta(database, UNINDEXED) ?? 0);
}

/** The newest request whose ids are all in the index. */
export function seenThrough(database: Database): number {
  return Number(readMeta(database, 'seen_through') ?? 0);
}

function readMeta(database: Database, name: string): SqlValue | undefined {
  return database.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.['value'];
}

function writeMeta(database: Database, name: string, value: string | number): void {
  database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(name, value);
}
