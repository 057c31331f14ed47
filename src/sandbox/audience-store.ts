import type { Clock } from '../clock.js';
import type { JsonObject } from '../json.js';
import type { NetworkName } from '../networks/names.js';

/** One audience list of a network, as somebody made it. */
export interface AudienceList {
  network: NetworkName;
  /** Digits, exact: beyond 2^53. */
  id: string;
  name: string;
  region: string;
  /** What else it was made with. */
  about: JsonObject;
  createdAt: string;
}

/** Who is in a list, by the external id. */
export interface AudienceMember {
  externalUserId: string;
  /** The record that put the person there, identifiers hashed. */
  record: JsonObject;
}

/** What changes a list: a person comes in, or goes. */
export interface MembershipChange extends AudienceMember {
  action: 'CREATE' | 'DELETE';
}

/** A list with its members and how many records it was sent. */
export interface AudienceState extends AudienceList {
  received: number;
  members: AudienceMember[];
}

interface Kept {
  list: AudienceList;
  received: number;
  members: Map<string, JsonObject>;
}

/** The audience lists that clients of the sandbox made or wrote to. In memory only. */
export class AudienceStore {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(list: Omit<AudienceList, 'createdAt'>): AudienceList {
    const added = { ...list, createdAt: new Date(this.#clock.now()).toISOString() };
    this.#kept.set(list.id, { list: added, received: 0, members: new Map() });
    return added;
  }

  find(id: string): AudienceList | undefined {
    return this.#kept.get(id)?.list;
  }

  /** Replaces what a list was made with. */
  revise(id: string, about: JsonObject): void {
    const kept = this.#kept.get(id);
    if (kept) kept.list = { ...kept.list, about: { ...kept.list.about, ...about } };
  }

  /** Counts records that a list was sent, whatever becomes of them. */
  receive(id: string, count: number): void {
    const kept = this.#kept.get(id);
    if (kept) kept.received += count;
  }

  /** Puts people in and takes people out, in the order given. */
  apply(id: string, changes: readonly MembershipChange[]): void {
    const members = this.#kept.get(id)?.members;
    for (const { action, externalUserId, record } of changes) {
      if (action === 'CREATE') members?.set(externalUserId, record);
      else members?.delete(externalUserId);
    }
  }

  size(id: string): number {
    return this.#kept.get(id)?.members.size ?? 0;
  }

  received(id: string): number {
    return this.#kept.get(id)?.received ?? 0;
  }

  /** Every list with its members, in the order in which they were made. */
  list(): AudienceState[] {
    return [...this.#kept.values()].map(({ list, received, members }) => ({
      ...list,
      received,
      members: [...members].map(([externalUserId, record]) => ({ externalUserId, record })),
    }));
  }

  clear(): void {
    this.#kept.clear();
  }
}
