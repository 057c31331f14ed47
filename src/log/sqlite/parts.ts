import type { Clock } from '../../clock.js';
import { derivePostbackId } from '../../identity/postback-id.js';
import type { LogOptions } from '../log-options.js';
import type { Run } from '../run.js';
import type { LoggedState } from '../stored-postback.js';
import type { PostbackKey } from '../known-state.js';
import { Memberships } from './audiences/memberships.js';
import type { Database } from './database/database.js';
import { DedupeIndex } from './dedupe/dedupe-index.js';
import { People } from './people/people.js';
import { Obstacles } from './postbacks/obstacles.js';
import { PostbackRows } from './postbacks/postback-rows.js';
import { PostbackTypes } from './postbacks/postback-types.js';
import { Batches } from './requests/batches.js';
import { OtherRuns } from './runs/other-runs.js';
import type { Runs } from './runs/runs.js';

/** What a run writes its requests and rows with. */
export interface SqliteParts {
  database: Database;
  clock: Clock;
  run: Run;
  runs: Runs;
  postbackTypes: PostbackTypes;
  people: People;
  memberships: Memberships;
  rows: PostbackRows;
  dedupe: DedupeIndex;
  batches: Batches;
  others: OtherRuns;
  obstacles: Obstacles;
}

/** Makes the parts of a log that is open, for a run that is registered in it. */
export function makeParts(
  { database, run, runs }: Pick<SqliteParts, 'database' | 'run' | 'runs'>,
  { clock, workspace, keepDelivered }: LogOptions,
): SqliteParts {
  const postbackTypes = new PostbackTypes(database);
  const people = new People(database);
  const memberships = new Memberships(database);
  const rows = new PostbackRows(database, clock);
  const dedupe = new DedupeIndex(database, postbackTypes, (network, goal, eventId) =>
    derivePostbackId(workspace, network, goal, eventId),
  );
  return {
    database,
    clock,
    run,
    runs,
    postbackTypes,
    people,
    memberships,
    rows,
    dedupe,
    batches: new Batches(database, run.id, keepDelivered),
    others: new OtherRuns(database, run.id, dedupe),
    obstacles: new Obstacles({ run: run.id, rows, dedupe, people, memberships }),
  };
}

/** Notices what other processes have written. Call first in a write transaction. */
export function catchUp({ dedupe, rows, people }: SqliteParts): void {
  dedupe.catchUp();
  rows.refresh();
  people.refresh();
}

/** Returns what became of a postback so far. */
export function findState(
  { rows, dedupe }: Pick<SqliteParts, 'rows' | 'dedupe'>,
  key: PostbackKey,
): LoggedState {
  return rows.find(key.id) ?? (dedupe.has(key) ? 'known' : 'unknown');
}
