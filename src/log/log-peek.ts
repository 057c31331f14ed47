import { existsSync } from 'node:fs';

import { derivePostbackId } from '../identity/postback-id.js';
import type { Postback } from '../networks/network.js';
import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import { systemRandom } from '../random.js';
import { openDatabase, openToRead } from './database.js';
import { isUnwritable } from './database-faults.js';
import type { Database } from './database.js';
import type { Standing } from './postback-rows.js';
import { Kinds } from './kinds.js';
import { People } from './people.js';
import { PostbackRows } from './postback-rows.js';
import { Runs } from './runs.js';
import { prepareSchema } from './schema.js';
import { SeenIndex } from './seen-index.js';
import { takeOver } from './takeover.js';

type PostbackKey = Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>;

/** A look into the log that sends and records nothing: for `--dry-run`, plans and the queries. */
export class LogPeek {
  readonly database: Database;
  readonly kinds: Kinds;
  readonly #rows: PostbackRows;
  readonly #path: string;
  readonly #workspace: string;
  readonly people: People;
  #seen: SeenIndex | undefined;

  private constructor(path: string, workspace: string, database: Database) {
    try {
      prepareSchema(database, path, systemRandom);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#path = path;
    this.database = database;
    this.kinds = new Kinds(database);
    this.#rows = new PostbackRows(database, systemClock);
    this.people = new People(database);
    this.#workspace = workspace;
  }

  /** Opens the log if there is one; undefined where nothing was ever sent. @throws as openDatabase. */
  static open(path: string, workspace: string): LogPeek | undefined {
    return existsSync(path) ? new LogPeek(path, workspace, openToRead(path)) : undefined;
  }

  /** As open, but makes a log where there is none. @throws as openDatabase. */
  static make(path: string, workspace: string): LogPeek {
    return new LogPeek(path, workspace, openDatabase(path, 'normal'));
  }

  /**
   * Makes pending what dead runs left on its way, so that a plan can count it: as every run does when it starts.
   * @returns the dead runs that could not be recovered, because the log can only be read here
   */
  takeOverDead(clock: Clock): readonly number[] {
    const runs = new Runs(this.database, this.#path, clock);
    const found = runs.findDead();
    if (found.length === 0 || this.database.isReadOnly) return found;
    try {
      this.database.transact(() => {
        const dead = runs.findDead();
        if (dead.length > 0) takeOver(this.database, this.#rows, this.#index(), dead, { clock, runs });
      });
      return [];
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      return found;
    }
  }

  /** What became of this postback so far. */
  standing(key: PostbackKey): Standing {
    return this.#rows.find(key.id) ?? (this.#index().has(key) ? 'known' : 'unknown');
  }

  /** When this postback was part of a request for the first time, in milliseconds since the epoch. */
  firstAttemptMs(key: PostbackKey): number | undefined {
    return this.#index().firstAttemptMs(key);
  }

  /** Whether a request before `request` delivered this postback, as far as those are still in the log. */
  wasDelivered(key: PostbackKey, request: number): boolean {
    return this.#index().wasDelivered(key, request);
  }

  #index(): SeenIndex {
    this.#seen ??= new SeenIndex(this.database, this.kinds, (network, goal, eventId) =>
      derivePostbackId(this.#workspace, network, goal, eventId),
    );
    return this.#seen;
  }

  close(): void {
    this.database.close();
  }
}
