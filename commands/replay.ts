import { toEventId } from '../src/events/event-id.js';
import type { Update } from '../src/delivery/report.js';
import type { RequestSink } from '../src/delivery/dry-run.js';
import { dryRunReplay, runReplay } from '../src/delivery/replay.js';
import { DEFAULT_LIMIT, type ReplaySelection } from '../src/delivery/replay-advice.js';
import { planReplay, type PlannedReplay } from '../src/delivery/replay-plan.js';
import { accountsOf, resolveTargets, type RunContext } from '../src/delivery/resolve-targets.js';
import type { Summary } from '../src/delivery/tally.js';
import type { Connected } from '../src/accounts/connections.js';
import { UsageError } from '../src/errors.js';
import { listLastingRefusals } from '../src/status/lasting-refusals.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import type { Workspace } from '../src/workspace.js';
import { checkFilterValues } from '../src/cli/filter-values.js';
import { DeliveryCommand } from '../src/cli/delivery-command.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { defineFlags, integer, list, moment, toggle, yesFlag } from '../src/cli/flags.js';
import { readHttpStatuses } from '../src/cli/log-view.js';
import type { PlannedRequests } from '../src/cli/planned-requests.js';
import { printReplayPlan } from '../src/cli/replay-view.js';
import { endRun } from '../src/cli/run-end.js';
import { runFlags } from '../src/cli/run-flags.js';
import { printNextSteps, RunView } from '../src/cli/run-view.js';
import { printSummary } from '../src/cli/summary-view.js';

const STATES = ['pending', 'failed', 'delivered', 'skipped'] as const;
const DAY_MS = 86_400_000;

// The log holds events that were read and checked already.
const { format: _format, strict: _strict, ...logRunFlags } = runFlags;

/** Takes no request: only the numbers of a dry run are shown. */
const NO_REQUESTS: RequestSink = { wants: () => false, take: () => undefined };

export default class Replay extends DeliveryCommand<typeof Replay> {
  static override summary = 'send postbacks from the log again';
  static override description =
    'Sends postbacks that failed in the last 24 hours or are pending, at most 100, oldest first. ' +
    'Shows the plan, then asks. Dedupe ids do not change, so the network counts nothing twice ' +
    'within its window.';
  static override examples = [
    '<%= config.bin %> replay --dry-run',
    '<%= config.bin %> replay --state pending --all --yes',
    '<%= config.bin %> replay --state failed --reason FIELD_VALUE_IS_INVALID --since 7d',
    '<%= config.bin %> replay --event-id 7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10 --state ' +
      'delivered --force',
  ];
  static override flags = defineFlags({
    state: list({
      summary: `only these states: ${STATES.join(', ')} (default: failed, pending)`,
      choices: STATES,
      helpValue: 'STATE',
    }),
    since: moment({
      summary: 'changed since then (default: 24h for failed ones)',
    }),
    until: moment({ summary: 'changed until then' }),
    'event-id': list({ summary: 'only these events', helpValue: 'ID', whole: true }),
    http: list({
      summary: 'only where the last HTTP status was one of these',
      helpValue: '500|5xx',
    }),
    reason: list({ summary: 'only with these reasons', helpValue: 'REASON' }),
    limit: integer({ summary: 'maximum number, oldest first (default: 100)', min: 1 }),
    all: toggle({ summary: 'no limit on number or age', exclusive: ['limit'] }),
    force: toggle({ summary: 'send delivered ones too, which may count twice' }),
    'account-changed': toggle({
      summary: 'send what was recorded for another account too',
    }),
    yes: yesFlag(),
    ...logRunFlags,
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const selection = this.#readSelection();
    return this.withWorkspace(async (workspace) => {
      const { goal: wanted, reason } = this.flags;
      await checkFilterValues(workspace.config, this.environment, {
        goal: wanted,
        reason,
      });
      // A goal that was removed has postbacks still.
      const goals = (wanted ?? []).filter((id) => workspace.goals.some((known) => known.id === id));
      const stage = resolveTargets(workspace, { networks: selection.networks ?? [], goals });
      const view = new RunView(this.io);
      view.showTarget({ workspace: workspace.name, accounts: accountsOf(stage) });
      const planned = await planReplay(workspace, stage, selection);
      const requests = this.openRequests([]);
      if (requests) await this.#showDryRun(workspace, stage, planned, requests);
      await this.#remindOfRefusals(workspace, planned, stage.open);
      if (requests) return EXIT.done;
      if (planned.candidates.length > 0 && !(await this.#confirm(workspace, stage, planned))) {
        return EXIT.done;
      }
      return this.#send(workspace, planned, view);
    });
  }

  /** Says what the networks of a plan refused last: sending again helps only once that is fixed. */
  async #remindOfRefusals(
    workspace: Workspace,
    { plan }: PlannedReplay,
    open: readonly Connected[],
  ): Promise<void> {
    const planned = open.filter(
      ({ credentials }) => credentials.connection.network in plan.networks,
    );
    if (planned.length === 0) return;
    for (const { problem, action } of await listLastingRefusals(workspace, planned)) {
      await this.io.info(`Last time: ${problem} ${action}`);
    }
  }

  async #showDryRun(
    workspace: Workspace,
    stage: RunContext,
    { plan, candidates }: PlannedReplay,
    requests: PlannedRequests,
  ): Promise<void> {
    try {
      const planned = dryRunReplay(workspace, stage, candidates, requests);
      await this.present({ ...planned, requests: requests.shown, plan }, async () => {
        await printReplayPlan(this.io, plan);
        await requests.print(this.io, this.flags.requests);
      });
    } finally {
      requests.close();
    }
  }

  async #confirm(
    workspace: Workspace,
    stage: RunContext,
    { plan, candidates }: PlannedReplay,
  ): Promise<boolean> {
    if (!this.io.json) await printReplayPlan(this.io, plan);
    const question = `Send ${plan.toSend} postbacks again?`;
    return this.confirmRun(question, this.flags.yes, () => {
      return { ...dryRunReplay(workspace, stage, candidates, NO_REQUESTS), plan };
    });
  }

  async #send(
    workspace: Workspace,
    { plan, candidates }: PlannedReplay,
    view: RunView,
  ): Promise<ExitCode> {
    const rejects = await this.openRejects([]);
    const report = (update: Update): void => {
      if (update.type === 'progress') view.progress(update.summary, Date.now(), plan.toSend);
      else view.show(update);
      rejects.note(update);
    };
    const selection = {
      networks: (this.flags.network ?? []).map(readNetworkName),
      goals: this.flags.goal ?? [],
    };
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
      await this.present({ ...summary, plan }, () => this.#report(summary, plan));
      return await endRun(this.io, summary);
    } finally {
      view.clear();
      await rejects.close();
    }
  }

  async #report(summary: Summary, plan: PlannedReplay['plan']): Promise<void> {
    if (summary.postbacks === 0) {
      await printReplayPlan(this.io, plan);
      return;
    }
    await printSummary(this.io, summary);
    await printNextSteps(this.io, summary, { isStopped: this.signal.aborted });
  }

  #readSelection(): ReplaySelection {
    const { state, network, goal, http, reason, all, force, limit } = this.flags;
    const eventIds = (this.flags['event-id'] ?? []).map(toEventId);
    const fallback = eventIds.length > 0 ? STATES : (['failed', 'pending'] as const);
    const states = (state ?? fallback) as ReplaySelection['states'];
    if (state?.includes('delivered') && !force) {
      throw new UsageError(
        'force_needed',
        'Delivered postbacks are not sent again without --force.',
        {
          hint:
            'The network could count it twice. --force sends it with the same dedupe id as ' +
            'before.',
        },
      );
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
      https: (http ?? []).flatMap(readHttpStatuses),
      reasons: reason ?? [],
    };
  }

  /**
   * Returns the period: by default the last 24 hours for failed postbacks, and any age for pending
   * ones.
   */
  #readTimes(): Pick<ReplaySelection, 'sinceMs' | 'finalSinceMs' | 'untilMs'> {
    const { since, until, all, 'event-id': eventIds = [] } = this.flags;
    const isWide = since !== undefined || all || eventIds.length > 0;
    return {
      ...(since === undefined ? {} : { sinceMs: since }),
      ...(isWide ? {} : { finalSinceMs: Date.now() - DAY_MS }),
      ...(until === undefined ? {} : { untilMs: until }),
    };
  }
}
