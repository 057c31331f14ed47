import { readSkips } from '../../packed/attempt-rows.js';
import type { Database, SqlRow } from '../database/database.js';
import { unpackDetails, unpackEntries, unpackIds } from '../../packed/packing.js';
import { readUnlessDamaged } from '../../stored-json.js';
import { readPostback } from '../../packed/stored-rows.js';

/** Number of rows whose packed content cannot be read, by table. */
export interface DamagedRows {
  postbacks: number;
  requests: number;
  skips: number;
  /** Batches on their way, or kept so that they can be sent again. */
  batches: number;
}

/** Reads every packed row of a log. SQLite's own check finds damaged pages, not damaged content. */
export function countDamaged(database: Database): DamagedRows {
  const count = (sql: string, isWhole: (row: SqlRow) => boolean): number => {
    let damaged = 0;
    for (const row of database.prepare(sql).iterate()) if (!isWhole(row)) damaged++;
    return damaged;
  };
  return {
    postbacks: count('SELECT * FROM postback', (row) => readPostback(row).isDamaged !== true),
    requests: count('SELECT ids, details, started FROM request', (row) =>
      isReadable(() => [
        unpackIds(row['ids'] as Uint8Array | string),
        unpackDetails(String(row['details']), Number(row['started'])),
      ]),
    ),
    skips: count('SELECT entries FROM skip', (row) => readSkips(row) !== undefined),
    batches: count(
      'SELECT f.network, c.entries FROM batch f JOIN batch_payload c ON c.batch = f.id',
      (row) => isReadable(() => unpackEntries(row['entries'], row['network'])),
    ),
  };
}

function isReadable(read: () => unknown): boolean {
  return readUnlessDamaged(read) !== undefined;
}
