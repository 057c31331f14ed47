import type { Clock } from '../../../clock.js';
import { derivePostbackId } from '../../../identity/postback-id.js';
import type { MemberKeys } from '../../../people/member.js';
import type { LoggedState, StoredPostback } from '../../stored-postback.js';
import type { PgDatabase, PgSession } from '../connection/pg-database.js';
import { readMemberKeys } from '../people/keys.js';
import { findStates } from '../postbacks/states.js';
import { PgPostbackTypes } from '../requests/postback-types.js';
import { findDeadRuns } from '../runs/registry.js';
import { listAbandoned } from '../runs/recovery.js';

/**
 * What dead runs left unfinished, as a recovery would record it. A reader lays it over what the log
 * has, so that its answers are those of the next run.
 */
export interface PgAbandonedWork {
  /** Numbers of the dead runs. */
  runs: ReadonlySet<number>;
  /** Pending postbacks that have no row yet, or another one, by id. */
  postbacks: ReadonlyMap<string, StoredPostback>;
}

/** What the queries of one reader share. */
export class PgReadContext {
  readonly database: PgDatabase;
  readonly workspace: string;
  readonly clock: Clock;
  readonly keys: MemberKeys;
  readonly types: PgPostbackTypes;
  readonly #runNames = new Map<number, string>();
  #abandoned: Promise<PgAbandonedWork> | undefined;

  constructor(database: PgDatabase, keys: MemberKeys, workspace: string, clock: Clock) {
    this.database = database;
    this.keys = keys;
    this.workspace = workspace;
    this.clock = clock;
    this.types = new PgPostbackTypes(database);
  }

  static async open(database: PgDatabase, workspace: string, clock: Clock): Promise<PgReadContext> {
    return new PgReadContext(database, await readMemberKeys(database), workspace, clock);
  }

  /** What dead runs had left when this was first asked. */
  abandoned(): Promise<PgAbandonedWork> {
    return (this.#abandoned ??= this.#readAbandoned());
  }

  /** Returns a function that answers what became of postbacks. */
  async statesOf(
    ids: readonly string[],
    session: PgSession = this.database,
  ): Promise<(id: string) => LoggedState> {
    const { postbacks, runs } = await this.abandoned();
    const stateOf = await findStates(session, ids, 0);
    return (id) => {
      const left = postbacks.get(id);
      if (left) return left;
      const { state } = stateOf(id);
      if (typeof state === 'string' || state.run === undefined || !runs.has(state.run))
        return state;
      return { ...state, run: undefined };
    };
  }

  /** The id of a postback of this workspace. */
  idOf(network: string, goal: string, eventId: string): string {
    return derivePostbackId(this.workspace, network, goal, eventId);
  }

  /** Reads the names of runs, so that {@link runName} knows them. */
  async loadRunNames(session: PgSession, runs: Iterable<number>): Promise<void> {
    const missing = [...new Set(runs)].filter((run) => !this.#runNames.has(run));
    if (missing.length === 0) return;
    const rows = await session.rows('SELECT id, name FROM @run WHERE id = ANY($1::int[])', [
      missing,
    ]);
    for (const { id, name } of rows) this.#runNames.set(Number(id), String(name));
  }

  runName(run: number): string {
    return this.#runNames.get(run) ?? '';
  }

  async #readAbandoned(): Promise<PgAbandonedWork> {
    const nowMs = this.clock.now();
    return this.database.use(async (session) => {
      const runs = new Set(await findDeadRuns(session));
      const postbacks = new Map<string, StoredPostback>();
      for (const run of runs) {
        for (const { entries, account, outcome } of await listAbandoned(
          session,
          run,
          this.workspace,
        )) {
          const { kind, reason, message } = outcome;
          const why = { kind, reason, message, http: undefined, request: undefined };
          for (const { postback, attempts } of entries) {
            const stored = {
              state: 'pending',
              postback,
              account,
              attempts,
              run: undefined,
            } as const;
            postbacks.set(postback.id, { ...stored, ...why, updatedMs: nowMs });
          }
        }
      }
      return { runs, postbacks };
    });
  }
}
