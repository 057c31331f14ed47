import { existsSync } from 'node:fs';

import { derivePostbackId } from '../identity/postback-id.js';
import type { Postback } from '../networks/network.js';
import { systemClock } from '../clock.js';
import { systemRandom } from '../random.js';
import { openDatabase } from './database.js';
import type { Database } from './database.js';
import type { Standing } from './delivery-log.js';
import { Kinds } from './kinds.js';
import { People } from './people.js';
import { PostbackRows } from './postback-rows.js';
import { prepareSchema } from './schema.js';
import { SeenIndex } from './seen-index.js';

type PostbackKey = Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>;

/** A look into the log that changes nothing in it: for `--dry-run` and the queries. */
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

  /** What became of this postback so far. */
  standing(key: PostbackKey): Standing {
    return this.#rows.find(key.id) ?? (this.#index().has(key) ? 'known' : 'unknown');
  }

  /** When this postback was part of a request for the first time, in milliseconds since the epoch. */
  firstAttemptMs(key: PostbackKey): number | undefined {
    return this.#index().firstAttemptMs(key);
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
