import type { Postback } from '../networks/network.js';
import type { Database } from './database.js';

/** A goal's one conversion of one player. */
export type Slot = Pick<Postback, 'goal' | 'test' | 'id'> & { person: string };

/** The slots of goals that count once per player: durable, and shared by all processes of a workspace. */
export class Claims {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The postback that holds the slot, if any does. */
  holder({ goal, test, person }: Omit<Slot, 'id'>): string | undefined {
    const row = this.#database
      .prepare('SELECT postback FROM claim WHERE goal = ? AND test = ? AND person = ?')
      .get(goal, test ? 1 : 0, person);
    return row === undefined ? undefined : String(row['postback']);
  }

  /** Takes the slot; false when another postback has it. Call inside a write transaction. */
  take(slot: Slot): boolean {
    this.#database
      .prepare('INSERT INTO claim VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(slot.goal, slot.test ? 1 : 0, slot.person, slot.id);
    return this.holder(slot) === slot.id;
  }

  /** Gives the slot back, where this postback has it. Call inside a write transaction. */
  release({ goal, test, person, id }: Slot): void {
    this.#database
      .prepare('DELETE FROM claim WHERE goal = ? AND test = ? AND person = ? AND postback = ?')
      .run(goal, test ? 1 : 0, person, id);
  }

  /** Forgets a person. Call inside a write transaction. Returns how many slots went. */
  forget(person: string): number {
    return Number(this.#database.prepare('DELETE FROM claim WHERE person = ?').run(person).changes);
  }
}

/** The slot that a postback needs: only those of goals that count once per player need one. */
export function slotOf({ goal, test, id, person, once }: Postback): Slot | undefined {
  return once && person !== undefined ? { goal, test, id, person } : undefined;
}
