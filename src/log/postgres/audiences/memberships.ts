import type { Entry } from '../../entry.js';
import type { PgSession } from '../connection/pg-database.js';

/** Returns ids of the entries whose change of a list a later change has taken the place of. */
export async function findSuperseded(
  session: PgSession,
  entries: readonly Entry[],
): Promise<string[]> {
  const changes = entries.flatMap(({ postback: { id, eventId, membership } }) =>
    membership ? { id, eventId, ...membership } : [],
  );
  if (changes.length === 0) return [];
  const rows = await session.rows(
    `SELECT c.id FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) c(id, list, member,
       change)
     JOIN @membership m ON m.list = c.list AND m.member = c.member WHERE m.change <> c.change`,
    [
      changes.map(({ id }) => id),
      changes.map(({ list }) => list),
      changes.map(({ member }) => member),
      changes.map(({ eventId }) => eventId),
    ],
  );
  return rows.map(({ id }) => String(id));
}

/** Notes that the network has taken changes. Of who has left nothing is kept but that. */
export async function confirmMemberships(
  session: PgSession,
  entries: readonly Entry[],
  nowMs: number,
): Promise<void> {
  const changes = entries.flatMap(({ postback: { eventId, membership } }) =>
    membership ? { eventId, ...membership } : [],
  );
  if (changes.length === 0) return;
  await session.change(
    `UPDATE @membership m SET confirmed = true, updated = $4,
       encrypted_id = CASE m.action WHEN 'DELETE' THEN NULL ELSE m.encrypted_id END,
       names = CASE m.action WHEN 'DELETE' THEN '' ELSE m.names END
     FROM unnest($1::text[], $2::text[], $3::text[]) c(list, member, change)
     WHERE m.list = c.list AND m.member = c.member AND m.change = c.change`,
    [
      changes.map(({ list }) => list),
      changes.map(({ member }) => member),
      changes.map(({ eventId }) => eventId),
      nowMs,
    ],
  );
}
