import type { LogDamage } from '../../log-reader.js';
import { countDamaged } from '../maintenance/damaged-rows.js';
import type { Database } from './database.js';
import { LastCommit } from './last-commit.js';

const MOVE_ASIDE = 'Move it aside and keep it: it holds what was sent. A new one starts empty.';

/**
 * Reads the log at `path` through and lets SQLite check its pages and indexes; undefined where it
 * is whole.
 * @throws InternalError when the log has lost its newest rows
 */
export function findDamage(database: Database, path: string): LogDamage | undefined {
  const row = database.prepare('PRAGMA quick_check(1)').get() ?? {};
  const said = String(Object.values(row)[0]);
  if (said !== 'ok')
    return { problem: `The delivery log at ${path} is damaged: ${said}.`, hint: MOVE_ASIDE };
  new LastCommit(database, path).check(path);
  const found = Object.entries(countDamaged(database)).filter(([, count]) => count > 0);
  if (found.length === 0) return undefined;
  const words = found.map(([what, count]) => `${count} of ${what}`).join(', ');
  return {
    problem:
      `The delivery log at ${path} has rows that cannot be read: ${words}. All other rows ` +
      'are used as usual.',
    hint:
      'Send the events of those rows again: what was not delivered is delivered then, with the ' +
      'dedupe ids of the first attempt. Or restore a backup.',
  };
}
