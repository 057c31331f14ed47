import type { Refusal } from '../../networks/fix.js';
import type { PgSession } from './connection/pg-database.js';

/** Prefix of the rows of `meta` that hold the newest refusal of each account. */
const PREFIX = 'refusal ';

/** Records why an account takes nothing more, in place of an earlier refusal. */
export async function putRefusal(
  session: PgSession,
  refusal: Refusal,
  isForLists: boolean,
): Promise<void> {
  const name = `${PREFIX}${refusal.network} ${refusal.account}${isForLists ? ' lists' : ''}`;
  await session.change(
    `INSERT INTO @meta (name, value) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [name, JSON.stringify(refusal)],
  );
}

/** Returns the newest refusal of each account, the latest first, whether or not it still holds. */
export async function listRefusals(session: PgSession): Promise<Refusal[]> {
  const rows = await session.rows('SELECT value FROM @meta WHERE starts_with(name, $1)', [PREFIX]);
  return rows
    .map(({ value }) => JSON.parse(String(value)) as Refusal)
    .sort((a, b) => b.atMs - a.atMs);
}
