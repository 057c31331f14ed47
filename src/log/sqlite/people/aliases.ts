import type { Database } from '../database/database.js';

/** Members whose person is remembered between look-ups. */
const REMEMBERED = 20_000;

/** Which members are one person: joined by alias messages, transitively. */
export class Aliases {
  readonly #database: Database;
  readonly #persons = new Map<string, string>();
  #isEmpty = true;

  constructor(database: Database) {
    this.#database = database;
    this.refresh();
  }

  /** Another process may have joined people since. */
  refresh(): void {
    this.#persons.clear();
    this.#isEmpty = this.#database.prepare('SELECT 1 FROM alias LIMIT 1').get() === undefined;
  }

  /** The person that a member belongs to: itself where nothing joined it. */
  personOf(member: string): string {
    if (this.#isEmpty) return member;
    const known = this.#persons.get(member);
    if (known !== undefined) return known;
    const row = this.#database.prepare('SELECT person FROM alias WHERE member = ?').get(member);
    const person = row === undefined ? member : String(row['person']);
    if (this.#persons.size >= REMEMBERED) this.#persons.clear();
    this.#persons.set(member, person);
    return person;
  }

  /** Every member of a person. */
  membersOf(person: string): string[] {
    if (this.#isEmpty) return [person];
    const rows = this.#database.prepare('SELECT member FROM alias WHERE person = ?').all(person);
    return [...new Set([person, ...rows.map((row) => String(row['member']))])];
  }

  /**
   * Joins two members and all that they were joined with. Call inside a write transaction. The
   * person with fewer members takes the name of the other: a member changes its person log2(n)
   * times at most, so that joining many to one person, in any order, stays linear.
   */
  join(one: string, two: string): void {
    const [first, second] = [this.#read(one), this.#read(two)];
    if (first === second) return;
    const [kept, left] = this.#hasMore(second, first) ? [second, first] : [first, second];
    this.#isEmpty = false;
    const put = this.#database.prepare('INSERT OR REPLACE INTO alias VALUES (?, ?)');
    this.#database.prepare('UPDATE alias SET person = ? WHERE person = ?').run(kept, left);
    for (const member of [one, two, left]) put.run(member, kept);
    // What was kept under the other name goes along; where both have it, one is enough.
    for (const table of ['click', 'once_lock']) {
      this.#database
        .prepare(`UPDATE OR IGNORE ${table} SET person = ? WHERE person = ?`)
        .run(kept, left);
      this.#database.prepare(`DELETE FROM ${table} WHERE person = ?`).run(left);
    }
    this.#database.prepare('UPDATE postback SET person = ? WHERE person = ?').run(kept, left);
    // Who was erased stays so under the name that is kept.
    this.#database
      .prepare('INSERT OR IGNORE INTO suppression SELECT ?, at FROM suppression WHERE member = ?')
      .run(kept, left);
    this.#persons.clear();
  }

  /**
   * Whether a person has more members than another. Counts about twice the members of the smaller.
   */
  #hasMore(person: string, than: string): boolean {
    const count = this.#database.prepare(
      'SELECT count(*) AS count FROM (SELECT 1 FROM alias WHERE person = ? LIMIT ?)',
    );
    for (let limit = 8; ; limit *= 2) {
      const [more, less] = [person, than].map((one) => Number(count.get(one, limit)?.['count']));
      if (more! < limit || less! < limit) return more! > less!;
    }
  }

  /** As personOf, but from the table: what is joined must not rest on what is remembered. */
  #read(member: string): string {
    const row = this.#database.prepare('SELECT person FROM alias WHERE member = ?').get(member);
    return row === undefined ? member : String(row['person']);
  }
}
