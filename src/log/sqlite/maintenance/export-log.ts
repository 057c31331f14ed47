import { existsSync } from 'node:fs';

import { UsageError } from '../../../errors.js';
import type { LogExport } from '../../moving.js';
import { openToRead } from '../database/database.js';
import { hasSchema } from '../database/schema.js';
import { inBatches } from '../async-batches.js';

/**
 * Opens the log at `path` to copy it.
 * @throws UsageError when there is none
 */
export function openExport(path: string): LogExport {
  if (!existsSync(path)) {
    throw new UsageError('nothing_to_move', `There is no delivery log at ${path}.`, {
      hint: 'Nothing was sent from this workspace on this machine.',
    });
  }
  const database = openToRead(path);
  hasSchema(database, path);
  const salt = database.prepare("SELECT value FROM meta WHERE name = 'salt'").get()?.['value'];
  return {
    salt: String(salt),
    countPruned: () => {
      const sql =
        'SELECT count(*) AS n FROM dedupe_index WHERE request NOT IN (SELECT id FROM request)';
      return Number(database.prepare(sql).get()?.['n']);
    },
    pages: (table) => inBatches(database.prepare(`SELECT * FROM ${table} ORDER BY 1`).iterate()),
    close: () => database.close(),
  };
}
