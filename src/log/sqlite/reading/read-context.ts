import type { Clock } from '../../../clock.js';
import { derivePostbackId } from '../../../identity/postback-id.js';
import type { PostbackKey } from '../../known-state.js';
import type { LoggedState } from '../../stored-postback.js';
import type { Database } from '../database/database.js';
import { DedupeIndex } from '../dedupe/dedupe-index.js';
import { People } from '../people/people.js';
import { PostbackRows } from '../postbacks/postback-rows.js';
import { PostbackTypes } from '../postbacks/postback-types.js';
import { Runs } from '../runs/runs.js';
import { AbandonedWork } from './abandoned-work.js';

export interface ReadParts {
  database: Database;
  path: string;
  workspace: string;
  clock: Clock;
}

/** What the queries of one reader share. The parts that cost are made when first needed. */
export class ReadContext {
  readonly database: Database;
  readonly path: string;
  readonly workspace: string;
  readonly clock: Clock;
  readonly postbackTypes: PostbackTypes;
  readonly people: People;
  readonly runs: Runs;
  readonly #rows: PostbackRows;
  #index: DedupeIndex | undefined;
  #abandoned: AbandonedWork | undefined;

  constructor({ database, path, workspace, clock }: ReadParts) {
    this.database = database;
    this.path = path;
    this.workspace = workspace;
    this.clock = clock;
    this.postbackTypes = new PostbackTypes(database);
    this.people = new People(database);
    this.runs = new Runs(database, path, clock);
    this.#rows = new PostbackRows(database, clock);
  }

  get index(): DedupeIndex {
    this.#index ??= new DedupeIndex(this.database, this.postbackTypes, (network, goal, eventId) =>
      derivePostbackId(this.workspace, network, goal, eventId),
    );
    return this.#index;
  }

  /** What dead runs had left when this was first asked. */
  get abandoned(): AbandonedWork {
    const { database, runs, clock } = this;
    const rows = this.#rows;
    // The index is made only where a batch has to be looked up: it hashes the newest requests.
    const dedupe = {
      has: (key: PostbackKey) => this.index.has(key),
      listPostbacks: (request: number) => this.index.listPostbacks(request),
    };
    this.#abandoned ??= new AbandonedWork({ database, rows, dedupe }, runs, clock.now());
    return this.#abandoned;
  }

  /** What became of a postback. */
  stateOf(key: PostbackKey): LoggedState {
    const found = this.#rows.find(key.id) ?? (this.index.has(key) ? 'known' : 'unknown');
    return this.abandoned.adopt(key.id, found);
  }
}
