import type { Click } from '../events/conversion-event.js';
import type { Database } from './database.js';

/** The paid clicks of people, so that a later conversion finds the network that owns it. */
export class ClickLedger {
  readonly #database: Database;
  #isEmpty = true;

  constructor(database: Database) {
    this.#database = database;
    this.refresh();
  }

  /** Another process may have noted clicks since. */
  refresh(): void {
    this.#isEmpty = this.#database.prepare('SELECT 1 FROM click LIMIT 1').get() === undefined;
  }

  /** Notes a click; noting it again changes nothing. Call inside a write transaction. */
  note(person: string, atMs: number, fields: Click['fields']): void {
    this.#isEmpty = false;
    this.#database.prepare('INSERT OR REPLACE INTO click VALUES (?, ?, ?)').run(person, atMs, JSON.stringify(fields));
  }

  /** The last click of any of these people in the time given, bounds included. */
  findLast(people: Iterable<string>, fromMs: number, toMs: number): Click | undefined {
    if (this.#isEmpty) return undefined;
    let found: Click | undefined;
    for (const person of people) {
      const row = this.#database
        .prepare('SELECT at, fields FROM click WHERE person = ? AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT 1')
        .get(person, fromMs, toMs);
      if (row === undefined) continue;
      const timeMs = Number(row['at']);
      if (found?.timeMs !== undefined && found.timeMs >= timeMs) continue;
      found = { fields: JSON.parse(String(row['fields'])) as Click['fields'], timeMs };
    }
    return found;
  }

  /** Forgets people. Call inside a write transaction. Returns how many clicks went. */
  forget(person: string): number {
    return Number(this.#database.prepare('DELETE FROM click WHERE person = ?').run(person).changes);
  }
}
