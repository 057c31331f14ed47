import type { EventQuestion, KnownEvent, KnownPostback } from '../log/known-state.js';
import { lockOf, type OnceLock } from '../log/once-lock.js';
import type { Postback } from '../networks/network.js';

/**
 * Postbacks that were planned between two positions of a file; `open` of them are not recorded yet.
 */
export interface CheckpointRange {
  open: number;
}

/**
 * Postbacks in account queues that the log does not know yet, with the once-per-player locks that
 * they are about to take.
 */
export class InFlightSet {
  readonly #ids = new Map<string, CheckpointRange>();
  readonly #locks = new Map<string, string>();
  /** Number of look-ups whose answers have not come. */
  #lookups = 0;
  /** During look-ups: what was recorded after they began, which their answers may not know. */
  readonly #recorded = new Map<string, Postback>();
  #range: CheckpointRange = { open: 0 };

  /** Ends a range: the postbacks that were added since the last one. */
  endRange(): CheckpointRange {
    const ended = this.#range;
    this.#range = { open: 0 };
    return ended;
  }

  add(postback: Postback): void {
    this.#ids.set(postback.id, this.#range);
    this.#range.open++;
    const lock = lockOf(postback);
    if (lock) this.#locks.set(keyOf(lock), postback.id);
  }

  /** Takes out a postback that is recorded now, in a request or a row. */
  delete(postback: Postback): void {
    const range = this.#ids.get(postback.id);
    if (!range) return;
    range.open--;
    this.#ids.delete(postback.id);
    if (this.#lookups > 0) this.#recorded.set(postback.id, postback);
    else this.#release(postback);
  }

  #release(postback: Postback): void {
    const lock = lockOf(postback);
    if (lock) this.#locks.delete(keyOf(lock));
  }

  /**
   * Keeps what leaves the set known until {@link endLookup}: the answer may have been read before
   * it was recorded. Call {@link endLookup} once for each call.
   */
  beginLookup(): void {
    this.#lookups++;
  }

  endLookup(): void {
    this.#lookups--;
    if (this.#lookups > 0 || this.#recorded.size === 0) return;
    for (const [id, postback] of this.#recorded) if (!this.#ids.has(id)) this.#release(postback);
    this.#recorded.clear();
  }

  /**
   * Returns what is known of an event when this run's own postbacks, which the log does not know
   * yet, are added.
   */
  overlay({ event, goals }: EventQuestion, known: KnownEvent): KnownEvent {
    const { postbacks, player } = known;
    if (
      !goals.some(({ trigger }) => trigger === 'once') &&
      !postbacks.some(({ id }) => this.isMet(id))
    )
      return known;
    return {
      ...known,
      postbacks: postbacks.map((postback, index): KnownPostback => {
        if (this.isMet(postback.id)) return { ...postback, state: 'known' };
        if (player === undefined || goals[index]?.trigger !== 'once') return postback;
        const lockOwner = this.lockOwner({ goal: postback.goal, test: event.test, person: player });
        return lockOwner === undefined ? postback : { ...postback, lockOwner };
      }),
    };
  }

  /** Whether a postback is in the set, or left it during a look-up that has not ended. */
  isMet(id: string): boolean {
    return this.#ids.has(id) || this.#recorded.has(id);
  }

  /** The checkpoint range in which a postback was planned. */
  rangeOf(id: string): CheckpointRange | undefined {
    return this.#ids.get(id);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The postback that is about to take a slot. */
  lockOwner(lock: Omit<OnceLock, 'id'>): string | undefined {
    return this.#locks.get(keyOf(lock));
  }
}

function keyOf({ goal, test, person }: Omit<OnceLock, 'id'>): string {
  return `${goal}\0${test ? 1 : 0}\0${person}`;
}
