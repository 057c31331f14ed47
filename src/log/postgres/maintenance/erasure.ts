import type { LogLocation } from '../../../config/log-location.js';
import type { Clock } from '../../../clock.js';
import { InternalError } from '../../../errors.js';
import { MemberKeys } from '../../../people/member.js';
import type { Postback } from '../../../networks/network.js';
import type { AudienceList, Membership } from '../../audience-records.js';
import type { Erased, ErasureOptions, ErasureReceipt, Subject } from '../../maintenance.js';
import { readUnlessDamaged } from '../../stored-json.js';
import { readMembership } from '../../packed/audience-rows.js';
import { findAudiences } from '../audiences/lists.js';
import { PgDatabase, type PgRow, type PgSession } from '../connection/pg-database.js';
import { hasSchema } from '../database/schema.js';
import { readMemberKeys } from '../people/keys.js';
import { putRows } from '../postbacks/rows.js';
import { readStoredRow, STORED_COLUMNS } from '../postbacks/states.js';
import { packColumns, readEntries } from '../requests/batches.js';
import { openToRecord } from '../recorders.js';
import { takeOff } from '../../packed/people.js';

/**
 * A request in flight ends within this time, in milliseconds: it is the longest timeout there is.
 */
const COMPLETION_MS = 600_000;
const LOOK_AGAIN_MS = 200;
/** Rows that are read at once. */
const PAGE = 500;
/** Batches that are read at once; each may have 100 KB. */
const BATCHES = 20;

/** Removes a person from a log, see `erasePerson` of open-log.ts. */
export async function erasePerson(
  location: LogLocation,
  subject: Subject,
  options: ErasureOptions,
): Promise<Erased> {
  const { random, dryRun } = options;
  const database = dryRun ? await PgDatabase.open(location) : await openToRecord(location);
  try {
    const isNew = dryRun && !(await hasSchema(database));
    // Without a log there is no salt yet, and nobody in it.
    const keys = isNew ? new MemberKeys('') : await readMemberKeys(database);
    const erasure = new Erasure(database, keys, location.clock, options);
    erasure.start(subject);
    if (!isNew) await erasure.find();
    if (!dryRun) {
      await erasure.suppress();
      await erasure.awaitCompletion(options.signal);
    }
    const counts = isNew ? erasure.nothing() : await erasure.count(!dryRun);
    const receipt = {
      receipt: dryRun ? 'dry-run' : `erasure-${random.bytes(6).toString('hex')}`,
      erasedAt: new Date(location.clock.now()).toISOString(),
      ...counts,
      rewritten: !dryRun && (await erasure.vacuum()),
    };
    return { receipt, removals: erasure.removals };
  } finally {
    await database.close();
  }
}

type Counts = Omit<ErasureReceipt, 'receipt' | 'erasedAt' | 'rewritten'>;

class Erasure {
  readonly #database: PgDatabase;
  readonly #keys: MemberKeys;
  readonly #clock: Clock;
  readonly #options: ErasureOptions;
  readonly #members = new Set<string>();
  readonly #persons = new Set<string>();
  /** Ids of the records that take the person out of lists. */
  readonly removals: string[] = [];

  constructor(database: PgDatabase, keys: MemberKeys, clock: Clock, options: ErasureOptions) {
    this.#database = database;
    this.#keys = keys;
    this.#clock = clock;
    this.#options = options;
  }

  start(subject: Subject): void {
    if ('email' in subject) this.#members.add(this.#keys.ofEmail(subject.email));
    else {
      const id = this.#keys.ofId('userId' in subject ? subject.userId : subject.anonymousId);
      this.#persons.add(id);
      this.#members.add(id);
    }
  }

  /**
   * Finds every name of the person: by aliases, and by what is on postbacks that are not delivered
   * or still kept.
   */
  async find(): Promise<void> {
    // An address on one postback may lead to an id, and that to another address.
    for (let known = -1; known !== this.#names().size;) {
      known = this.#names().size;
      await this.#addAliases();
      for await (const postback of this.#listPostbacks()) {
        if (!this.#concerns(postback)) continue;
        for (const member of postback.members ?? []) this.#members.add(member);
        if (postback.person !== undefined) this.#add(postback.person);
      }
      for (const { member, names } of await this.#listMemberships(this.#database)) {
        for (const name of names) this.#members.add(name);
        this.#add(member);
      }
    }
  }

  /**
   * Suppresses new postbacks. The lock waits for transactions that have not seen the suppression:
   * every `begin` holds the other side of it.
   */
  async suppress(): Promise<void> {
    await this.#database.transact(async (session) => {
      await session.script('LOCK TABLE @suppression IN EXCLUSIVE MODE');
      await session.change(
        `INSERT INTO @suppression (member, at) SELECT unnest($1::text[]), $2
         ON CONFLICT DO NOTHING`,
        [[...this.#names()], this.#clock.now()],
      );
    });
  }

  /** Waits until no request of a live run is in flight with the person in it. */
  async awaitCompletion(signal: AbortSignal): Promise<void> {
    const untilMs = this.#clock.now() + COMPLETION_MS;
    while (await this.#isInFlight()) {
      if (signal.aborted || this.#clock.now() > untilMs) {
        const message = 'A request with the person in it is still under way; new ones are stopped.';
        throw new InternalError('erasure_unfinished', message, {
          hint: 'Run the same command again.',
        });
      }
      await this.#clock.sleep(LOOK_AGAIN_MS);
    }
  }

  nothing(): Counts {
    return {
      suppressed: this.#names().size,
      pendingPurged: 0,
      otherPurged: 0,
      clicksRemoved: 0,
      claimsRemoved: 0,
      listsLeft: 0,
      deliveredKept: {},
    };
  }

  /** Counts what there is of the person, and removes it in one transaction where it is to go. */
  count(removes: boolean): Promise<Counts> {
    return this.#database.transact(async (session) => {
      const { pending, other } = await this.#purgeRows(session, removes);
      const listsLeft = await this.#leaveLists(session, removes);
      const held = await this.#purgeBatches(session, removes);
      const deliveredKept = await this.#anonymize(session, removes);
      const persons = [...this.#persons];
      const [clicks] = await session.rows(countOf('click'), [persons]);
      const [locks] = await session.rows(countOf('once_lock'), [persons]);
      const suppressed = this.#names().size;
      if (removes)
        for (const table of ['click', 'once_lock', 'alias'])
          await session.change(`DELETE FROM @${table} WHERE person = ANY($1::text[])`, [persons]);
      return {
        suppressed,
        pendingPurged: pending + held,
        otherPurged: other,
        clicksRemoved: Number(clicks?.['number']),
        claimsRemoved: Number(locks?.['number']),
        listsLeft,
        deliveredKept,
      };
    });
  }

  /**
   * Lets the server overwrite the room of deleted rows as soon as it can. Backups and the
   * write-ahead log keep what they hold until they are rotated.
   */
  async vacuum(): Promise<boolean> {
    try {
      for (const table of ['postback', 'batch', 'click', 'once_lock', 'alias', 'membership'])
        await this.#database.script(`VACUUM @${table}`);
      return true;
    } catch {
      // Only the owner of a table may do so; autovacuum does it later.
      return false;
    }
  }

  async #addAliases(): Promise<void> {
    for (let known = -1; known !== this.#names().size;) {
      known = this.#names().size;
      const ids = [...this.#persons];
      const persons = await this.#database.rows(
        `SELECT DISTINCT person FROM @alias
         WHERE member = ANY($1::text[]) OR person = ANY($1::text[])`,
        [ids],
      );
      for (const { person } of persons) this.#add(String(person));
      const members = await this.#database.rows(
        'SELECT member FROM @alias WHERE person = ANY($1::text[])',
        [persons.map(({ person }) => String(person))],
      );
      for (const { member } of members) this.#members.add(String(member));
    }
  }

  #add(person: string): void {
    this.#persons.add(person);
    this.#members.add(person);
  }

  async *#listPostbacks(): AsyncGenerator<Postback> {
    for await (const row of this.#walk(this.#database, ROWS)) yield readStoredRow(row).postback;
    for await (const row of this.#walk(this.#database, ALL_BATCHES)) {
      for (const { postback } of readUnlessDamaged(() => readEntries(row)) ?? []) yield postback;
    }
  }

  async *#walk(session: PgSession, { sql, first, page }: Walk): AsyncGenerator<PgRow> {
    for (let after = first; ;) {
      const rows = await session.rows(sql, [after]);
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < page) return;
      after = last['key'] as string | number;
    }
  }

  async #purgeRows(
    session: PgSession,
    removes: boolean,
  ): Promise<{ pending: number; other: number }> {
    const counts = { pending: 0, other: 0 };
    const gone: string[] = [];
    for await (const row of this.#walk(session, ROWS)) {
      const { postback, state } = readStoredRow(row);
      if (!this.#concerns(postback)) continue;
      counts[state === 'pending' ? 'pending' : 'other']++;
      gone.push(postback.id);
    }
    if (removes && gone.length > 0)
      await session.change('DELETE FROM @postback WHERE id = ANY($1::uuid[])', [gone]);
    return counts;
  }

  /** Forgets who was uploaded, and records the removal where the person may still be in a list. */
  async #leaveLists(session: PgSession, removes: boolean): Promise<number> {
    let left = 0;
    for (const membership of await this.#listMemberships(session)) {
      const list = (await findAudiences(session, membership.list)).find(
        ({ id }) => id === membership.list,
      );
      const removal = list && this.#makeRemoval(list, membership);
      if (removal) left++;
      if (!removes) continue;
      await session.change('DELETE FROM @membership WHERE list = $1 AND member = $2', [
        membership.list,
        membership.member,
      ]);
      if (!removal) continue;
      const entry = { postback: removal, attempts: 0 };
      const outcome = { kind: 'stopped', reason: 'erased' } as const;
      await putRows(
        session,
        [{ entry, state: 'pending', account: null, outcome }],
        this.#clock.now(),
      );
      this.removals.push(removal.id);
    }
    return left;
  }

  #makeRemoval(list: AudienceList, membership: Membership): Postback | undefined {
    return this.#options.makeRemoval(list, membership);
  }

  /** The lists that the person was uploaded to. */
  async #listMemberships(session: PgSession): Promise<Membership[]> {
    const names = [...this.#names()];
    const rows = await session.rows(
      `SELECT * FROM @membership WHERE member = ANY($1::text[]) OR string_to_array(names,
         ' ') && $1::text[]`,
      [names],
    );
    return rows.map(readMembership);
  }

  /** Returns how many postbacks were waiting in batches of other processes. */
  async #purgeBatches(session: PgSession, removes: boolean): Promise<number> {
    let waiting = 0;
    for await (const row of this.#walk(session, ALL_BATCHES)) {
      const entries = readUnlessDamaged(() => readEntries(row)) ?? [];
      const rest = entries.filter(({ postback }) => !this.#concerns(postback));
      if (rest.length === entries.length) continue;
      if (row['completed'] === null) waiting += entries.length - rest.length;
      if (!removes) continue;
      const id = Number(row['key']);
      if (rest.length === 0) await session.change('DELETE FROM @batch WHERE id = $1', [id]);
      else
        await session.change('UPDATE @batch SET entries = $2, entries_text = $3 WHERE id = $1', [
          id,
          ...packColumns(rest),
        ]);
    }
    return waiting;
  }

  /** Takes the person off delivered postbacks; counts them for each network. */
  async #anonymize(session: PgSession, removes: boolean): Promise<Record<string, number>> {
    const kept: Record<string, number> = {};
    for (const person of this.#persons) {
      const bytes = Buffer.from(person, 'hex');
      const rows = await session.rows(
        `SELECT id, network, people, verdicts FROM @request
         WHERE position($1::bytea IN people) > 0`,
        [bytes],
      );
      for (const row of rows) {
        const network = String(row['network']);
        const { people, delivered } = takeOff(row as Parameters<typeof takeOff>[0], bytes);
        kept[network] = (kept[network] ?? 0) + delivered;
        if (removes)
          await session.change('UPDATE @request SET people = $2 WHERE id = $1', [
            Number(row['id']),
            people,
          ]);
      }
    }
    return kept;
  }

  async #isInFlight(): Promise<boolean> {
    const rows = await this.#database.rows(
      `SELECT b.network, b.entries, b.entries_text FROM @batch b JOIN @request r ON r.id = b.request
         JOIN @run n ON n.id = b.run
       WHERE b.completed IS NULL AND r.ended IS NULL AND n.ended IS NULL AND n.lease >= now()`,
    );
    return rows.some((row) =>
      (readUnlessDamaged(() => readEntries(row)) ?? []).some(({ postback }) =>
        this.#concerns(postback),
      ),
    );
  }

  #concerns({ person, members = [] }: Postback): boolean {
    return (
      (person !== undefined && this.#persons.has(person)) ||
      members.some((member) => this.#members.has(member))
    );
  }

  #names(): Set<string> {
    return new Set([...this.#members, ...this.#persons]);
  }
}

/** How a table is walked through, a page at a time. */
interface Walk {
  sql: string;
  /** A key before all others. */
  first: string | number;
  page: number;
}

const ROWS: Walk = {
  sql: `SELECT ${STORED_COLUMNS}, p.id AS key FROM @postback p WHERE p.id > $1::uuid ORDER BY p.id
      LIMIT ${PAGE}`,
  first: '0'.repeat(32),
  page: PAGE,
};

const ALL_BATCHES: Walk = {
  sql: `SELECT id AS key, network, completed, entries, entries_text FROM @batch
      WHERE id > $1::bigint ORDER BY id LIMIT ${BATCHES}`,
  first: 0,
  page: BATCHES,
};

function countOf(table: string): string {
  return `SELECT count(*) AS number FROM @${table} WHERE person = ANY($1::text[])`;
}
