import type { Slot } from '../log/claims.js';
import { slotOf } from '../log/claims.js';
import type { Postback } from '../networks/network.js';

/** Postbacks that were planned between two moments; `open`: so many of them are not in a request yet. */
export interface Section {
  open: number;
}

/** Postbacks in lanes that the log does not know yet, with the slots that they are about to take. */
export class Underway {
  readonly #ids = new Map<string, Section>();
  readonly #slots = new Map<string, string>();
  #section: Section = { open: 0 };

  /** Ends a section: those that were added since the last one. */
  endSection(): Section {
    const ended = this.#section;
    this.#section = { open: 0 };
    return ended;
  }

  add(postback: Postback): void {
    this.#ids.set(postback.id, this.#section);
    this.#section.open++;
    const slot = slotOf(postback);
    if (slot) this.#slots.set(keyOf(slot), postback.id);
  }

  delete(postback: Postback): void {
    const section = this.#ids.get(postback.id);
    if (section) section.open--;
    this.leave(postback);
  }

  /** Takes out a postback that has a row and no request: its section stays open, so that a later run begins before it. */
  leave(postback: Postback): void {
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
