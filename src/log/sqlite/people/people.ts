import { carriesClick } from '../../../attribution/click-carriers.js';
import type { Click, ConversionEvent } from '../../../events/conversion-event.js';
import { MemberKeys } from '../../../people/member.js';
import { InternalError } from '../../../errors.js';
import type { Random } from '../../../random.js';
import { Aliases } from './aliases.js';
import { OnceLocks, type OnceLock } from './once-locks.js';
import { ClickLedger } from './click-ledger.js';
import type { Database } from '../database/database.js';
import { readDataVersion } from '../database/database.js';
import { Suppressions } from './suppressions.js';

/**
 * What the log remembers of people, by salted hashes: who is who, their clicks, their slots, who
 * was erased.
 */
export class People {
  readonly keys: MemberKeys;
  readonly aliases: Aliases;
  readonly clicks: ClickLedger;
  readonly onceLocks: OnceLocks;
  readonly suppressions: Suppressions;
  readonly #database: Database;
  #version: number;

  /** @param keys those of another log, whose people this one adds to */
  constructor(database: Database, keys?: MemberKeys) {
    this.#database = database;
    this.keys = keys ?? new MemberKeys(readSalt(database));
    this.aliases = new Aliases(database);
    this.clicks = new ClickLedger(database);
    this.onceLocks = new OnceLocks(database);
    this.suppressions = new Suppressions(database);
    this.#version = readDataVersion(database);
  }

  /** Forgets what is remembered in memory when another process has written since. Costs little. */
  refresh(): void {
    const version = readDataVersion(this.#database);
    if (version === this.#version) return;
    this.#version = version;
    this.aliases.refresh();
    this.clicks.refresh();
    this.suppressions.refresh();
  }

  /**
   * The player: the user id if known, else the anonymous id, joined by alias messages. Undefined
   * where there is none.
   */
  playerOf({ userId, anonymousId }: ConversionEvent): string | undefined {
    const id = userId ?? anonymousId;
    return id === undefined ? undefined : this.aliases.personOf(this.keys.ofId(id));
  }

  /** The last paid click of the player within `windowMs` before the event. */
  findClick(event: ConversionEvent, windowMs: number): Click | undefined {
    return this.clicks.findLast(this.#personsOf(event), event.timeMs - windowMs, event.timeMs);
  }

  /** Whether the player was erased, by any of the ids on the event or joined with them. */
  isSuppressed(event: ConversionEvent): boolean {
    return !this.suppressions.isEmpty && this.suppressions.has(this.#namesOf(event));
  }

  /** Whether somebody who is known by these keys was erased. */
  areSuppressed(members: readonly string[]): boolean {
    const { suppressions, aliases } = this;
    return (
      suppressions.has(members) ||
      suppressions.has(members.map((member) => aliases.personOf(member)))
    );
  }

  /** The keys of everything on the event that names the player. */
  membersOf(event: ConversionEvent): string[] {
    const members: string[] = [];
    const { userId, anonymousId } = event;
    if (userId !== undefined) members.push(this.keys.ofId(userId));
    if (anonymousId !== undefined) members.push(this.keys.ofId(anonymousId));
    const { plain, hashed } = event.identifiers;
    if (plain.email !== undefined) members.push(this.keys.ofEmail(plain.email));
    if (hashed.email !== undefined) members.push(this.keys.ofEmailHash(hashed.email));
    return members;
  }

  /**
   * Remembers what events say of people: who is who, then which paid clicks brought them. Call
   * inside a write transaction.
   */
  note(events: readonly ConversionEvent[]): void {
    for (const event of events) this.noteIdentity(event);
    for (const event of events) if (carriesClick(event)) this.noteClick(event);
  }

  /** Joins the ids of alias and identify messages. Call inside a write transaction. */
  noteIdentity({ type, alias, userId, anonymousId }: ConversionEvent): void {
    const join = (one: string, two: string): void =>
      this.aliases.join(this.keys.ofId(one), this.keys.ofId(two));
    if (alias) join(alias.from, alias.to);
    else if (type === 'identify' && userId !== undefined && anonymousId !== undefined)
      join(userId, anonymousId);
  }

  /**
   * Remembers a paid click of the person that the event is about. Call inside a write transaction.
   */
  noteClick(event: ConversionEvent): void {
    for (const person of this.#personsOf(event)) {
      this.clicks.note(person, event.click.timeMs ?? event.timeMs, event.click.fields);
    }
  }

  /**
   * Takes a once-per-player lock. A player who was joined with another since is found under the
   * name that counts now. Call {@link refresh} before, inside a write transaction.
   * @returns false when another postback has it
   */
  takeLock(lock: OnceLock): boolean {
    return this.onceLocks.take(this.#underName(lock));
  }

  /**
   * Releases a once-per-player lock, where this postback has it. Call inside a write transaction.
   */
  releaseLock(lock: OnceLock): void {
    this.refresh();
    this.onceLocks.release(this.#underName(lock));
  }

  #underName(lock: OnceLock): OnceLock {
    const person = this.aliases.personOf(lock.person);
    return person === lock.person ? lock : { ...lock, person };
  }

  #personsOf({ userId, anonymousId }: ConversionEvent): Set<string> {
    const ids = [userId, anonymousId].filter((id) => id !== undefined);
    return new Set(ids.map((id) => this.aliases.personOf(this.keys.ofId(id))));
  }

  *#namesOf(event: ConversionEvent): Generator<string> {
    for (const member of this.membersOf(event)) {
      yield member;
      yield this.aliases.personOf(member);
    }
  }
}

/** Makes the salt of a new log. Call inside the transaction that makes its tables. */
export function makeSalt(database: Database, random: Random): void {
  database.prepare("INSERT INTO meta VALUES ('salt', ?)").run(random.bytes(32).toString('hex'));
}

/**
 * @throws InternalError `log_damaged` when the log has no salt: nobody could be recognised by it.
 */
function readSalt(database: Database): string {
  const salt = database.prepare("SELECT value FROM meta WHERE name = 'salt'").get()?.['value'];
  if (typeof salt === 'string' && salt !== '') return salt;
  throw new InternalError(
    'log_damaged',
    'The delivery log is damaged: it has no salt (meta.salt).',
    {
      hint:
        'People in it can no longer be recognized. Restore a backup of delivery.db, or move ' +
        'the file away to begin a new log, which does not know what was sent before.',
    },
  );
}
