import type { Delivery } from '../delivery/delivery.js';
import { withDelivery } from '../delivery/delivery.js';
import { askForDecisions } from '../delivery/follow-up.js';
import type { Lane } from '../delivery/lane.js';
import type { Report } from '../delivery/report.js';
import type { Summary } from '../delivery/tally.js';
import type { Input } from '../events/input.js';
import { openInput } from '../events/open-inputs.js';
import { AudienceLists, type AudienceList } from '../log/audience-lists.js';
import type { Entry } from '../log/entry.js';
import { listRequestIds } from '../log/request-ids.js';
import type { StagedPair } from '../log/membership-stage.js';
import type { Postback } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { findAccess } from './access.js';
import { makeChange, makeChangeId } from './change.js';
import { findList, withLists, type ListHints } from './lists.js';
import { countRecords, startPlan, type SyncPlan } from './plan.js';
import { Survey } from './survey.js';

export interface SyncOptions extends ListHints {
  /** Id, external id or name. */
  list: string;
  input: Input;
  /** Makes the list equal to the file: who is not in it leaves. */
  full: boolean;
  /** Uploads again who has not changed. */
  refresh: boolean;
  /** Sends nothing when a line is invalid. */
  strict: boolean;
  /** Waits until Amazon has decided. */
  waits: boolean;
  report: Report;
  signal: AbortSignal;
}

export interface SyncResult extends Summary {
  plan: SyncPlan;
  /** Ids of the uploads, which `audiences status` tells about. */
  jobs: string[];
}

/**
 * Brings a list in step with a file of people: the input is read to its end, what is to be done is planned, and each
 * change is delivered as a postback is: recorded, paced, retried, logged, and found again after a crash.
 * @param confirm is shown the plan; nothing is sent unless it resolves to true
 * @throws AuthError without connection or scope; InputError when the input cannot be read, or is invalid under `strict`;
 *   UsageError for a list that is not known; InternalError when the log cannot be written
 */
export async function syncAudience(
  workspace: Workspace,
  options: SyncOptions,
  confirm: (plan: SyncPlan) => Promise<boolean>,
): Promise<SyncResult> {
  const { report, signal, waits } = options;
  const { connected } = findAccess(workspace);
  const input = await openInput(options.input);
  const list = findList(workspace, options.list, options);
  const region = connected.credentials.connection.region ?? '';
  const run = { networks: ['amazon'], goals: [], command: 'audiences sync', lists: true, waits } as const;
  let plan = startPlan(list.id, options.full);
  const summary = await withDelivery(workspace, { ...run, report, signal }, async (delivery) => {
    const { log, deciding, tally } = delivery;
    await log.write(() => new AudienceLists(log.database).put(list));
    // What earlier runs uploaded is settled first, so that nobody is taken to be on the way who has arrived.
    await askForDecisions(deciding);
    const { name, settings, vault, clock } = workspace;
    const { database, people } = log;
    const known = { workspace: name, settings, vault, database, people, list, region, tally, nowMs: clock.now() };
    const survey = new Survey({ ...options, ...known, input, standing: (key) => log.standing(key) });
    plan = survey.plan;
    await survey.read((entries) => log.skip(entries));
    if (signal.aborted) return;
    survey.judge();
    if (await confirm(plan)) await new Dispatch(delivery, list, survey).send();
  });
  const jobs = withLists(workspace, ({ database }) => listRequestIds(database, summary.run));
  return { ...summary, plan, jobs };
}

/** Hands what a survey found to the lane of lists. */
class Dispatch {
  readonly #delivery: Delivery;
  readonly #list: AudienceList;
  readonly #survey: Survey;
  readonly #lane: Lane;

  constructor(delivery: Delivery, list: AudienceList, survey: Survey) {
    this.#delivery = delivery;
    this.#list = list;
    this.#survey = survey;
    // The connection was found before the run began.
    this.#lane = delivery.lists.get('amazon') as Lane;
  }

  async send(): Promise<void> {
    const { tally, report, signal } = this.#delivery;
    if (countRecords(this.#survey.plan) === 0) return;
    for (const page of this.#survey.stage.pages(true)) {
      if (signal.aborted || this.#lane.stop) return;
      await this.#sendPage(page);
      report({ type: 'progress', summary: tally.summary });
      await this.#lane.space();
    }
  }

  async #sendPage(page: readonly StagedPair[]): Promise<void> {
    const { log } = this.#delivery;
    const postbacks: Postback[] = [];
    const resumed: string[] = [];
    // What the network is to be told is noted before it is told: a crash in between is found by `resend`.
    await log.write(() => {
      for (const pair of page) {
        if (pair.todo === 'resume' && pair.known) resumed.push(this.#survey.idOf(pair.known.change));
        else postbacks.push(this.#note(pair));
      }
    });
    for (const postback of postbacks) this.#add({ postback, attempts: 0 });
    for (const entry of resumed.length === 0 ? [] : await log.claim(resumed, () => this.#lane.account)) {
      if (entry === 'other_account') this.#leave();
      else if (entry) this.#add(entry);
      else this.#delivery.tally.skip('duplicate', 'amazon', true);
    }
  }

  /** Notes one change in place of an earlier one, which is not sent any more. Called inside a write transaction. */
  #note({ staged, known, todo }: StagedPair): Postback {
    const { log, workspace } = this.#delivery;
    const nowMs = workspace.clock.now();
    const change = todo === 'resend' && known ? known.change : makeChangeId(workspace.random);
    if (known && known.change !== change) log.dropWaiting(this.#survey.idOf(known.change));
    const { member, digest, names, sealed } = staged;
    const action = staged.action === 'DELETE' ? 'DELETE' : 'CREATE';
    log.memberships.put({ list: this.#list.id, member, change, action, digest, names, sealed }, nowMs);
    return makeChange({ workspace: workspace.name, list: this.#list, person: staged, change, nowMs });
  }

  /** The change was recorded for a list of another account. */
  #leave(): void {
    this.#delivery.tally.plan();
    this.#delivery.tally.leaveToOtherAccount('amazon');
  }

  #add(entry: Entry): void {
    const { tally, underway } = this.#delivery;
    tally.plan();
    underway.add(entry.postback);
    this.#lane.add({ outgoing: { postback: entry.postback, mapping: this.#list.id }, entry, tries: 0 });
  }
}
