import type { AudienceList, Membership, MembershipCounts } from '../../audience-records.js';
import type { MembershipChange } from '../../audience-store.js';
import type { PgSession } from '../connection/pg-database.js';
import { readAudienceList } from '../../packed/audience-rows.js';
import { dropWaiting } from '../postbacks/claims.js';

/** Records an audience list, or replaces it. */
export async function putAudience(session: PgSession, list: AudienceList): Promise<void> {
  const { network, account, id, name, externalId, country, ttlSeconds, connectionId, createdMs } =
    list;
  await session.change(
    `INSERT INTO @audience (id, network, account, name, external_id, country, ttl, connection,
       created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (id) DO UPDATE SET network = excluded.network, account = excluded.account,
       name = excluded.name,
       external_id = excluded.external_id, country = excluded.country, ttl = excluded.ttl,
       connection = excluded.connection, created = excluded.created`,
    [
      id,
      network,
      account,
      name,
      externalId ?? null,
      country ?? null,
      ttlSeconds ?? null,
      connectionId ?? null,
      createdMs,
    ],
  );
}

/** Every list with its members, oldest first. */
export async function listAudiences(
  session: PgSession,
): Promise<(AudienceList & MembershipCounts)[]> {
  const rows = await session.rows(
    `SELECT a.*, count(*) FILTER (WHERE m.action = 'CREATE' AND m.confirmed) AS members,
       count(*) FILTER (WHERE NOT m.confirmed) AS waiting
     FROM @audience a LEFT JOIN @membership m ON m.list = a.id GROUP BY a.id ORDER BY a.created,
       a.id`,
  );
  return rows.map((row) => ({
    ...readAudienceList(row),
    members: Number(row['members']),
    waiting: Number(row['waiting']),
  }));
}

/** The list with this id, external id or name; several where a name is not unique. */
export async function findAudiences(session: PgSession, word: string): Promise<AudienceList[]> {
  const byId = await session.rows('SELECT * FROM @audience WHERE id = $1', [word]);
  if (byId.length > 0) return byId.map(readAudienceList);
  const rows = await session.rows(
    'SELECT * FROM @audience WHERE external_id = $1 OR name = $1 ORDER BY created, id',
    [word],
  );
  return rows.map(readAudienceList);
}

/** Records changes of memberships, see `DeliveryLog.recordMemberships`. */
export async function recordMemberships(
  session: PgSession,
  changes: readonly MembershipChange[],
  nowMs: number,
): Promise<void> {
  await dropWaiting(
    session,
    changes.flatMap(({ replaces }) => replaces ?? []),
  );
  await putMemberships(
    session,
    changes.map(({ membership }) => ({ ...membership, isConfirmed: false, updatedMs: nowMs })),
  );
}

/** Writes or replaces memberships, sorted: several runs may sync one list. */
export async function putMemberships(
  session: PgSession,
  memberships: readonly Membership[],
): Promise<void> {
  const last = new Map(memberships.map((one) => [`${one.list}\0${one.member}`, one]));
  const sorted = [...last.keys()].sort().map((key) => last.get(key) as Membership);
  if (sorted.length === 0) return;
  await session.change(
    `INSERT INTO @membership (list, member, change, action, digest, names, encrypted_id, confirmed,
       updated)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::text[],
       $8::boolean[], $9::bigint[])
     ON CONFLICT (list, member) DO UPDATE SET change = excluded.change, action = excluded.action,
       digest = excluded.digest, names = excluded.names, encrypted_id = excluded.encrypted_id,
       confirmed = excluded.confirmed, updated = excluded.updated`,
    [
      sorted.map(({ list }) => list),
      sorted.map(({ member }) => member),
      sorted.map(({ change }) => change),
      sorted.map(({ action }) => action),
      sorted.map(({ digest }) => digest),
      sorted.map(({ names }) => names.join(' ')),
      sorted.map(({ encrypted }) => encrypted ?? null),
      sorted.map(({ isConfirmed: isConfirmed }) => isConfirmed),
      sorted.map(({ updatedMs }) => updatedMs),
    ],
  );
}
