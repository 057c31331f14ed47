import type { Membership, MembershipCounts } from '../../audience-records.js';
import { readMembership } from '../../packed/audience-rows.js';
import type { Postback } from '../../../networks/network.js';
import type { Clock } from '../../../clock.js';
import type { MembershipChange } from '../../audience-store.js';
import type { Database } from '../database/database.js';
import type { PostbackRows } from '../postbacks/postback-rows.js';

/** Who was uploaded to which list. Writing methods are called inside a write transaction. */
export class Memberships {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes a change that is about to be recorded. */
  put(
    {
      list,
      member,
      change,
      action,
      digest,
      names,
      encrypted,
    }: Omit<Membership, 'isConfirmed' | 'updatedMs'>,
    nowMs: number,
  ): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO membership VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)')
      .run(list, member, change, action, digest, names.join(' '), encrypted ?? null, nowMs);
  }

  /** The network has taken a change. Of who has left nothing is kept but that. */
  confirm(list: string, member: string, change: string, nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE membership SET confirmed = 1, updated = ?,
           encrypted_id = CASE action WHEN 'DELETE' THEN NULL ELSE encrypted_id END,
           names = CASE action WHEN 'DELETE' THEN '' ELSE names END
         WHERE list = ? AND member = ? AND change = ?`,
      )
      .run(nowMs, list, member, change);
  }

  /** Whether a later change of the same person has taken the place of this one. */
  isSuperseded(list: string, member: string, change: string): boolean {
    const row = this.#database
      .prepare('SELECT change FROM membership WHERE list = ? AND member = ?')
      .get(list, member);
    return row !== undefined && row['change'] !== change;
  }

  remove({ list, member }: Pick<Membership, 'list' | 'member'>): void {
    this.#database
      .prepare('DELETE FROM membership WHERE list = ? AND member = ?')
      .run(list, member);
  }

  /** Every person in every list: for erasure, which looks for one by any name. */
  *all(): Generator<Membership> {
    for (const row of this.#database.prepare('SELECT * FROM membership').iterate())
      yield readMembership(row);
  }

  countsOf(list: string): MembershipCounts {
    const row = this.#database
      .prepare(
        `SELECT sum(action = 'CREATE' AND confirmed = 1) AS members, sum(confirmed = 0) AS waiting
         FROM membership WHERE list = ?`,
      )
      .get(list);
    return { members: Number(row?.['members'] ?? 0), waiting: Number(row?.['waiting'] ?? 0) };
  }
}

/**
 * Notes that the network has taken a postback, where it is a record of a list. Call inside a write
 * transaction.
 */
export function recordMembership(
  memberships: Memberships,
  { membership, eventId }: Postback,
  nowMs: number,
): void {
  if (membership) memberships.confirm(membership.list, membership.member, eventId, nowMs);
}

/** Records changes, see `DeliveryLog.recordMemberships`. Call inside a write transaction. */
export function putMemberships(
  { memberships, rows, clock }: { memberships: Memberships; rows: PostbackRows; clock: Clock },
  changes: readonly MembershipChange[],
): void {
  const nowMs = clock.now();
  for (const { membership, replaces } of changes) {
    if (replaces !== undefined) rows.dropWaiting(replaces);
    memberships.put(membership, nowMs);
  }
}
