import { UNKNOWN_TYPE, type PostbackType } from '../../packed/postback-type.js';
import type { Database } from '../database/database.js';

/**
 * The `postback_type` table with its rows in memory: a workspace has few goals, events and
 * currencies.
 */
export class PostbackTypes {
  readonly #database: Database;
  readonly #numbers = new Map<string, number>();
  readonly #postbackTypes = new Map<number, PostbackType>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of a kind, made when it is new. Call inside a write transaction. */
  numberOf(kind: PostbackType): number {
    const key = keyOf(kind);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const { goal, event, currency, test, isForList } = kind;
    const values = [goal, event, currency, test ? 1 : 0, isForList ? 1 : 0] as const;
    this.#database
      .prepare(
        'INSERT INTO postback_type (goal, event, currency, test, list) VALUES (?, ?, ?, ?, ?) ' +
          'ON CONFLICT DO NOTHING',
      )
      .run(...values);
    const row = this.#database
      .prepare(
        'SELECT id FROM postback_type WHERE goal = ? AND event = ? AND currency = ? AND test = ? ' +
          'AND list = ?',
      )
      .get(...values);
    const number = Number(row?.['id']);
    this.#remember(number, kind);
    return number;
  }

  /** The type that a number stands for. Another process may have made it since: then it is read. */
  find(number: number): PostbackType {
    if (!this.#postbackTypes.has(number)) this.#load();
    return this.#postbackTypes.get(number) ?? UNKNOWN_TYPE;
  }

  /** Every kind there is. */
  all(): PostbackType[] {
    this.#load();
    return [...this.#postbackTypes.values()];
  }

  #load(): void {
    for (const row of this.#database
      .prepare('SELECT id, goal, event, currency, test, list FROM postback_type')
      .all()) {
      const kind = {
        goal: String(row['goal']),
        event: String(row['event']),
        currency: String(row['currency']),
        test: row['test'] === 1,
        isForList: row['list'] === 1,
      };
      this.#remember(Number(row['id']), kind);
    }
  }

  #remember(number: number, kind: PostbackType): void {
    this.#numbers.set(keyOf(kind), number);
    this.#postbackTypes.set(number, kind);
  }
}

function keyOf({ goal, event, currency, test, isForList }: PostbackType): string {
  return `${goal}\0${event}\0${currency}\0${test ? 1 : 0}\0${isForList ? 1 : 0}`;
}
