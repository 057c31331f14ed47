import type { KnownValues } from '../../log-reader.js';
import type { Database } from '../database/database.js';
import { optionalText, rowReader } from '../database/row-reader.js';

const readName = rowReader({ name: optionalText });
const TABLES_WITH_REASONS = ['request', 'problem', 'postback', 'skip_count'];

/** Returns the goals and reasons that a log has rows of. */
export function listKnownValues(database: Database): KnownValues {
  const list = (sql: string): string[] =>
    database
      .prepare(sql)
      .all()
      .flatMap((row) => readName(row).name || []);
  return {
    goals: list('SELECT goal AS name FROM postback_type UNION SELECT goal FROM postback'),
    reasons: list(
      TABLES_WITH_REASONS.map((table) => `SELECT DISTINCT reason AS name FROM ${table}`).join(
        ' UNION ',
      ),
    ),
  };
}
