import type { Settings } from '../config/settings.js';
import type { Report } from '../delivery/report.js';
import type { Tally } from '../delivery/tally.js';
import { InputError } from '../errors.js';
import type { Input } from '../events/input.js';
import { derivePostbackId } from '../identity/postback-id.js';
import type { AudienceList } from '../log/audience-lists.js';
import type { Database } from '../log/database.js';
import type { Standing } from '../log/postback-rows.js';
import type { SkipEntry } from '../log/entry.js';
import { MembershipStage } from '../log/membership-stage.js';
import type { People } from '../log/people.js';
import type { IdVault, Postback } from '../networks/network.js';
import { goalOfList } from './change.js';
import { countPerson, judgePair, startPlan, type PlanRules, type SyncPlan, type Todo } from './plan.js';
import { stageInput, type StagedLines } from './staging.js';

/** What a survey works with: the log of a run, or a look into it that records nothing. */
export interface SurveyParts {
  workspace: string;
  settings: Settings;
  vault: IdVault;
  database: Database;
  people: People;
  standing: (key: Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>) => Standing;
  list: AudienceList;
  /** Of the connection. */
  region: string;
  input: Input;
  /** Who is not in the file leaves. */
  full: boolean;
  /** Who has not changed is uploaded again. */
  refresh: boolean;
  /** One invalid line and nothing is sent. */
  strict: boolean;
  nowMs: number;
  tally: Tally;
  report: Report;
  signal: AbortSignal;
}

/** "Default and maximum ttl is 34300800": of lists whose time to live is not known here. */
const DEFAULT_TTL_SECONDS = 34_300_800;
/** Who has had so much of the time to live is uploaded again, so that nobody drops out between two syncs. */
const REFRESH_AFTER = 0.5;

/** Reads a file of people and finds out what is to be done. Touches neither the network nor what is remembered. */
export class Survey {
  readonly stage: MembershipStage;
  readonly plan: SyncPlan;
  readonly #parts: SurveyParts;
  readonly #goal: string;

  constructor(parts: SurveyParts) {
    this.#parts = parts;
    this.#goal = goalOfList(parts.list.id);
    this.stage = new MembershipStage(parts.database, parts.list.id);
    this.plan = startPlan(parts.list.id, parts.full);
  }

  /**
   * Reads the input to its end.
   * @param note is given what a rule keeps out, a read at a time
   * @throws InputError when it cannot be read, or is invalid under `strict`
   */
  async read(note: (entries: readonly SkipEntry[]) => Promise<void>): Promise<void> {
    const { input, signal, strict, full, tally, report } = this.#parts;
    for await (const staged of stageInput(input, this.#parts, signal)) {
      await note(this.#tell(staged));
      const [first] = staged.invalid;
      if (strict && first) {
        const { field, message } = first.problem;
        throw new InputError('invalid_lines', `${input.name}:${first.line}: ${field} ${message}; --strict is set.`, {
          hint: 'Mend it, or leave --strict out: then the valid lines are sent.',
        });
      }
      // Only in a full sync does an invalid line keep somebody: elsewhere it says nothing.
      const people = full ? staged.people : staged.people.filter(({ action }) => action !== 'KEEP');
      const replaced = this.stage.add(people);
      for (let number = 0; number < replaced; number++) tally.skip('duplicate', 'amazon', true);
      report({ type: 'progress', summary: tally.summary });
    }
  }

  #tell({ people, invalid, skipped, others }: StagedLines): SkipEntry[] {
    const { tally, report, input } = this.#parts;
    const valid = people.filter(({ action }) => action !== 'KEEP').length + skipped.length + others;
    tally.summary.lines += valid + invalid.length;
    tally.summary.events += valid;
    tally.summary.invalid += invalid.length;
    this.plan.invalid += invalid.length;
    this.plan.skipped += skipped.length;
    for (const { line, problem } of invalid) report({ type: 'invalid', input: input.name, text: '', ...problem, line });
    return skipped.map(({ line, member, skip: { reason, message } }): SkipEntry => {
      tally.skip(reason, 'amazon', true);
      const words = `line ${line}: ${message}`;
      const at = { event: 'audience_create', goal: this.#goal, network: 'amazon' } as const;
      const entry: SkipEntry = { eventId: member, ...at, reason, message: words };
      report({ type: 'skip', entry, message: words });
      return entry;
    });
  }

  /** Decides on everybody, page by page; what is to be done is noted in the stage. */
  judge(): void {
    const { full } = this.#parts;
    if (full) this.stage.addLeavers();
    const rules = this.#rules();
    for (const page of this.stage.pages()) {
      const todos: [string, Todo][] = [];
      for (const pair of page) {
        const judged = judgePair(pair, rules);
        if (pair.staged.action !== 'KEEP') this.#count(judged);
        if (judged !== 'unchanged' && judged !== 'underway') todos.push([pair.staged.member, judged]);
      }
      this.stage.note(todos);
    }
  }

  #count(judged: ReturnType<typeof judgePair>): void {
    countPerson(this.plan, judged);
    if (judged === 'unchanged' || judged === 'underway') this.#parts.tally.skip('duplicate', 'amazon', true);
  }

  #rules(): PlanRules {
    const { full, refresh, list, nowMs, standing } = this.#parts;
    const ttlMs = (list.ttlSeconds ?? DEFAULT_TTL_SECONDS) * 1000;
    return {
      full,
      refresh,
      refreshBeforeMs: nowMs - ttlMs * REFRESH_AFTER,
      standing: (change) => standing({ id: this.idOf(change), eventId: change, goal: this.#goal, network: 'amazon' }),
    };
  }

  /** Id of the postback of a change. */
  idOf(change: string): string {
    return derivePostbackId(this.#parts.workspace, 'amazon', this.#goal, change);
  }
}
