import { AUDIENCE_NETWORK } from '../networks/audience-registry.js';
import type { LoggedState } from '../log/stored-postback.js';
import type { AudienceList, StagedPair } from '../log/audience-records.js';
import type { AudienceStore } from '../log/audience-store.js';
import type { Settings } from '../config/settings.js';
import type { Report } from '../delivery/report.js';
import type { Tally } from '../delivery/tally.js';
import { InputError } from '../errors.js';
import type { Input } from '../events/input.js';
import { derivePostbackId } from '../identity/postback-id.js';
import type { SkipEntry } from '../log/entry.js';
import type { MembershipStaging } from '../log/membership-staging.js';
import type { AudienceApi } from '../networks/audience-network.js';
import type { IdEncryptor } from '../networks/network.js';
import { goalOfList } from './change.js';
import {
  countPerson,
  evaluatePair,
  startPlan,
  type PlanRules,
  type SyncPlan,
  type Todo,
} from './plan.js';
import { stageInput, type StagedLines } from './staging.js';

/** Inputs of a planner: the log of a run, or a read-only view of it. */
export interface SyncPlannerParts {
  workspace: string;
  settings: Settings;
  encryptor: IdEncryptor;
  api: Pick<AudienceApi, 'prepare'>;
  store: AudienceStore;
  list: AudienceList;
  /** Of the connection. */
  region: string;
  input: Input;
  /** Remove people who are not in the file. */
  full: boolean;
  /** Upload unchanged people again. */
  refresh: boolean;
  /** Send nothing if a line is invalid. */
  strict: boolean;
  nowMs: number;
  tally: Tally;
  report: Report;
  signal: AbortSignal;
}

/**
 * "Default and maximum ttl is 34300800": time to live in seconds if that of the list is unknown.
 */
const DEFAULT_TTL_SECONDS = 34_300_800;
/**
 * Share of the time to live after which a person is uploaded again, so that nobody expires between
 * two syncs.
 */
const REFRESH_AFTER = 0.5;

/**
 * Reads a file of people and plans the changes. Does not use the network or change stored
 * memberships.
 */
export class SyncPlanner {
  readonly staging: MembershipStaging;
  readonly plan: SyncPlan;
  readonly #parts: SyncPlannerParts;
  readonly #goal: string;

  constructor(parts: SyncPlannerParts) {
    this.#parts = parts;
    this.#goal = goalOfList(parts.list.id);
    this.staging = parts.store.stageMemberships(parts.list.id);
    this.plan = startPlan(parts.list.id, parts.full);
  }

  /**
   * Reads the input to its end.
   * @param note receives the skipped people of each read
   * @throws InputError if the input cannot be read, or is invalid under `strict`
   */
  async read(note: (entries: readonly SkipEntry[]) => Promise<void>): Promise<void> {
    const { input, signal, strict, full, tally, report } = this.#parts;
    for await (const staged of stageInput(input, this.#parts, signal)) {
      await note(this.#listSkips(staged));
      const [first] = staged.invalid;
      if (strict && first) {
        const { field, message } = first.problem;
        throw new InputError(
          'invalid_lines',
          `${input.name}:${first.line}: ${field} ${message} (with --strict).`,
          {
            hint: 'Fix the line, or omit --strict to send the valid lines.',
          },
        );
      }
      // An invalid line keeps its person in the list only in a full sync. Otherwise it has no
      // effect.
      const people = full ? staged.people : staged.people.filter(({ action }) => action !== 'KEEP');
      const replaced = await this.staging.add(people);
      for (let number = 0; number < replaced; number++)
        tally.skip('duplicate', AUDIENCE_NETWORK, true);
      report({ type: 'progress', summary: tally.summary });
    }
  }

  #listSkips({ people, invalid, skipped, others }: StagedLines): SkipEntry[] {
    const { tally, report, input } = this.#parts;
    const valid = people.filter(({ action }) => action !== 'KEEP').length + skipped.length + others;
    tally.summary.lines += valid + invalid.length;
    tally.summary.events += valid;
    tally.summary.invalid += invalid.length;
    this.plan.invalid += invalid.length;
    this.plan.skipped += skipped.length;
    for (const { line, problem } of invalid)
      report({ type: 'invalid', input: input.name, text: '', ...problem, line });
    return skipped.map(({ line, member, skip: { reason, message } }): SkipEntry => {
      tally.skip(reason, AUDIENCE_NETWORK, true);
      const words = `line ${line}: ${message}`;
      const list = this.#parts.list.id;
      const at = {
        event: 'audience_create',
        goal: this.#goal,
        network: AUDIENCE_NETWORK,
        list,
      } as const;
      const entry: SkipEntry = { eventId: member, ...at, reason, message: words };
      report({ type: 'skip', entry, message: words });
      return entry;
    });
  }

  /** Decides the action for each person, page by page, and stores it in the stage. */
  async evaluate(): Promise<void> {
    if (this.#parts.full) await this.staging.addLeavers();
    for await (const page of this.staging.pages()) {
      const rules = await this.#readRules(page);
      const todos: [string, Todo][] = [];
      for (const pair of page) {
        const decision = evaluatePair(pair, rules);
        if (pair.staged.action !== 'KEEP') this.#count(decision);
        if (decision !== 'unchanged' && decision !== 'underway')
          todos.push([pair.staged.member, decision]);
      }
      await this.staging.note(todos);
    }
  }

  #count(decision: ReturnType<typeof evaluatePair>): void {
    countPerson(this.plan, decision);
    if (decision === 'unchanged' || decision === 'underway')
      this.#parts.tally.skip('duplicate', AUDIENCE_NETWORK, true);
  }

  /** The rules for a page, with what the log knows of its changes that no network has taken yet. */
  async #readRules(page: readonly StagedPair[]): Promise<PlanRules> {
    const { full, refresh, list, nowMs, store } = this.#parts;
    const ttlMs = (list.ttlSeconds ?? DEFAULT_TTL_SECONDS) * 1000;
    const changes = page.flatMap(({ known }) => (known && !known.isConfirmed ? known.change : []));
    const goal = this.#goal;
    const keys = changes.map((change) => ({
      id: this.idOf(change),
      eventId: change,
      goal,
      network: AUDIENCE_NETWORK,
    }));
    const states = await store.findStates(keys);
    const stateOf = new Map(changes.map((change, index) => [change, states[index]]));
    return {
      full,
      refresh,
      refreshBeforeMs: nowMs - ttlMs * REFRESH_AFTER,
      postbackState: (change): LoggedState => stateOf.get(change) ?? 'unknown',
    };
  }

  /** Id of the postback of a change. */
  idOf(change: string): string {
    return derivePostbackId(this.#parts.workspace, AUDIENCE_NETWORK, this.#goal, change);
  }
}
