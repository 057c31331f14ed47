import type { Refusal } from '../../../networks/fix.js';
import type { Database } from '../database/database.js';

/** Prefix of the rows of `meta` that hold the newest refusal of each account. */
const PREFIX = 'refusal ';

/**
 * Records why an account takes nothing more, in place of an earlier refusal. Call inside a write
 * transaction.
 */
export function putRefusal(database: Database, refusal: Refusal, isForLists: boolean): void {
  const name = `${PREFIX}${refusal.network} ${refusal.account}${isForLists ? ' lists' : ''}`;
  database
    .prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)')
    .run(name, JSON.stringify(refusal));
}

/** Returns the newest refusal of each account, the latest first, whether or not it still holds. */
export function listRefusals(database: Database): Refusal[] {
  return database
    .prepare('SELECT value FROM meta WHERE name >= ? AND name < ?')
    .all(PREFIX, `${PREFIX}~`)
    .map((row) => JSON.parse(String(row['value'])) as Refusal)
    .sort((a, b) => b.atMs - a.atMs);
}
