import type { Membership } from '../../audience-records.js';
import { Buffer } from 'node:buffer';

import type { Clock } from '../../../clock.js';
import { InternalError } from '../../../errors.js';
import type { Postback } from '../../../networks/network.js';
import type { LogLocation } from '../../../config/log-location.js';
import type { Erased, ErasureOptions, ErasureReceipt, Subject } from '../../maintenance.js';
import { AudienceLists } from '../audiences/audience-lists.js';
import type { Database, SqlRow } from '../database/database.js';
import { openDatabase, openToRead } from '../database/database.js';
import type { Entry } from '../../entry.js';
import { Memberships } from '../audiences/memberships.js';
import { packEntries, unpackEntries } from '../../packed/packing.js';
import { People } from './people.js';
import { PostbackRows } from '../postbacks/postback-rows.js';
import { rewriteFile } from '../database/rewrite.js';
import { Runs } from '../runs/runs.js';
import { prepareSchema } from '../database/schema.js';
import { takeOff } from '../../packed/people.js';
import { readUnlessDamaged } from '../../stored-json.js';
import { readPostback } from '../../packed/stored-rows.js';

const BATCHES =
  'SELECT f.id, f.network, f.completed, c.entries FROM batch f JOIN batch_payload c ON c.batch ' +
  '= f.id';

/**
 * A request that is under way when somebody is erased ends within this time: it is the longest
 * time-out there is.
 */
const COMPLETION_MS = 600_000;
const LOOK_AGAIN_MS = 50;

type ErasureParts = ErasureOptions & Pick<LogLocation, 'path' | 'clock'>;

/** See erasePerson of open-log.ts. */
export async function erasePerson(
  { path, clock }: LogLocation,
  subject: Subject,
  options: ErasureOptions,
): Promise<Erased> {
  const parts: ErasureParts = { ...options, path, clock };
  const database = parts.dryRun ? openToRead(parts.path) : openDatabase(parts.path, 'full');
  try {
    prepareSchema(database, parts.path, parts.random);
    // What is removed is overwritten at once, also where the file cannot be rewritten.
    database.exec('PRAGMA secure_delete = ON');
    const erasure = new Erasure(database, parts);
    erasure.find(subject);
    if (!parts.dryRun) {
      erasure.suppress();
      await erasure.awaitCompletion(parts.signal);
    }
    const counts = parts.dryRun ? erasure.dryRun() : erasure.purge();
    const rewritten = !parts.dryRun && rewriteFile(database, parts.path, parts.clock);
    const id = parts.random.bytes(6).toString('hex');
    const erasedAt = new Date(parts.clock.now()).toISOString();
    const receipt = {
      receipt: parts.dryRun ? 'dry-run' : `erasure-${id}`,
      erasedAt,
      ...counts,
      rewritten,
    };
    return { receipt, removals: erasure.removals };
  } finally {
    database.close();
  }
}

type Counts = Omit<ErasureReceipt, 'receipt' | 'erasedAt' | 'rewritten'>;

class Erasure {
  readonly #database: Database;
  readonly #people: People;
  readonly #clock: Clock;
  readonly #runs: Runs;
  readonly #members = new Set<string>();
  readonly #persons = new Set<string>();
  readonly #memberships: Memberships;
  readonly #makeRemoval: ErasureParts['makeRemoval'];
  /** Ids of the records that take the person out of lists. */
  readonly removals: string[] = [];

  constructor(
    database: Database,
    { clock, makeRemoval, path }: Pick<ErasureParts, 'clock' | 'makeRemoval' | 'path'>,
  ) {
    this.#runs = new Runs(database, path, clock);
    this.#database = database;
    this.#people = new People(database);
    this.#memberships = new Memberships(database);
    this.#clock = clock;
    this.#makeRemoval = makeRemoval;
  }

  /**
   * Finds every name of the person: by aliases, and by what is on postbacks that are not delivered
   * or still kept. Who has the same e-mail address is the same person.
   */
  find(subject: Subject): void {
    const { keys } = this.#people;
    if ('email' in subject) this.#members.add(keys.ofEmail(subject.email));
    else this.#add(keys.ofId('userId' in subject ? subject.userId : subject.anonymousId));
    // An address on one postback may lead to an id, and that to another address.
    for (let known = -1; known !== this.#names().size;) {
      known = this.#names().size;
      for (const { members = [], person } of this.#listPostbacks()) {
        for (const member of members) this.#members.add(member);
        if (person !== undefined) this.#add(person);
      }
      for (const { member, names } of this.#listMemberships()) {
        for (const name of names) this.#members.add(name);
        this.#add(member);
      }
    }
  }

  suppress(): void {
    this.#database.transact(() => this.#people.suppressions.add(this.#names(), this.#clock.now()));
  }

  /**
   * Waits until no request that was recorded before the suppression is under way with the person in
   * it.
   */
  async awaitCompletion(signal: AbortSignal): Promise<void> {
    const untilMs = this.#clock.now() + COMPLETION_MS;
    while (this.#isFlying()) {
      if (signal.aborted || this.#clock.now() > untilMs) {
        const message = 'A request with the person in it is still in flight; new ones are stopped.';
        throw new InternalError('erasure_unfinished', message, {
          hint: 'Run the same command again.',
        });
      }
      await this.#clock.sleep(LOOK_AGAIN_MS);
    }
  }

  purge(): Counts {
    return this.#database.transact(() => this.#count(true));
  }

  dryRun(): Counts {
    return this.#count(false);
  }

  #count(removes: boolean): Counts {
    const { pending, other } = this.#purgeRows(removes);
    const listsLeft = this.#leaveLists(removes);
    const held = this.#purgeBatches(removes);
    const deliveredKept = this.#anonymise(removes);
    let clicksRemoved = 0;
    let claimsRemoved = 0;
    for (const person of this.#persons) {
      clicksRemoved += removes
        ? this.#people.clicks.forget(person)
        : this.#howMany('click', person);
      claimsRemoved += removes
        ? this.#people.onceLocks.forget(person)
        : this.#howMany('once_lock', person);
      if (removes) this.#database.prepare('DELETE FROM alias WHERE person = ?').run(person);
    }
    const suppressed = this.#names().size;
    return {
      suppressed,
      pendingPurged: pending + held,
      otherPurged: other,
      clicksRemoved,
      claimsRemoved,
      listsLeft,
      deliveredKept,
    };
  }

  /** Forgets who was uploaded, and records the removal where the person may still be in a list. */
  #leaveLists(removes: boolean): number {
    const rows = new PostbackRows(this.#database, this.#clock);
    const lists = new AudienceLists(this.#database);
    let left = 0;
    for (const membership of this.#listMemberships()) {
      const [list] = lists.find(membership.list);
      const removal = list && this.#makeRemoval(list, membership);
      if (removal) left++;
      if (!removes) continue;
      this.#memberships.remove(membership);
      if (!removal) continue;
      const outcome = { kind: 'stopped', reason: 'erased' } as const;
      const entry = { postback: removal, attempts: 0 };
      rows.put(entry, { state: 'pending', account: null, outcome });
      this.removals.push(removal.id);
    }
    return left;
  }

  /** The lists that the person was uploaded to. */
  #listMemberships(): Membership[] {
    const names = this.#names();
    const isOurs = ({ member, names: others }: Membership): boolean =>
      names.has(member) || others.some((name) => names.has(name));
    return [...this.#memberships.all()].filter(isOurs);
  }

  #purgeRows(removes: boolean): { pending: number; other: number } {
    const counts = { pending: 0, other: 0 };
    for (const row of this.#database.prepare('SELECT * FROM postback').all()) {
      if (!this.#concerns(readPostback(row))) continue;
      counts[row['state'] === 'pending' ? 'pending' : 'other']++;
      if (removes)
        this.#database.prepare('DELETE FROM postback WHERE id = ?').run(row['id'] as Uint8Array);
    }
    return counts;
  }

  /** Returns how many postbacks were waiting in batches of other processes. */
  #purgeBatches(removes: boolean): number {
    let waiting = 0;
    for (const row of this.#database.prepare(BATCHES).all()) {
      const entries = readEntries(row);
      const rest = entries.filter(({ postback }) => !this.#concerns(postback));
      if (rest.length === entries.length) continue;
      if (row['completed'] === null) waiting += entries.length - rest.length;
      if (!removes) continue;
      const id = row['id'] as number;
      if (rest.length === 0) this.#database.prepare('DELETE FROM batch WHERE id = ?').run(id);
      else
        this.#database
          .prepare('UPDATE batch_payload SET entries = ? WHERE batch = ?')
          .run(packEntries(rest), id);
    }
    return waiting;
  }

  /** Takes the person off delivered postbacks; counts them per network. */
  #anonymise(removes: boolean): Record<string, number> {
    const kept: Record<string, number> = {};
    const update = this.#database.prepare('UPDATE request SET people = ? WHERE id = ?');
    for (const person of this.#persons) {
      const bytes = Buffer.from(person, 'hex');
      const rows = this.#database
        .prepare('SELECT id, network, people, verdicts FROM request WHERE instr(people, ?) > 0')
        .all(bytes);
      for (const row of rows) {
        const network = String(row['network']);
        const { people, delivered } = takeOff(row, bytes);
        kept[network] = (kept[network] ?? 0) + delivered;
        if (removes) update.run(people, row['id'] as number);
      }
    }
    return kept;
  }

  #isFlying(): boolean {
    const rows = this.#database
      .prepare(
        `SELECT f.run, f.network, c.entries FROM batch f JOIN batch_payload c ON c.batch = f.id
           JOIN request r ON r.id = f.request
         WHERE f.completed IS NULL AND r.ended IS NULL`,
      )
      .all();
    const dead = new Set(this.#runs.findDead());
    return rows.some(
      (row) =>
        !dead.has(Number(row['run'])) &&
        readEntries(row).some(({ postback }) => this.#concerns(postback)),
    );
  }

  *#listPostbacks(): Generator<Postback> {
    for (const row of this.#database.prepare('SELECT * FROM postback').iterate()) {
      const postback = readPostback(row);
      if (this.#concerns(postback)) yield postback;
    }
    for (const row of this.#database.prepare(BATCHES).iterate()) {
      for (const { postback } of readEntries(row)) {
        if (this.#concerns(postback)) yield postback;
      }
    }
  }

  #concerns({ person, members = [] }: Postback): boolean {
    return (
      (person !== undefined && this.#persons.has(person)) ||
      members.some((member) => this.#members.has(member))
    );
  }

  #add(member: string): void {
    const person = this.#people.aliases.personOf(member);
    this.#persons.add(person);
    this.#members.add(member);
    for (const other of this.#people.aliases.membersOf(person)) this.#members.add(other);
  }

  #names(): Set<string> {
    return new Set([...this.#members, ...this.#persons]);
  }

  #howMany(table: 'click' | 'once_lock', person: string): number {
    return Number(
      this.#database.prepare(`SELECT count(*) AS n FROM ${table} WHERE person = ?`).get(person)?.[
        'n'
      ],
    );
  }
}

/** The entries of a batch; none where they cannot be read, so that nobody can be found in them. */
function readEntries(row: SqlRow): Entry[] {
  return readUnlessDamaged(() => unpackEntries(row['entries'], row['network'])) ?? [];
}
