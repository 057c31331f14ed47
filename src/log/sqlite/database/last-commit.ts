import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { InternalError } from '../../../errors.js';
import type { CommitNote } from './commit-note.js';
import { commitNotePath, readCommitNote } from './commit-note.js';
import type { Database } from './database.js';
import { IN_MEMORY } from './database.js';

/** Minimum time between two notes of one run, in milliseconds. */
const NOTE_EVERY_MS = 1_000;

/**
 * Remembers outside the database how far it was committed. SQLite takes a database whose
 * write-ahead file was removed for a whole one that ends at the last checkpoint; only a note that
 * is kept elsewhere shows the difference. The note is written after the commit, so that the
 * database never has less than the note says unless commits were lost.
 */
export class LastCommit {
  readonly #database: Database;
  readonly #path: string;
  #log: string | undefined;
  #notedMs = -Infinity;

  /** @param logPath path of the log; the note is in the folder of its runs */
  constructor(database: Database, logPath: string) {
    this.#database = database;
    this.#path = logPath === IN_MEMORY ? '' : commitNotePath(logPath);
  }

  /**
   * Checks that the log has everything that was noted. The note is read first: the log only grows.
   * @throws InternalError `log_damaged` when commits are missing
   */
  check(logPath: string): void {
    const noted = this.#path === '' ? undefined : readCommitNote(this.#path);
    if (noted === undefined) return;
    const found = this.#ask();
    if (noted.log !== found.log || (noted.run <= found.run && noted.request <= found.request))
      return;
    const lost = noted.request - found.request;
    throw new InternalError(
      'log_damaged',
      `The delivery log at ${logPath} has lost its newest ` +
        `rows${lost > 0 ? ` (${lost} requests or more)` : ''}: its write-ahead file ` +
        `${logPath}-wal was removed or damaged, or an older copy was put in its place.`,
      {
        hint:
          'Restore both files. To go on with what the log still holds, so that events of the ' +
          `lost rows may be sent again, remove ${this.#path}.`,
      },
    );
  }

  /**
   * Notes what is committed now, at most once a second, and at the end. A note that cannot be
   * written does no harm.
   */
  note(nowMs: number, isLast: boolean): void {
    if (this.#path === '' || (!isLast && Math.abs(nowMs - this.#notedMs) < NOTE_EVERY_MS)) return;
    this.#notedMs = nowMs;
    const draft = `${this.#path}.new`;
    try {
      const content = this.#ask();
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
      renameSync(draft, this.#path);
    } catch {
      rmSync(draft, { force: true });
    }
  }

  #ask(): CommitNote {
    this.#log ??= hashSalt(this.#database);
    const newest = this.#database
      .prepare('SELECT (SELECT max(id) FROM run) AS run, (SELECT max(id) FROM request) AS request')
      .get();
    return {
      log: this.#log,
      run: Number(newest?.['run'] ?? 0),
      request: Number(newest?.['request'] ?? 0),
    };
  }
}

function hashSalt(database: Database): string {
  const salt = database.prepare("SELECT value FROM meta WHERE name = 'salt'").get()?.['value'];
  return createHash('sha256').update(String(salt)).digest('hex').slice(0, 16);
}
