import { existsSync } from 'node:fs';

import { derivePostbackId } from '../identity/postback-id.js';
import type { Postback } from '../networks/network.js';
import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import { systemRandom } from '../random.js';
import { openDatabase } from './database.js';
import type { Database } from './database.js';
import type { Standing } from './delivery-log.js';
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
  readonly #workspace: string;
  readonly people: People;
  #seen: SeenIndex | undefined;

  private constructor(database: Database, workspace: string) {
    this.database = database;
    this.kinds = new Kinds(database);
    this.#rows = new PostbackRows(database, systemClock);
    this.people = new People(database);
    this.#workspace = workspace;
  }

  /** Opens the log if there is one; undefined where nothing was ever sent. @throws as openDatabase. */
  static open(path: string, workspace: string): LogPeek | undefined {
    return existsSync(path) ? LogPeek.make(path, workspace) : undefined;
  }

  /** As open, but makes a log where there is none. @throws as openDatabase. */
  static make(path: string, workspace: string): LogPeek {
    const database = openDatabase(path, 'normal');
    prepareSchema(database, path, systemRandom);
    return new LogPeek(database, workspace);
  }

  /** Makes pending what dead runs left on its way, so that a plan can count it: as every run does when it starts. */
  takeOverDead(clock: Clock): void {
    this.database.transact(() => {
      const dead = new Runs(this.database, clock).findDead();
      if (dead.length > 0) takeOver(this.database, this.#rows, this.#index(), dead, clock);
    });
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
