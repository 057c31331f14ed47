import { attributeClick } from '../../../attribution/attribute.js';
import type { Click } from '../../../events/conversion-event.js';
import { readStoredClick } from '../../packed/stored-click.js';
import type { Database } from '../database/database.js';

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
    this.#database
      .prepare('INSERT OR REPLACE INTO click VALUES (?, ?, ?)')
      .run(person, atMs, JSON.stringify(fields));
  }

  /** The last click of any of these people in the time given, bounds included. */
  findLast(people: Iterable<string>, fromMs: number, toMs: number): Click | undefined {
    if (this.#isEmpty) return undefined;
    let found: Click | undefined;
    for (const person of people) {
      const click = this.#findLastOf(person, fromMs, toMs);
      if (click !== undefined && (found?.timeMs === undefined || found.timeMs < click.timeMs))
        found = click;
    }
    return found;
  }

  /** The first that is still a click, from the newest on: nearly always the newest. */
  #findLastOf(
    person: string,
    fromMs: number,
    toMs: number,
  ): (Click & { timeMs: number }) | undefined {
    const newest = this.#database.prepare(
      'SELECT at, fields FROM click WHERE person = ? AND at BETWEEN ? AND ? ORDER BY at DESC ' +
        'LIMIT 1',
    );
    for (let row = newest.get(person, fromMs, toMs); row !== undefined;) {
      const timeMs = Number(row['at']);
      const fields = readStoredClick(String(row['fields']));
      if (attributeClick({ fields }) !== undefined) return { fields, timeMs };
      row = newest.get(person, fromMs, timeMs - 1);
    }
    return undefined;
  }

  /** Forgets people. Call inside a write transaction. Returns how many clicks went. */
  forget(person: string): number {
    return Number(this.#database.prepare('DELETE FROM click WHERE person = ?').run(person).changes);
  }
}
