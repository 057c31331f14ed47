import { lockOf } from '../people/once-locks.js';
import type { DroppedEntry, Entry } from '../../entry.js';
import type { Memberships } from '../audiences/memberships.js';
import type { People } from '../people/people.js';
import type { PostbackRows } from './postback-rows.js';
import type { DedupeIndex } from '../dedupe/dedupe-index.js';

export interface ObstacleParts {
  run: number;
  rows: PostbackRows;
  dedupe: Pick<DedupeIndex, 'foreign' | 'has'>;
  people: People;
  memberships: Memberships;
}

/** Why an entry may not be sent at the last moment. Call inside a write transaction. */
export class Obstacles {
  readonly #parts: ObstacleParts;

  constructor(parts: ObstacleParts) {
    this.#parts = parts;
  }

  /**
   * What keeps an entry from being sent, if anything does; takes the slot of its goal. `isRetry`:
   * it is in a batch of this run.
   */
  find(entry: Entry, isRetry: boolean): DroppedEntry['reason'] | undefined {
    if (this.isSuppressed(entry)) return 'suppressed';
    const { membership, eventId } = entry.postback;
    const { memberships } = this.#parts;
    if (membership && memberships.isSuperseded(membership.list, membership.member, eventId))
      return 'superseded';
    if (isRetry) return undefined;
    if (!this.isFree(entry)) return 'duplicate';
    return this.takesLock(entry) ? undefined : 'already_counted';
  }

  /**
   * What keeps an entry from getting a row, if anything does. A pending one takes the slot of its
   * goal.
   * @param isFlying it is in a batch of this run, so that no other can have taken it
   */
  findForRow(
    entry: Entry,
    state: 'pending' | 'failed',
    isFlying: boolean,
  ): DroppedEntry['reason'] | undefined {
    if (this.isSuppressed(entry)) return 'suppressed';
    if (!isFlying && !this.isFree(entry)) return 'duplicate';
    return state === 'failed' || this.takesLock(entry) ? undefined : 'already_counted';
  }

  /** Whether the player was erased. */
  isSuppressed({ postback: { person, members = [] } }: Entry): boolean {
    const { suppressions } = this.#parts.people;
    return (
      !suppressions.isEmpty &&
      suppressions.has(person === undefined ? members : [person, ...members])
    );
  }

  /** Whether no other run has taken it. */
  isFree({ postback, stored }: Entry): boolean {
    const { rows, dedupe, run } = this.#parts;
    if (stored) return rows.claim(postback.id, run);
    // Its plan found it new; since then only another process can have taken it.
    if (dedupe.foreign > 0 && dedupe.has(postback)) return false;
    const row = rows.find(postback.id);
    return row === undefined || row.state === 'skipped';
  }

  /** Takes the slot of a goal that counts once per player; false when another conversion has it. */
  takesLock({ postback }: Entry): boolean {
    const lock = lockOf(postback);
    return lock === undefined || this.#parts.people.takeLock(lock);
  }

  /** Gives the slot back: the postback has failed for good. */
  releaseLock({ postback }: Entry): void {
    const lock = lockOf(postback);
    if (lock) this.#parts.people.releaseLock(lock);
  }
}
