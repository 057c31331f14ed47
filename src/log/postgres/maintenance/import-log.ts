import type { LogLocation } from '../../../config/log-location.js';
import { describeAddress } from '../../../config/log-url.js';
import { ConfigError } from '../../../errors.js';
import { derivePostbackId } from '../../../identity/postback-id.js';
import { systemRandom } from '../../../random.js';
import type { LogExport, MovedTable } from '../../moving.js';
import { packDetails, unpackDetails, unpackIds } from '../../packed/packing.js';
import type { PostbackType } from '../../packed/postback-type.js';
import type { SqlRow } from '../../packed/sql-row.js';
import { nameOfKey } from '../../packed/stored-rows.js';
import { readUnlessDamaged } from '../../stored-json.js';
import { PgDatabase, type PgValue } from '../connection/pg-database.js';
import { prepareSchema } from '../database/schema.js';
import { PgPostbackTypes } from '../requests/postback-types.js';

/**
 * Distance of the numbers of copied requests from those of the server: a copied request keeps its
 * number less this, so that a second copy finds it.
 */
const NUMBER_OFFSET = 2 ** 40;
/** Number of the run that copied attempts belong to. */
const MOVED_RUN = 'moved';

/** Columns of each table in both logs, with their types on the server. */
const COLUMNS: Record<Exclude<MovedTable, 'postback'>, readonly string[]> = {
  alias: ['member text', 'person text'],
  click: ['person text', 'at bigint', 'fields text'],
  suppression: ['member text', 'at bigint'],
  audience: [
    'id text',
    'network text',
    'account text',
    'name text',
    'external_id text',
    'country text',
    'ttl bigint',
    'connection text',
    'created bigint',
  ],
  membership: [
    'list text',
    'member text',
    'change text',
    'action text',
    'digest text',
    'names text',
    'encrypted_id text',
    'confirmed boolean',
    'updated bigint',
  ],
  checkpoint: [
    'path text',
    'device text',
    'inode text',
    'read_to bigint',
    'line bigint',
    'head text',
    'head_bytes int',
    'updated bigint',
  ],
  once_lock: ['goal text', 'test boolean', 'person text', 'postback text'],
};

const POSTBACK = [
  'id uuid',
  'state text',
  'network text',
  'account text',
  'goal text',
  'event text',
  'event_id text',
  'event_time bigint',
  'updated bigint',
  'attempts int',
  'kind text',
  'reason text',
  'message text',
  'http int',
  'person text',
  'data text',
  'request bigint',
  'left_by int',
  'test boolean',
  'list text',
];

/** Takes the rows of a SQLite log into a log on a server. What is there already stays. */
export class LogImport {
  readonly shownAddress: string;
  readonly #database: PgDatabase;
  readonly #workspace: string;
  readonly #types: PgPostbackTypes;
  /** Types of the copied log, by its own number. */
  readonly #typeOf = new Map<number, PostbackType>();
  #run = 0;

  private constructor(database: PgDatabase, workspace: string) {
    this.#database = database;
    this.#workspace = workspace;
    this.#types = new PgPostbackTypes(database);
    this.shownAddress = describeAddress(database.address);
  }

  /**
   * Connects, makes the tables where there are none, and takes over the salt.
   * @throws ConfigError `log_people_differ` when the server knows people by another salt
   */
  static async open(to: LogLocation, from: LogExport): Promise<LogImport> {
    const database = await PgDatabase.open(to);
    try {
      await prepareSchema(database, systemRandom);
      const target = new LogImport(database, to.workspace);
      await target.#takeSalt(from.salt);
      for (const page of from.pages('postback_type')) await target.#putTypes(page);
      return target;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** Copies rows of a table; returns how many were new. */
  put(table: MovedTable, rows: readonly SqlRow[]): Promise<number> {
    if (table === 'postback') return this.#putPostbacks(rows);
    const columns = COLUMNS[table];
    // A lock whose postback has failed on the server was released there.
    const where =
      table === 'once_lock'
        ? ` WHERE NOT EXISTS (SELECT 1 FROM @postback p WHERE p.id = r.postback::uuid
            AND p.state = 'failed')`
        : '';
    return this.#insert(
      table,
      columns,
      rows.map((row) => toTarget(table, row)),
      where,
    );
  }

  /**
   * Copies the ids of requests, and with `history` the requests themselves. A request that its
   * network has not decided on is copied in any case.
   */
  async putRequests(
    rows: readonly SqlRow[],
    history: boolean,
    undecided: ReadonlySet<number>,
  ): Promise<{ ids: number; requests: number }> {
    let ids = 0;
    let requests = 0;
    for (const row of rows) {
      const isCopied = history || undecided.has(Number(row['id']));
      if (isCopied && row['ended'] !== null) requests += await this.#putRequest(row);
      ids += await this.#putIds(row, isCopied ? toNumber(row['id']) : 0);
    }
    return { ids, requests };
  }

  /** Copies what attempts failed of. */
  async putProblems(rows: readonly SqlRow[]): Promise<void> {
    if (rows.length === 0) return;
    const text = (name: string): (string | null)[] =>
      rows.map((row) => (row[name] === null ? null : String(row[name])));
    await this.#database.change(
      `INSERT INTO @problem (request, position, kind, reason, message, warning)
       SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
         ON CONFLICT DO NOTHING`,
      [
        rows.map((row) => toNumber(row['request'])),
        rows.map((row) => Number(row['position'])),
        text('kind'),
        text('reason'),
        text('message'),
        text('warning'),
      ],
    );
  }

  async #takeSalt(salt: string): Promise<void> {
    await this.#database.transact(async (session) => {
      const [known] = await session.rows(`SELECT value FROM @meta WHERE name = 'salt' FOR UPDATE`);
      if (known?.['value'] === salt) return;
      const [used] = await session.rows(
        `SELECT EXISTS (SELECT 1 FROM @alias) OR EXISTS (SELECT 1 FROM @click) OR EXISTS (SELECT 1
           FROM @once_lock)
           OR EXISTS (SELECT 1 FROM @suppression) OR EXISTS (SELECT 1 FROM @request)
             OR EXISTS (SELECT 1 FROM @membership)
           OR EXISTS (SELECT 1 FROM @postback) AS used`,
      );
      if (used?.['used'] === true) {
        throw new ConfigError(
          'log_people_differ',
          `The log at ${this.shownAddress} uses other keys for people than the log on this ` +
            'machine.',
          {
            hint:
              'Only one log can be moved to a server, before anything else is sent there. Set ' +
              'log.url to an empty database, or use another workspace.',
          },
        );
      }
      await session.change(`UPDATE @meta SET value = $1 WHERE name = 'salt'`, [salt]);
    });
  }

  async #putTypes(rows: readonly SqlRow[]): Promise<void> {
    for (const row of rows) {
      this.#typeOf.set(Number(row['id']), {
        goal: String(row['goal']),
        event: String(row['event']),
        currency: String(row['currency']),
        test: row['test'] === 1,
        isForList: row['list'] === 1,
      });
    }
    await this.#types.ensure([...this.#typeOf.values()]);
  }

  /** Rows whose postback the server has met since are left alone: it knows what became of them. */
  #putPostbacks(rows: readonly SqlRow[]): Promise<number> {
    const made = rows.map((row) => {
      const data = String(row['data']);
      return {
        ...row,
        id: nameOfKey(row['id']),
        request: row['request'] === null ? null : toNumber(row['request']),
        left_by: row['left_by'] === 0 ? 0 : null,
        test: readTest(data),
      };
    });
    const where = ' WHERE NOT EXISTS (SELECT 1 FROM @dedupe_index s WHERE s.id = r.id)';
    return this.#insert('postback', POSTBACK, made, where);
  }

  async #putIds(row: SqlRow, request: number): Promise<number> {
    const keys = readUnlessDamaged(() => {
      const eventIds = unpackIds(row['ids'] as Uint8Array | string);
      return unpackDetails(String(row['details']), Number(row['started'])).map(
        ({ kind }, index) => [this.#typeOf.get(kind)?.goal ?? '', eventIds[index] ?? ''] as const,
      );
    });
    const network = String(row['network']);
    const ids = (keys ?? []).map(([goal, eventId]) =>
      derivePostbackId(this.#workspace, network, goal, eventId),
    );
    if (ids.length === 0) return 0;
    const day = new Date(Number(row['started'])).toISOString().slice(0, 10);
    const count = await this.#database.change(
      `INSERT INTO @dedupe_index (id, request, day) SELECT u, $2, $3::date FROM unnest($1::uuid[]) u
         ORDER BY u ON CONFLICT DO NOTHING`,
      [ids, request, day],
    );
    if (request !== 0 && count < ids.length) {
      await this.#database.change(
        `INSERT INTO @dedupe_repeats (id, request, day) SELECT u, $2, $3::date
           FROM unnest($1::uuid[]) u
         JOIN @dedupe_index s ON s.id = u AND s.request <> $2 ORDER BY u ON CONFLICT DO NOTHING`,
        [ids, request, day],
      );
    }
    return count;
  }

  async #putRequest(row: SqlRow): Promise<number> {
    const startedMs = Number(row['started']);
    const details = readUnlessDamaged(() => unpackDetails(String(row['details']), startedMs));
    if (!details) return 0;
    const numbered = details.map((detail) => {
      const type = this.#typeOf.get(detail.kind);
      return type ? { ...detail, kind: this.#types.numberOf(type) } : detail;
    });
    const isText = typeof row['ids'] === 'string';
    return this.#database.change(
      `INSERT INTO @request (id, run, network, account, started, ended, http, latency, remote_id,
         count, delivered, ids,
         ids_text, details, people, verdicts, kind, reason, message)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19
       WHERE NOT EXISTS (SELECT 1 FROM @request WHERE id = $1::bigint)`,
      [
        toNumber(row['id']),
        await this.#findRun(),
        ...(
          ['network', 'account', 'started', 'ended', 'http', 'latency', 'remote_id'] as const
        ).map((name) => row[name] ?? null),
        row['count'] ?? 0,
        row['delivered'] ?? null,
        isText ? null : (row['ids'] ?? null),
        isText ? (row['ids'] ?? null) : null,
        packDetails(numbered, startedMs),
        ...(['people', 'verdicts', 'kind', 'reason', 'message'] as const).map(
          (name) => row[name] ?? null,
        ),
      ],
    );
  }

  async #findRun(): Promise<number> {
    if (this.#run > 0) return this.#run;
    await this.#database.change(
      `INSERT INTO @run (name, command, pid, host, started, lease, ended) VALUES ($1, 'move', 0, '',
         0, now(), 0)
       ON CONFLICT (name) DO NOTHING`,
      [MOVED_RUN],
    );
    const [row] = await this.#database.rows('SELECT id FROM @run WHERE name = $1', [MOVED_RUN]);
    this.#run = Number(row?.['id']);
    return this.#run;
  }

  #insert(
    table: MovedTable,
    columns: readonly string[],
    rows: readonly Record<string, PgValue | undefined>[],
    where: string,
  ): Promise<number> {
    const names = columns.map((column) => column.split(' ')[0] as string);
    const list = names.join(', ');
    const arrays = columns.map((column, index) => `$${index + 1}::${column.split(' ')[1]}[]`);
    return this.#database.change(
      `INSERT INTO @${table} (${list}) SELECT ${list}
         FROM unnest(${arrays.join(', ')}) r(${list})${where} ON CONFLICT DO NOTHING`,
      names.map((name) =>
        rows.map((row) => (row[name] ?? null) as string | number | boolean | null),
      ),
    );
  }
}

function toNumber(number: unknown): number {
  return Number(number) - NUMBER_OFFSET;
}

function toTarget(table: MovedTable, row: SqlRow): Record<string, PgValue | undefined> {
  switch (table) {
    case 'membership':
      return { ...row, confirmed: row['confirmed'] === 1 };
    case 'once_lock':
      return { ...row, test: row['test'] === 1 };
    case 'checkpoint':
      return { ...row, read_to: row['offset'] };
    default:
      return row;
  }
}

function readTest(data: string): boolean {
  try {
    return (JSON.parse(data) as { test?: unknown }).test === true;
  } catch {
    return false;
  }
}
