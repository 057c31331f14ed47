import type { PgRow, PgSession } from '../connection/pg-database.js';
import { UNKNOWN_TYPE, type PostbackType } from '../../packed/postback-type.js';

/** The `postback_type` table with its rows in memory: a workspace has few of them. */
export class PgPostbackTypes {
  readonly #database: Pick<PgSession, 'rows'>;
  readonly #numbers = new Map<string, number>();
  readonly #types = new Map<number, PostbackType>();

  constructor(database: Pick<PgSession, 'rows'>) {
    this.#database = database;
  }

  /**
   * Makes the types that are new, in a transaction of their own: a number that is remembered must
   * not be rolled back.
   */
  async ensure(types: readonly PostbackType[]): Promise<void> {
    const missing = new Map(types.map((type) => [keyOf(type), type]));
    for (const key of missing.keys()) if (this.#numbers.has(key)) missing.delete(key);
    if (missing.size === 0) return;
    const list = [...missing.keys()].sort().map((key) => missing.get(key) as PostbackType);
    await this.#database.rows(
      `INSERT INTO @postback_type (goal, event, currency, test, list)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[])
       ON CONFLICT DO NOTHING`,
      [
        list.map(({ goal }) => goal),
        list.map(({ event }) => event),
        list.map(({ currency }) => currency),
        list.map(({ test }) => test),
        list.map(({ isForList }) => isForList),
      ],
    );
    await this.load();
  }

  /** The number of a type that {@link ensure} has made. */
  numberOf(type: PostbackType): number {
    return this.#numbers.get(keyOf(type)) as number;
  }

  /** The type that a number stands for, as far as {@link load} has read it. */
  find(number: number): PostbackType {
    return this.#types.get(number) ?? UNKNOWN_TYPE;
  }

  /** Whether {@link load} has read a number. */
  has(number: number): boolean {
    return this.#types.has(number);
  }

  /** Reads what other processes have made since. */
  async load(): Promise<void> {
    const rows = await this.#database.rows(
      'SELECT id, goal, event, currency, test, list FROM @postback_type',
    );
    for (const row of rows) this.#remember(row);
  }

  #remember(row: PgRow): void {
    const type = {
      goal: String(row['goal']),
      event: String(row['event']),
      currency: String(row['currency']),
      test: row['test'] === true,
      isForList: row['list'] === true,
    };
    const number = Number(row['id']);
    this.#numbers.set(keyOf(type), number);
    this.#types.set(number, type);
  }
}

function keyOf({ goal, event, currency, test, isForList }: PostbackType): string {
  return `${goal}\0${event}\0${currency}\0${test ? 1 : 0}\0${isForList ? 1 : 0}`;
}
