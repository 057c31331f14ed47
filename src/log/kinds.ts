import type { Database } from './database.js';

/** What many postbacks have in common: kept once, named by number. */
export interface Kind {
  goal: string;
  event: string;
  currency: string;
  test: boolean;
}

/** The `kind` table with its rows in memory: a workspace has few goals, events and currencies. */
export class Kinds {
  readonly #database: Database;
  readonly #numbers = new Map<string, number>();
  readonly #kinds = new Map<number, Kind>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of a kind, made when it is new. Call inside a write transaction. */
  numberOf(kind: Kind): number {
    const key = keyOf(kind);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const values = [kind.goal, kind.event, kind.currency, kind.test ? 1 : 0] as const;
    this.#database
      .prepare('INSERT INTO kind (goal, event, currency, test) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(...values);
    const row = this.#database
      .prepare('SELECT id FROM kind WHERE goal = ? AND event = ? AND currency = ? AND test = ?')
      .get(...values);
    const number = Number(row?.['id']);
    this.#remember(number, kind);
    return number;
  }

  /** The kind behind a number. Another process may have made it since: then it is read. */
  find(number: number): Kind {
    if (!this.#kinds.has(number)) this.#load();
    return this.#kinds.get(number) ?? { goal: '', event: '', currency: '', test: false };
  }

  /** Every kind there is. */
  all(): Kind[] {
    this.#load();
    return [...this.#kinds.values()];
  }

  #load(): void {
    for (const row of this.#database.prepare('SELECT id, goal, event, currency, test FROM kind').all()) {
      const kind = {
        goal: String(row['goal']),
        event: String(row['event']),
        currency: String(row['currency']),
        test: row['test'] === 1,
      };
      this.#remember(Number(row['id']), kind);
    }
  }

  #remember(number: number, kind: Kind): void {
    this.#numbers.set(keyOf(kind), number);
    this.#kinds.set(number, kind);
  }
}

function keyOf({ goal, event, currency, test }: Kind): string {
  return `${goal}\0${event}\0${currency}\0${test ? 1 : 0}`;
}
