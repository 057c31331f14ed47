import { describeAddress } from '../../../config/log-url.js';
import { readSkips } from '../../packed/attempt-rows.js';
import { unpackDetails, unpackIds } from '../../packed/packing.js';
import type { LogDamage } from '../../log-reader.js';
import { readUnlessDamaged } from '../../stored-json.js';
import type { PgDatabase, PgRow } from '../connection/pg-database.js';
import { STORED_COLUMNS } from '../postbacks/states.js';
import { readEntries } from '../requests/batches.js';
import { toSqlRow } from './query.js';
import { readPostback } from '../../packed/stored-rows.js';

/** Rows that are read at once. */
const PAGE = 200;

interface Checked {
  what: string;
  columns: string;
  from: string;
  /** Column by which the table is walked through, its type, and a value before all others. */
  key: readonly [column: string, type: string, first: string | number];
  isWhole: (row: PgRow) => boolean;
}

const CHECKED: readonly Checked[] = [
  {
    what: 'postbacks',
    columns: `${STORED_COLUMNS}, p.id AS key`,
    from: '@postback p',
    key: ['p.id', 'uuid', '0'.repeat(32)],
    isWhole: (row) => readPostback(toSqlRow(row)).isDamaged !== true,
  },
  {
    what: 'requests',
    columns: 'ids, ids_text, details, started, id AS key',
    from: '@request',
    key: ['id', 'bigint', Number.MIN_SAFE_INTEGER],
    isWhole: (row) =>
      isReadable(() => [
        unpackIds((row['ids'] ?? row['ids_text']) as Uint8Array | string),
        unpackDetails(String(row['details']), Number(row['started'])),
      ]),
  },
  {
    what: 'skips',
    columns: 'entries, id AS key',
    from: '@skip',
    key: ['id', 'bigint', Number.MIN_SAFE_INTEGER],
    isWhole: (row) => readSkips(toSqlRow(row)) !== undefined,
  },
  {
    what: 'batches',
    columns: 'network, entries, entries_text, id AS key',
    from: '@batch',
    key: ['id', 'bigint', Number.MIN_SAFE_INTEGER],
    isWhole: (row) => isReadable(() => readEntries(row)),
  },
];

/** Reads every packed row of a log; undefined where it is whole. */
export async function findDamage(database: PgDatabase): Promise<LogDamage | undefined> {
  const found: string[] = [];
  for (const checked of CHECKED) {
    const count = await countDamaged(database, checked);
    if (count > 0) found.push(`${count} of ${checked.what}`);
  }
  if (found.length === 0) return undefined;
  const shown = describeAddress(database.address);
  return {
    problem:
      `The delivery log at ${shown} has rows that cannot be read: ${found.join(', ')}. All ` +
      'others are used as ever.',
    hint:
      'Send the events of those rows again: what was not delivered is delivered then, with the ' +
      'dedupe ids of the first attempt. Or restore a backup.',
  };
}

async function countDamaged(
  database: PgDatabase,
  { columns, from, key: [column, type, first], isWhole }: Checked,
): Promise<number> {
  let damaged = 0;
  for (let after: string | number = first; ;) {
    const rows: PgRow[] = await database.rows(
      `SELECT ${columns} FROM ${from} WHERE ${column} > $1::${type} ORDER BY ${column}
         LIMIT ${PAGE}`,
      [after],
    );
    damaged += rows.filter((row) => !isWhole(row)).length;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return damaged;
    after = last['key'] as string | number;
  }
}

function isReadable(read: () => unknown): boolean {
  return readUnlessDamaged(read) !== undefined;
}
