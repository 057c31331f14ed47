import { InternalError } from '../../../errors.js';
import { MemberKeys } from '../../../people/member.js';
import type { PgSession } from '../connection/pg-database.js';

/**
 * Reads the salt by which a log knows people.
 * @throws InternalError `log_damaged` when the log has none: nobody could be recognized by it
 */
export async function readMemberKeys(session: PgSession): Promise<MemberKeys> {
  const [row] = await session.rows(`SELECT value FROM @meta WHERE name = 'salt'`);
  const salt = row?.['value'];
  if (typeof salt === 'string' && salt !== '') return new MemberKeys(salt);
  throw new InternalError(
    'log_damaged',
    'The delivery log is damaged: it has no salt (meta.salt).',
    { hint: 'People in it can no longer be recognized. Restore a backup of the database.' },
  );
}
