import type { StagedPair, StagedPerson } from '../../audience-records.js';
import type { MembershipStaging } from '../../membership-staging.js';
import { answer, toAsync } from '../async-batches.js';
import type { Database, SqlRow } from '../database/database.js';
import { readMembership } from '../../packed/audience-rows.js';

const PAGE = 1_000;

/** Opens an empty stage for the members of a list. */
export function openStaging(database: Database, list: string): MembershipStaging {
  const stage = new MembershipStage(database, list);
  return {
    add: (people) => answer(() => stage.add(people)),
    addLeavers: () => answer(() => stage.addLeavers()),
    pages: (onlyTodo) => toAsync(stage.pages(onlyTodo)),
    note: (todos) => answer(() => stage.note(todos)),
  };
}

/**
 * A file of people as a table of its own, which only this connection sees and which ends with it:
 * so that the last line of a person counts, leavers are found, and memory stays flat whatever the
 * file's size.
 */
class MembershipStage {
  readonly #database: Database;
  readonly #list: string;

  constructor(database: Database, list: string) {
    this.#database = database;
    this.#list = list;
    database.exec('DROP TABLE IF EXISTS temp.stage');
    database.exec(
      `CREATE TEMP TABLE stage (member TEXT PRIMARY KEY, action TEXT NOT NULL, digest TEXT NOT NULL,
         names TEXT NOT NULL, encrypted_id TEXT, content TEXT NOT NULL, todo TEXT) WITHOUT ROWID`,
    );
  }

  /** Takes people; who is there already is replaced: the last line counts. Gives how many were. */
  add(people: readonly StagedPerson[]): number {
    const had = this.#database.prepare('SELECT 1 FROM temp.stage WHERE member = ?');
    const put = this.#database.prepare(
      'INSERT OR REPLACE INTO temp.stage VALUES (?, ?, ?, ?, ?, ?, NULL)',
    );
    return this.#database.snapshot(() => {
      let replaced = 0;
      for (const { member, action, digest, names, encrypted, content } of people) {
        if (had.get(member) !== undefined) replaced++;
        put.run(member, action, digest, names.join(' '), encrypted, content);
      }
      return replaced;
    });
  }

  /** Stages the removal of everybody in the list whom the file does not name. */
  addLeavers(): void {
    this.#database.snapshot(() => {
      this.#database
        .prepare(
          `INSERT INTO temp.stage
           SELECT m.member, 'DELETE', '', m.names, m.encrypted_id, '{"action":"DELETE","pii":{}}',
             NULL FROM membership m
           WHERE m.list = ? AND (m.action = 'CREATE' OR m.confirmed = 0)
             AND NOT EXISTS (SELECT 1 FROM temp.stage s WHERE s.member = m.member)`,
        )
        .run(this.#list);
    });
  }

  /** Every staged person, a page at a time. */
  *pages(onlyTodo = false): Generator<StagedPair[]> {
    let after = '';
    for (;;) {
      const rows = this.#database
        .prepare(
          `SELECT s.member AS s_member, s.action AS s_action, s.digest AS s_digest, s.names
             AS s_names,
             s.encrypted_id AS s_encrypted_id, s.content, s.todo, m.*
           FROM temp.stage s LEFT JOIN membership m ON m.list = ? AND m.member = s.member
           WHERE s.member > ?${onlyTodo ? ' AND s.todo IS NOT NULL' : ''} ORDER BY s.member
             LIMIT ${PAGE}`,
        )
        .all(this.#list, after);
      if (rows.length === 0) return;
      yield rows.map(readPair);
      after = String(rows.at(-1)?.['s_member']);
    }
  }

  /** Notes what is to be done with people. */
  note(todos: readonly (readonly [member: string, todo: string])[]): void {
    if (todos.length === 0) return;
    const update = this.#database.prepare('UPDATE temp.stage SET todo = ? WHERE member = ?');
    this.#database.snapshot(() => {
      for (const [member, todo] of todos) update.run(todo, member);
    });
  }
}

function readPair(row: SqlRow): StagedPair {
  const names = String(row['s_names']);
  return {
    staged: {
      member: String(row['s_member']),
      action: String(row['s_action']) as StagedPerson['action'],
      digest: String(row['s_digest']),
      names: names === '' ? [] : names.split(' '),
      encrypted: String(row['s_encrypted_id'] ?? ''),
      content: String(row['content']),
    },
    known: row['member'] === null ? undefined : readMembership(row),
    todo: row['todo'] === null ? undefined : String(row['todo']),
  };
}
