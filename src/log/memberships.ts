import type { Postback } from '../networks/network.js';
import type { MembershipAction } from '../people/person.js';
import type { Database, SqlRow } from './database.js';

/** What records of lists are counted under, before the id of the list: no goal has a colon in its id. */
export const LIST_GOAL = 'audience:';

/** Whether something is counted under a list: then it is no conversion. */
export function isListGoal(goal: string | null): boolean {
  return goal?.startsWith(LIST_GOAL) ?? false;
}

/** The last change of one person in one list, by salted hashes. */
export interface Membership {
  list: string;
  /** Key of the external id. */
  member: string;
  /** Event id of the record that makes the change. */
  change: string;
  action: MembershipAction;
  /** Salted hash of what was told of the person. */
  digest: string;
  /** Keys of other names of the person, such as the e-mail address. */
  names: readonly string[];
  /** The external id, sealed; absent once the person has left. */
  sealed?: string;
  /** Whether the network has taken the change. */
  isSettled: boolean;
  updatedMs: number;
}

/** How many are in a list, and how many changes are not settled. */
export interface MembershipCounts {
  members: number;
  waiting: number;
}

/** Who was uploaded to which list. Writing methods are called inside a write transaction. */
export class Memberships {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes a change that is about to be recorded. */
  put(
    { list, member, change, action, digest, names, sealed }: Omit<Membership, 'isSettled' | 'updatedMs'>,
    nowMs: number,
  ): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO membership VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)')
      .run(list, member, change, action, digest, names.join(' '), sealed ?? null, nowMs);
  }

  /** The network has taken a change. Of who has left nothing is kept but that. */
  settle(list: string, member: string, change: string, nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE membership SET settled = 1, updated = ?,
           sealed = CASE action WHEN 'DELETE' THEN NULL ELSE sealed END,
           names = CASE action WHEN 'DELETE' THEN '' ELSE names END
         WHERE list = ? AND member = ? AND change = ?`,
      )
      .run(nowMs, list, member, change);
  }

  /** Whether a later change of the same person has taken the place of this one. */
  isSuperseded(list: string, member: string, change: string): boolean {
    const row = this.#database.prepare('SELECT change FROM membership WHERE list = ? AND member = ?').get(list, member);
    return row !== undefined && row['change'] !== change;
  }

  remove({ list, member }: Pick<Membership, 'list' | 'member'>): void {
    this.#database.prepare('DELETE FROM membership WHERE list = ? AND member = ?').run(list, member);
  }

  /** Every person in every list: for erasure, which looks for one by any name. */
  *all(): Generator<Membership> {
    for (const row of this.#database.prepare('SELECT * FROM membership').iterate()) yield readMembership(row);
  }

  countsOf(list: string): MembershipCounts {
    const row = this.#database
      .prepare(
        `SELECT sum(action = 'CREATE' AND settled = 1) AS members, sum(settled = 0) AS waiting
         FROM membership WHERE list = ?`,
      )
      .get(list);
    return { members: Number(row?.['members'] ?? 0), waiting: Number(row?.['waiting'] ?? 0) };
  }
}

/** Notes that the network has taken a postback, where it is a record of a list. Call inside a write transaction. */
export function settleMembership(memberships: Memberships, { membership, eventId }: Postback, nowMs: number): void {
  if (membership) memberships.settle(membership.list, membership.member, eventId, nowMs);
}

/** One row as data. */
export function readMembership(row: SqlRow): Membership {
  const names = String(row['names']);
  return {
    list: String(row['list']),
    member: String(row['member']),
    change: String(row['change']),
    action: String(row['action']) as MembershipAction,
    digest: String(row['digest']),
    names: names === '' ? [] : names.split(' '),
    ...(row['sealed'] === null ? {} : { sealed: String(row['sealed']) }),
    isSettled: row['settled'] === 1,
    updatedMs: Number(row['updated']),
  };
}
