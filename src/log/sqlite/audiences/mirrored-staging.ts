import { systemRandom } from '../../../random.js';
import type { Membership } from '../../audience-records.js';
import type { MembershipStaging } from '../../membership-staging.js';
import { IN_MEMORY, openDatabase, type Database } from '../database/database.js';
import { prepareSchema } from '../database/schema.js';
import { openStaging } from './membership-stage.js';

/**
 * Opens a stage for a list whose memberships are in another store: they are copied once, when the
 * stage is first used.
 */
export function openMirroredStaging(
  list: string,
  readMemberships: () => AsyncIterable<readonly Membership[]>,
): MembershipStaging {
  let opened: Promise<MembershipStaging> | undefined;
  const open = (): Promise<MembershipStaging> => (opened ??= mirror(list, readMemberships()));
  return {
    add: async (people) => (await open()).add(people),
    addLeavers: async () => (await open()).addLeavers(),
    pages: async function* (onlyTodo) {
      yield* (await open()).pages(onlyTodo);
    },
    note: async (todos) => (await open()).note(todos),
  };
}

async function mirror(
  list: string,
  memberships: AsyncIterable<readonly Membership[]>,
): Promise<MembershipStaging> {
  const database = openDatabase(IN_MEMORY, 'normal');
  // People are staged there as they are: they must not reach a disk.
  database.exec('PRAGMA temp_store = MEMORY');
  prepareSchema(database, IN_MEMORY, systemRandom);
  // A temporary table hides the one of the same name in the database.
  database.exec(
    `CREATE TEMP TABLE membership (
       list TEXT NOT NULL, member TEXT PRIMARY KEY, change TEXT NOT NULL, action TEXT NOT NULL,
         digest TEXT NOT NULL,
       names TEXT NOT NULL, encrypted_id TEXT, confirmed INTEGER NOT NULL, updated INTEGER NOT NULL
     ) WITHOUT ROWID`,
  );
  for await (const page of memberships) database.snapshot(() => copyPage(database, page));
  return openStaging(database, list);
}

function copyPage(database: Database, page: readonly Membership[]): void {
  const put = database.prepare('INSERT INTO temp.membership VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (const membership of page) {
    const {
      list,
      member,
      change,
      action,
      digest,
      names,
      encrypted,
      isConfirmed: isConfirmed,
      updatedMs,
    } = membership;
    put.run(
      list,
      member,
      change,
      action,
      digest,
      names.join(' '),
      encrypted ?? null,
      isConfirmed ? 1 : 0,
      updatedMs,
    );
  }
}
