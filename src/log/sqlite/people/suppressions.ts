import type { Database } from '../database/database.js';

/** Who was erased and is not to be reported any more. */
export class Suppressions {
  readonly #database: Database;
  #isEmpty = true;

  constructor(database: Database) {
    this.#database = database;
    this.refresh();
  }

  /** Another process may have erased somebody since. */
  refresh(): void {
    this.#isEmpty = this.#database.prepare('SELECT 1 FROM suppression LIMIT 1').get() === undefined;
  }

  /** Whether nobody was ever erased: then nobody need be looked up. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Whether one of these members was erased. */
  has(members: Iterable<string>): boolean {
    if (this.#isEmpty) return false;
    const find = this.#database.prepare('SELECT 1 FROM suppression WHERE member = ?');
    for (const member of members) if (find.get(member) !== undefined) return true;
    return false;
  }

  /** Suppresses members. Call inside a write transaction. */
  add(members: Iterable<string>, nowMs: number): void {
    const insert = this.#database.prepare('INSERT OR IGNORE INTO suppression VALUES (?, ?)');
    for (const member of members) insert.run(member, nowMs);
    this.#isEmpty = false;
  }
}
