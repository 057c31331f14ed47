import type { AudienceList } from '../../audience-records.js';
import { readAudienceList } from '../../packed/audience-rows.js';
import type { Database } from '../database/database.js';

/** The lists of a workspace. `put` is called inside a write transaction. */
export class AudienceLists {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put({
    network,
    account,
    id,
    name,
    externalId,
    country,
    ttlSeconds,
    connectionId,
    createdMs,
  }: AudienceList): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO audience VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        id,
        network,
        account,
        name,
        externalId ?? null,
        country ?? null,
        ttlSeconds ?? null,
        connectionId ?? null,
        createdMs,
      );
  }

  /** The list with this id, external id or name; several where a name is not unique. */
  find(word: string): AudienceList[] {
    const byId = this.#database.prepare('SELECT * FROM audience WHERE id = ?').all(word);
    if (byId.length > 0) return byId.map(readAudienceList);
    return this.#database
      .prepare('SELECT * FROM audience WHERE external_id = ? OR name = ? ORDER BY created, id')
      .all(word, word)
      .map(readAudienceList);
  }

  /** Every list, oldest first. */
  all(): AudienceList[] {
    return this.#database
      .prepare('SELECT * FROM audience ORDER BY created, id')
      .all()
      .map(readAudienceList);
  }
}
