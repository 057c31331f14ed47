import { Buffer } from 'node:buffer';

import type { Clock } from '../clock.js';
import { InternalError } from '../errors.js';
import type { Postback } from '../networks/network.js';
import type { Random } from '../random.js';
import type { Database, SqlRow } from './database.js';
import { openDatabase } from './database.js';
import type { Membership } from './memberships.js';
import { Memberships } from './memberships.js';
import { packEntries, unpackEntries } from './packing.js';
import { People } from './people.js';
import { PostbackRows } from './postback-rows.js';
import { rewriteFile } from './rewrite.js';
import { Runs } from './runs.js';
import { prepareSchema } from './schema.js';

const FLIGHTS = 'SELECT f.id, f.network, f.done, c.entries FROM flight f JOIN cargo c ON c.flight = f.id';

/** Who is to be erased: exactly one of them. */
export type Subject = { userId: string } | { anonymousId: string } | { email: string };

/** What an erasure removed, and what networks hold already, in the form of contract.md section 4. */
export interface Receipt {
  receipt: string;
  erasedAt: string;
  /** Names of the person (ids, e-mail) that nothing is reported for any more. */
  suppressed: number;
  pendingPurged: number;
  /** Failed and skipped postbacks that went too. */
  otherPurged: number;
  clicksRemoved: number;
  claimsRemoved: number;
  /** Audience lists that the person is taken out of; the records wait in the queue until they are delivered. */
  listsLeft: number;
  /** Postbacks that networks have, kept here as counts without identity. */
  deliveredKept: Record<string, number>;
  /** Whether the file was written anew, so that free room in it holds nothing of the person either. False in a dry run. */
  rewritten: boolean;
}

/** A request that is under way when somebody is erased ends within this time: it is the longest time-out there is. */
const LANDING_MS = 600_000;
const LOOK_AGAIN_MS = 50;
const PERSON_BYTES = 16;

export interface ErasureParts {
  path: string;
  clock: Clock;
  random: Random;
  /** Finds out what an erasure would do, and changes nothing. */
  dryRun: boolean;
  signal: AbortSignal;
  /** Makes the record that takes somebody out of a list; undefined where nothing is to be sent. */
  makeRemoval: (database: Database, membership: Membership) => Postback | undefined;
}

/**
 * Removes a person from the log, closed over aliases, and suppresses new postbacks. When this resolves no request for
 * the person is under way in any process, and none will leave.
 * @throws InternalError when the log cannot be written, or a request under way does not end
 */
export async function erasePerson(subject: Subject, parts: ErasureParts): Promise<Erased> {
  const database = openDatabase(parts.path, 'full');
  try {
    prepareSchema(database, parts.path, parts.random);
    // What is removed is overwritten at once, also where the file cannot be written anew.
    database.exec('PRAGMA secure_delete = ON');
    const erasure = new Erasure(database, parts);
    erasure.find(subject);
    if (!parts.dryRun) {
      erasure.suppress();
      await erasure.awaitLanding(parts.signal);
    }
    const counts = parts.dryRun ? erasure.rehearse() : erasure.purge();
    const rewritten = !parts.dryRun && rewriteFile(database, parts.path, parts.clock);
    const id = parts.random.bytes(6).toString('hex');
    const erasedAt = new Date(parts.clock.now()).toISOString();
    const receipt = { receipt: parts.dryRun ? 'dry-run' : `erasure-${id}`, erasedAt, ...counts, rewritten };
    return { receipt, removals: erasure.removals };
  } finally {
    database.close();
  }
}

/** An erasure that is done, but for the lists that the person is in. */
export interface Erased {
  receipt: Receipt;
  /** Ids of the postbacks, pending now, that take the person out of lists. */
  removals: readonly string[];
}

type Counts = Omit<Receipt, 'receipt' | 'erasedAt' | 'rewritten'>;

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

  constructor(database: Database, { clock, makeRemoval, path }: Pick<ErasureParts, 'clock' | 'makeRemoval' | 'path'>) {
    this.#runs = new Runs(database, path, clock);
    this.#database = database;
    this.#people = new People(database);
    this.#memberships = new Memberships(database);
    this.#clock = clock;
    this.#makeRemoval = makeRemoval;
  }

  /**
   * Finds every name of the person: by aliases, and by what is on postbacks that are not delivered or still kept. Who has
   * the same e-mail address is the same person.
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

  /** Waits until no request that was recorded before the suppression is under way with the person in it. */
  async awaitLanding(signal: AbortSignal): Promise<void> {
    const untilMs = this.#clock.now() + LANDING_MS;
    while (this.#isFlying()) {
      if (signal.aborted || this.#clock.now() > untilMs) {
        const message = 'A request with the person in it is still under way; new ones are stopped.';
        throw new InternalError('erasure_unfinished', message, { hint: 'Run the same command again.' });
      }
      await this.#clock.sleep(LOOK_AGAIN_MS);
    }
  }

  purge(): Counts {
    return this.#database.transact(() => this.#count(true));
  }

  rehearse(): Counts {
    return this.#count(false);
  }

  #count(removes: boolean): Counts {
    const { pending, other } = this.#purgeRows(removes);
    const listsLeft = this.#leaveLists(removes);
    const held = this.#purgeFlights(removes);
    const deliveredKept = this.#anonymise(removes);
    let clicksRemoved = 0;
    let claimsRemoved = 0;
    for (const person of this.#persons) {
      clicksRemoved += removes ? this.#people.clicks.forget(person) : this.#howMany('click', person);
      claimsRemoved += removes ? this.#people.claims.forget(person) : this.#howMany('claim', person);
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
    let left = 0;
    for (const membership of this.#listMemberships()) {
      const removal = this.#makeRemoval(this.#database, membership);
      if (removal) left++;
      if (!removes) continue;
      this.#memberships.remove(membership);
      if (!removal) continue;
      rows.put({ postback: removal, attempts: 0 }, 'pending', null, { kind: 'stopped', reason: 'erased' });
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
    for (const row of this.#database.prepare('SELECT id, state, person, data FROM postback').all()) {
      if (!this.#concerns(JSON.parse(String(row['data'])) as Postback)) continue;
      counts[row['state'] === 'pending' ? 'pending' : 'other']++;
      if (removes) this.#database.prepare('DELETE FROM postback WHERE id = ?').run(row['id'] as Uint8Array);
    }
    return counts;
  }

  /** Returns how many postbacks were waiting in flights of other processes. */
  #purgeFlights(removes: boolean): number {
    let waiting = 0;
    for (const row of this.#database.prepare(FLIGHTS).all()) {
      const entries = unpackEntries(row['entries'], row['network']);
      const rest = entries.filter(({ postback }) => !this.#concerns(postback));
      if (rest.length === entries.length) continue;
      if (row['done'] === null) waiting += entries.length - rest.length;
      if (!removes) continue;
      const id = row['id'] as number;
      if (rest.length === 0) this.#database.prepare('DELETE FROM flight WHERE id = ?').run(id);
      else this.#database.prepare('UPDATE cargo SET entries = ? WHERE flight = ?').run(packEntries(rest), id);
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
        `SELECT f.run, f.network, c.entries FROM flight f JOIN cargo c ON c.flight = f.id JOIN request r ON r.id = f.request
         WHERE f.done IS NULL AND r.ended IS NULL`,
      )
      .all();
    const dead = new Set(this.#runs.findDead());
    return rows.some(
      (row) =>
        !dead.has(Number(row['run'])) &&
        unpackEntries(row['entries'], row['network']).some(({ postback }) => this.#concerns(postback)),
    );
  }

  *#listPostbacks(): Generator<Postback> {
    for (const row of this.#database.prepare('SELECT data FROM postback').iterate()) {
      const postback = JSON.parse(String(row['data'])) as Postback;
      if (this.#concerns(postback)) yield postback;
    }
    for (const row of this.#database.prepare(FLIGHTS).iterate()) {
      for (const { postback } of unpackEntries(row['entries'], row['network'])) {
        if (this.#concerns(postback)) yield postback;
      }
    }
  }

  #concerns({ person, members = [] }: Postback): boolean {
    return (person !== undefined && this.#persons.has(person)) || members.some((member) => this.#members.has(member));
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

  #howMany(table: 'click' | 'claim', person: string): number {
    return Number(this.#database.prepare(`SELECT count(*) AS n FROM ${table} WHERE person = ?`).get(person)?.['n']);
  }
}

/** The people of a request without one of them, and how many of that one's postbacks were delivered. */
function takeOff(row: SqlRow, person: Buffer): { people: Buffer; delivered: number } {
  const people = Buffer.from(row['people'] as Uint8Array);
  const verdicts = row['verdicts'] === null ? undefined : String(row['verdicts']);
  let delivered = 0;
  for (let at = 0; at < people.length; at += PERSON_BYTES) {
    if (!people.subarray(at, at + PERSON_BYTES).equals(person)) continue;
    if (verdicts === undefined || verdicts[at / PERSON_BYTES] === 's') delivered++;
    people.fill(0, at, at + PERSON_BYTES);
  }
  return { people, delivered };
}
