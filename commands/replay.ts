import { toEventId } from '../src/events/event-id.js';
import type { Update } from '../src/delivery/report.js';
import { rehearseReplay, runReplay } from '../src/delivery/replay.js';
import { planReplay, type PlannedReplay, type ReplaySelection } from '../src/delivery/replay-plan.js';
import { accountsOf, setStage, type Stage } from '../src/delivery/stage.js';
import type { Summary } from '../src/delivery/tally.js';
import type { Connected } from '../src/accounts/connections.js';
import { UsageError } from '../src/errors.js';
import { listStandingRefusals } from '../src/overview/standing-refusals.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import type { Workspace } from '../src/workspace.js';
import { checkFilterValues } from './_face/filter-values.js';
import { DeliveryCommand } from './_face/delivery-command.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { defineFlags, integer, list, moment, toggle } from './_face/flags.js';
import { readHttpStatus } from './_face/log-view.js';
import type { PlannedRequests } from './_face/planned-requests.js';
import { confirmOrYes } from './_face/prompts.js';
import { RejectsFile } from './_face/rejects.js';
import { printReplayPlan } from './_face/replay-view.js';
import { endRun } from './_face/run-end.js';
import { runFlags } from './_face/run-flags.js';
import { printNextSteps, printSummary, RunView } from './_face/run-view.js';

const STATES = ['pending', 'failed', 'delivered', 'skipped'] as const;
const DAY_MS = 86_400_000;
const DEFAULT_LIMIT = 100;

export default class Replay extends DeliveryCommand<typeof Replay> {
  static override summary = 'deliver again out of the log';
  static override description =
    'Sends again what failed in the last 24 hours and what is pending, however old: at most 100, oldest first. Shows the ' +
    "plan, then asks. Dedupe ids stay what they were, so a second delivery is harmless within the network's window. " +
    'What was recorded for another account is left alone without --account-changed.';
  static override examples = [
    '<%= config.bin %> replay --dry-run',
    '<%= config.bin %> replay --state pending --all --yes',
    '<%= config.bin %> replay --state failed --reason FIELD_VALUE_IS_INVALID --since 7d',
    '<%= config.bin %> replay --event-id 7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10 --state delivered --force',
  ];
  static override flags = defineFlags({
    state: list({ summary: 'postbacks in these states', choices: STATES, helpValue: STATES.join('|') }),
    since: moment({ summary: 'changed since: 1h, 24h, 7d ago or ISO 8601 (default: 24h for what failed)' }),
    until: moment({ summary: 'changed until' }),
    'event-id': list({ summary: 'only these events', helpValue: 'ID', whole: true }),
    http: list({ summary: 'last answered with these HTTP statuses', helpValue: 'STATUS' }),
    reason: list({ summary: 'only with these reasons', helpValue: 'REASON' }),
    limit: integer({ summary: 'at most this many, the oldest first (default: 100)', min: 1 }),
    all: toggle({ summary: 'no limit, and from whenever it was', exclusive: ['limit'] }),
    force: toggle({ summary: 'also what was delivered, or could be counted twice' }),
    'account-changed': toggle({ summary: 'also what was recorded for another account than the connected one' }),
    yes: toggle({ char: 'y', summary: 'do not ask' }),
    ...runFlags,
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const selection = this.#readSelection();
    return this.withWorkspace(async (workspace) => {
      const { goal: wanted, reason } = this.flags;
      await checkFilterValues(workspace.config, this.environment.directories, { goal: wanted, reason });
      // A goal that was removed has postbacks still.
      const goals = (wanted ?? []).filter((id) => workspace.goals.some((known) => known.id === id));
      const stage = setStage(workspace, { networks: selection.networks ?? [], goals });
      const view = new RunView(this.io);
      view.showTarget({ workspace: workspace.name, accounts: accountsOf(stage) });
      const planned = planReplay(workspace, stage, selection);
      const requests = this.openRequests([]);
      if (requests) await this.#showDryRun(workspace, stage, planned, requests);
      await this.#remindOfRefusals(workspace, planned, stage.open);
      if (requests) return EXIT.done;
      if (planned.candidates.length > 0 && !(await this.#confirm(planned))) return EXIT.done;
      return this.#send(workspace, planned, view);
    });
  }

  /** Says what the networks of a plan refused last: sending again helps only once that is fixed. */
  async #remindOfRefusals(workspace: Workspace, { plan }: PlannedReplay, open: readonly Connected[]): Promise<void> {
    const planned = open.filter(({ credentials }) => credentials.connection.network in plan.networks);
    if (planned.length === 0) return;
    for (const { problem, action } of listStandingRefusals(workspace, planned)) {
      await this.io.remark(`Last time: ${problem} ${action}`);
    }
  }

  async #showDryRun(
    workspace: Workspace,
    stage: Stage,
    { plan, candidates }: PlannedReplay,
    requests: PlannedRequests,
  ): Promise<void> {
    try {
      const planned = rehearseReplay(workspace, stage, candidates, requests);
      await this.present({ ...planned, requests: requests.shown, plan }, async () => {
        await printReplayPlan(this.io, plan);
        await requests.print(this.io, this.flags.requests);
      });
    } finally {
      requests.close();
    }
  }

  async #confirm({ plan }: PlannedReplay): Promise<boolean> {
    if (!this.io.json) await printReplayPlan(this.io, plan);
    const question = `Send ${plan.toSend} postbacks again?`;
    return confirmOrYes(this.prompting, { question, yes: this.flags.yes });
  }

  async #send(workspace: Workspace, { plan, candidates }: PlannedReplay, view: RunView): Promise<ExitCode> {
    const rejects = new RejectsFile(this.flags.rejects, this.protectedFiles([]));
    const report = (update: Update): void => {
      if (update.type === 'progress') view.progress(update.summary, Date.now());
      else view.show(update);
      rejects.note(update);
    };
    const selection = { networks: (this.flags.network ?? []).map(readNetworkName), goals: this.flags.goal ?? [] };
    try {
      const delivered = await runReplay(
        workspace,
        {
          ...selection,
          accountChanged: this.flags['account-changed'],
          waits: this.flags.wait,
          report,
          signal: this.signal,
        },
        candidates,
      );
      const { otherAccount } = plan;
      const summary = otherAccount === undefined ? delivered : { ...delivered, otherAccount };
      view.clear();
      await this.present({ ...summary, plan }, () => this.#tell(summary, plan));
      return await endRun(this.io, summary);
    } finally {
      view.clear();
      rejects.close();
    }
  }

  async #tell(summary: Summary, plan: PlannedReplay['plan']): Promise<void> {
    if (summary.postbacks === 0) {
      await printReplayPlan(this.io, plan);
      return;
    }
    await printSummary(this.io, summary);
    await printNextSteps(this.io, summary, this.signal.aborted);
  }

  #readSelection(): ReplaySelection {
    const { state, network, goal, http, reason, all, force, limit } = this.flags;
    const eventIds = (this.flags['event-id'] ?? []).map(toEventId);
    const fallback = eventIds.length > 0 ? STATES : (['failed', 'pending'] as const);
    const states = (state ?? fallback) as ReplaySelection['states'];
    if (state?.includes('delivered') && !force) {
      throw new UsageError('force_needed', 'What was delivered is not sent again without --force.', {
        hint: 'The network could count it twice. With --force it goes out with the same dedupe id as before.',
      });
    }
    return {
      ...this.#readTimes(),
      states,
      force,
      accountChanged: this.flags['account-changed'],
      limit: all ? Infinity : (limit ?? DEFAULT_LIMIT),
      networks: (network ?? []).map(readNetworkName),
      goals: goal ?? [],
      eventIds,
      https: (http ?? []).map(readHttpStatus),
      reasons: reason ?? [],
    };
  }

  /** What failed in the last 24 hours and what is pending of any age, unless something else was asked for. */
  #readTimes(): Pick<ReplaySelection, 'sinceMs' | 'settledSinceMs' | 'untilMs'> {
    const { since, until, all, 'event-id': eventIds = [] } = this.flags;
    const isWide = since !== undefined || all || eventIds.length > 0;
    return {
      ...(since === undefined ? {} : { sinceMs: since }),
      ...(isWide ? {} : { settledSinceMs: Date.now() - DAY_MS }),
      ...(until === undefined ? {} : { untilMs: until }),
    };
  }
}
