import type { OnceLock } from '../../once-lock.js';
import type { Database } from '../database/database.js';

export { lockOf, type OnceLock } from '../../once-lock.js';

/**
 * The slots of goals that count once per player: durable, and shared by all processes of a
 * workspace.
 */
export class OnceLocks {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The postback that holds the slot, if any does. */
  lockOwner({ goal, test, person }: Omit<OnceLock, 'id'>): string | undefined {
    const row = this.#database
      .prepare('SELECT postback FROM once_lock WHERE goal = ? AND test = ? AND person = ?')
      .get(goal, test ? 1 : 0, person);
    return row === undefined ? undefined : String(row['postback']);
  }

  /** Takes the slot; false when another postback has it. Call inside a write transaction. */
  take(lock: OnceLock): boolean {
    this.#database
      .prepare('INSERT INTO once_lock VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(lock.goal, lock.test ? 1 : 0, lock.person, lock.id);
    return this.lockOwner(lock) === lock.id;
  }

  /** Gives the slot back, where this postback has it. Call inside a write transaction. */
  release({ goal, test, person, id }: OnceLock): void {
    this.#database
      .prepare('DELETE FROM once_lock WHERE goal = ? AND test = ? AND person = ? AND postback = ?')
      .run(goal, test ? 1 : 0, person, id);
  }

  /** Forgets a person. Call inside a write transaction. Returns how many slots went. */
  forget(person: string): number {
    return Number(
      this.#database.prepare('DELETE FROM once_lock WHERE person = ?').run(person).changes,
    );
  }
}
