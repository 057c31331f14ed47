import type { Slot } from '../log/claims.js';
import { slotOf } from '../log/claims.js';
import type { Postback } from '../networks/network.js';

/** Postbacks in lanes that the log does not know yet, with the slots that they are about to take. */
export class Underway {
  readonly #ids = new Set<string>();
  readonly #slots = new Map<string, string>();

  add(postback: Postback): void {
    this.#ids.add(postback.id);
    const slot = slotOf(postback);
    if (slot) this.#slots.set(keyOf(slot), postback.id);
  }

  delete(postback: Postback): void {
    this.#ids.delete(postback.id);
    const slot = slotOf(postback);
    if (slot) this.#slots.delete(keyOf(slot));
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The postback that is about to take a slot. */
  holder(slot: Omit<Slot, 'id'>): string | undefined {
    return this.#slots.get(keyOf(slot));
  }
}

function keyOf({ goal, test, person }: Omit<Slot, 'id'>): string {
  return `${goal}\0${test ? 1 : 0}\0${person}`;
}
