import type { Click, ConversionEvent } from '../../../events/conversion-event.js';
import type { MemberKeys } from '../../../people/member.js';
import { systemRandom } from '../../../random.js';
import type { OnceLock } from '../../once-lock.js';
import { IN_MEMORY, openDatabase, type Database } from '../database/database.js';
import { prepareSchema } from '../database/schema.js';
import { openDryRunPeople } from './known-people.js';
import { People } from './people.js';
import type { DryRunPeople } from '../../known-people.js';

/** Members that are remembered before the copy is emptied and filled again as needed. */
const MOST_MEMBERS = 50_000;

/** What another store knows of some people, all their names included. */
export interface PeopleCopy {
  aliases: readonly (readonly [member: string, person: string])[];
  clicks: readonly { person: string; atMs: number; fields: Click['fields'] }[];
  locks: readonly OnceLock[];
  /** Names that were erased. */
  suppressed: readonly string[];
}

/** People of a dry run on top of a log that is in another store. */
export interface MirroredPeople {
  readonly known: DryRunPeople;
  /** Copies what the log knows of the people in some events. */
  load(events: readonly ConversionEvent[]): Promise<void>;
  /** Copies what the log knows of members. */
  loadMembers(members: readonly string[]): Promise<void>;
  /** Remembers what events say of people, in this memory only. */
  remember(events: readonly ConversionEvent[]): void;
  /** Empties the copy, because the log has changed. */
  forget(): void;
  close(): void;
}

/**
 * Opens an empty copy.
 * @param keys keys of the log
 * @param read reads what the log knows of members and everything that they are joined with
 */
export function openMirroredPeople(
  keys: MemberKeys,
  read: (members: readonly string[]) => Promise<PeopleCopy>,
): MirroredPeople {
  const database = openDatabase(IN_MEMORY, 'normal');
  prepareSchema(database, IN_MEMORY, systemRandom);
  const copy = new People(database, keys);
  const known = openDryRunPeople(copy);
  const loaded = new Set<string>();
  const forget = (): void => {
    loaded.clear();
    for (const table of ['alias', 'click', 'once_lock', 'suppression'])
      database.exec(`DELETE FROM ${table}`);
    refresh(copy);
  };
  const loadMembers = async (members: readonly string[]): Promise<void> => {
    if (loaded.size > MOST_MEMBERS) forget();
    // A name that one side knows may lead to others on the other side.
    for (;;) {
      const missing = [...known.joinedWith(members)].filter((member) => !loaded.has(member));
      if (missing.length === 0) return;
      for (const member of missing) loaded.add(member);
      put(database, copy, await read(missing));
    }
  };
  return {
    known,
    load: (events) => loadMembers([...new Set(events.flatMap((event) => copy.membersOf(event)))]),
    loadMembers,
    remember: (events) => known.remember(events),
    forget,
    close: () => {
      known.close();
      database.close();
    },
  };
}

function put(
  database: Database,
  copy: People,
  { aliases, clicks, locks, suppressed }: PeopleCopy,
): void {
  database.transact(() => {
    const alias = database.prepare('INSERT OR REPLACE INTO alias VALUES (?, ?)');
    for (const [member, person] of aliases) alias.run(member, person);
    for (const { person, atMs, fields } of clicks) copy.clicks.note(person, atMs, fields);
    for (const lock of locks) copy.onceLocks.take(lock);
    copy.suppressions.add(suppressed, 0);
  });
  refresh(copy);
}

function refresh(copy: People): void {
  copy.aliases.refresh();
  copy.clicks.refresh();
  copy.suppressions.refresh();
}
