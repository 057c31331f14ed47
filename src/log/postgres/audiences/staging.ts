import type { MembershipStaging } from '../../membership-staging.js';
import { openMirroredStaging } from '../../scratch.js';
import type { PgSession } from '../connection/pg-database.js';
import { readMembership } from '../../packed/audience-rows.js';

/** Memberships that are read at once. */
const PAGE = 5_000;

/**
 * Opens an empty stage for the members of a list. A stage is scratch space of one process, so it is
 * a temporary SQLite table on this machine, next to a copy of what the log knows of the list: a
 * temporary table in PostgreSQL would be state of a session, which PgBouncer does not keep.
 */
export function openStaging(session: Pick<PgSession, 'rows'>, list: string): MembershipStaging {
  return openMirroredStaging(list, async function* () {
    for (let after = ''; ;) {
      const rows = await session.rows(
        'SELECT * FROM @membership WHERE list = $1 AND member > $2 ORDER BY member LIMIT $3',
        [list, after, PAGE],
      );
      if (rows.length === 0) return;
      yield rows.map(readMembership);
      after = String(rows.at(-1)?.['member']);
    }
  });
}
