import type { NetworkName } from '../networks/names.js';
import type { Database, SqlRow } from './database.js';

/** An audience list that this workspace made or wrote to. */
export interface AudienceList {
  network: NetworkName;
  account: string;
  /** The network's id; digits of a 64-bit number at Amazon. */
  id: string;
  name: string;
  externalId?: string;
  /** ISO 3166-1 alpha-2, of people whose line names none. */
  country?: string;
  /** How long a person stays who is not uploaded again. */
  ttlSeconds?: number;
  /** The AMC connection that it was made for. */
  connectionId?: string;
  createdMs: number;
}

/** The lists of a workspace. `put` is called inside a write transaction. */
export class AudienceLists {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put({ network, account, id, name, externalId, country, ttlSeconds, connectionId, createdMs }: AudienceList): void {
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
    if (byId.length > 0) return byId.map(readList);
    return this.#database
      .prepare('SELECT * FROM audience WHERE external_id = ? OR name = ? ORDER BY created, id')
      .all(word, word)
      .map(readList);
  }

  /** Every list, oldest first. */
  all(): AudienceList[] {
    return this.#database.prepare('SELECT * FROM audience ORDER BY created, id').all().map(readList);
  }
}

function readList(row: SqlRow): AudienceList {
  const list: AudienceList = {
    network: String(row['network']) as NetworkName,
    account: String(row['account']),
    id: String(row['id']),
    name: String(row['name']),
    createdMs: Number(row['created']),
  };
  if (row['external_id'] !== null) list.externalId = String(row['external_id']);
  if (row['country'] !== null) list.country = String(row['country']);
  if (row['ttl'] !== null) list.ttlSeconds = Number(row['ttl']);
  if (row['connection'] !== null) list.connectionId = String(row['connection']);
  return list;
}
