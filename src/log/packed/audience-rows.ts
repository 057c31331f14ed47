import type { NetworkName } from '../../networks/names.js';
import type { MembershipAction } from '../../people/person.js';
import type { AudienceList, Membership } from '../audience-records.js';
import type { SqlValue } from './sql-row.js';

/** A row by column. One store has booleans, the other one 0 and 1. */
type Row = Readonly<Record<string, SqlValue | boolean>>;

/** Reads a row of `audience`. */
export function readAudienceList(row: Row): AudienceList {
  const list: AudienceList = {
    network: String(row['network']) as NetworkName,
    account: String(row['account']),
    id: String(row['id']),
    name: String(row['name']),
    createdMs: Number(row['created']),
  };
  if (row['external_id'] !== null) list.externalId = String(row['external_id']);
  if (row['country'] !== null) list.country = String(row['country']);
  if (row['ttl'] !== null) list.ttlSeconds = Number(row['ttl']);
  if (row['connection'] !== null) list.connectionId = String(row['connection']);
  return list;
}

/** Reads a row of `membership`. */
export function readMembership(row: Row): Membership {
  const names = String(row['names']);
  return {
    list: String(row['list']),
    member: String(row['member']),
    change: String(row['change']),
    action: String(row['action']) as MembershipAction,
    digest: String(row['digest']),
    names: names === '' ? [] : names.split(' '),
    ...(row['encrypted_id'] === null ? {} : { encrypted: String(row['encrypted_id']) }),
    isConfirmed: Boolean(row['confirmed']),
    updatedMs: Number(row['updated']),
  };
}
