import { LogPeek } from '../log/log-peek.js';

/** What a delivery log has rows of. */
export interface KnownValues {
  goals: string[];
  reasons: string[];
}

/** The goals and reasons that a log has rows of, to tell a typing error from a filter that matches nothing now. */
export function listKnownValues(path: string, workspace: string): KnownValues {
  const peek = LogPeek.open(path, workspace);
  if (!peek) return { goals: [], reasons: [] };
  try {
    const list = (sql: string): string[] => {
      const rows = peek.database.prepare(sql).all();
      return rows.flatMap(({ name }) => (typeof name === 'string' && name !== '' ? [name] : []));
    };
    const tables = ['request', 'problem', 'postback'];
    return {
      goals: list('SELECT goal AS name FROM kind UNION SELECT goal FROM postback'),
      reasons: list(tables.map((table) => `SELECT DISTINCT reason AS name FROM ${table}`).join(' UNION ')),
    };
  } finally {
    peek.close();
  }
}
