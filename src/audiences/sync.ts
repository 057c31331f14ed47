import { AUDIENCE_NETWORK } from '../networks/audience-registry.js';
import type { AudienceList, StagedPair } from '../log/audience-records.js';
import type { Delivery } from '../delivery/delivery.js';
import { withDelivery } from '../delivery/delivery.js';
import { askForDecisions } from '../delivery/follow-up.js';
import type { AccountQueue } from '../delivery/account-queue.js';
import type { Report } from '../delivery/report.js';
import type { Summary } from '../delivery/tally.js';
import type { Input } from '../events/input.js';
import { openInput } from '../events/open-inputs.js';
import type { MembershipChange } from '../log/audience-store.js';
import type { Entry } from '../log/entry.js';
import { withLogReader } from '../log/open-log.js';
import type { Postback } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { findAccess } from './access.js';
import { makeChange, makeChangeId } from './change.js';
import { findList, type ListHints } from './lists.js';
import { countRecords, startPlan, type SyncPlan } from './plan.js';
import { SyncPlanner } from './sync-planner.js';

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
  /** Ids of the uploads, for `audiences status`. */
  jobs: string[];
}

/**
 * Brings a list in step with a file of people: the input is read to its end, what is to be done is
 * planned, and each change is delivered as a postback is: recorded, paced, retried, logged, and
 * found again after a crash.
 * @param confirm is shown the plan; nothing is sent unless it resolves to true
 * @throws AuthError without connection or scope; InputError when the input cannot be read, or is
 *   invalid under `strict`; UsageError for a list that is not known; InternalError when the log
 *   cannot be written
 */
export async function syncAudience(
  workspace: Workspace,
  options: SyncOptions,
  confirm: (plan: SyncPlan) => Promise<boolean>,
): Promise<SyncResult> {
  const { report, signal, waits } = options;
  const { connection, api } = await findAccess(workspace);
  const input = await openInput(options.input);
  const list = await findList(workspace, options.list, options);
  const run = {
    networks: [AUDIENCE_NETWORK],
    goals: [],
    command: 'audiences sync',
    lists: true,
    waits,
  } as const;
  let plan = startPlan(list.id, options.full);
  const summary = await withDelivery(workspace, { ...run, report, signal }, async (delivery) => {
    const { log, deciding, tally } = delivery;
    await log.putAudience(list);
    // Checks the decisions on earlier uploads first, so that people who have arrived do not count
    // as in flight.
    await askForDecisions(deciding);
    const { name, settings, encryptor, clock } = workspace;
    const known = {
      workspace: name,
      settings,
      encryptor,
      store: log,
      list,
      region: connection.region ?? '',
      api,
      tally,
      nowMs: clock.now(),
    };
    const planner = new SyncPlanner({ ...options, ...known, input });
    plan = planner.plan;
    await planner.read((entries) => log.skip(entries));
    if (signal.aborted) return;
    await planner.evaluate();
    if (await confirm(plan)) await new Dispatch(delivery, list, planner).send();
  });
  const jobs = await withLogReader(workspace.logLocation, (reader) =>
    reader.listRequestIds(summary.run),
  );
  return { ...summary, plan, jobs: jobs ?? [] };
}

/** Hands what a planner found to the account queue of lists. */
class Dispatch {
  readonly #delivery: Delivery;
  readonly #list: AudienceList;
  readonly #planner: SyncPlanner;
  readonly #accountQueue: AccountQueue;

  constructor(delivery: Delivery, list: AudienceList, planner: SyncPlanner) {
    this.#delivery = delivery;
    this.#list = list;
    this.#planner = planner;
    // The connection was found before the run began.
    this.#accountQueue = delivery.lists.get(AUDIENCE_NETWORK) as AccountQueue;
  }

  async send(): Promise<void> {
    const { tally, report, signal } = this.#delivery;
    if (countRecords(this.#planner.plan) === 0) return;
    for await (const page of this.#planner.staging.pages(true)) {
      if (signal.aborted || this.#accountQueue.stop) return;
      await this.#sendPage(page);
      report({ type: 'progress', summary: tally.summary });
      await this.#accountQueue.space();
    }
  }

  async #sendPage(page: readonly StagedPair[]): Promise<void> {
    const { log } = this.#delivery;
    const postbacks: Postback[] = [];
    const resumed: string[] = [];
    // Changes are recorded before they are uploaded, so that `resend` finds them after a crash.
    const changes: MembershipChange[] = [];
    for (const pair of page) {
      if (pair.todo === 'resume' && pair.known) {
        resumed.push(this.#planner.idOf(pair.known.change));
        continue;
      }
      const { postback, change } = this.#makeChange(pair);
      postbacks.push(postback);
      changes.push(change);
    }
    await log.recordMemberships(changes);
    for (const postback of postbacks) this.#add({ postback, attempts: 0 });
    const { account } = this.#accountQueue;
    for (const entry of resumed.length === 0
      ? []
      : await log.claim(resumed.map((id) => ({ id, account })))) {
      if (entry === 'other_account') this.#leave();
      else if (entry) this.#add(entry);
      else this.#delivery.tally.skip('duplicate', AUDIENCE_NETWORK, true);
    }
  }

  /** Makes one change in place of an earlier one, which is not sent any more. */
  #makeChange({ staged, known, todo }: StagedPair): {
    postback: Postback;
    change: MembershipChange;
  } {
    const { workspace } = this.#delivery;
    const nowMs = workspace.clock.now();
    const change = todo === 'resend' && known ? known.change : makeChangeId(workspace.random);
    const { member, digest, names, encrypted } = staged;
    const action = staged.action === 'DELETE' ? 'DELETE' : 'CREATE';
    const isReplaced = known !== undefined && known.change !== change;
    return {
      change: {
        membership: { list: this.#list.id, member, change, action, digest, names, encrypted },
        ...(isReplaced && { replaces: this.#planner.idOf(known.change) }),
      },
      postback: makeChange({
        workspace: workspace.name,
        list: this.#list,
        person: staged,
        change,
        nowMs,
      }),
    };
  }

  /** The change was recorded for a list of another account. */
  #leave(): void {
    this.#delivery.tally.plan(AUDIENCE_NETWORK);
    this.#delivery.tally.leaveToOtherAccount(AUDIENCE_NETWORK);
  }

  #add(entry: Entry): void {
    const { tally, inFlight } = this.#delivery;
    tally.plan(AUDIENCE_NETWORK);
    inFlight.add(entry.postback);
    this.#accountQueue.add({
      outgoing: { postback: entry.postback, mapping: this.#list.id },
      entry,
      tries: 0,
    });
  }
}
