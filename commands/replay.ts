import type { Update } from '../src/delivery/report.js';
import { rehearseReplay, runReplay } from '../src/delivery/replay.js';
import { planReplay, type PlannedReplay, type ReplaySelection } from '../src/delivery/replay-plan.js';
import { setStage } from '../src/delivery/stage.js';
import type { Summary } from '../src/delivery/tally.js';
import type { Connected } from '../src/accounts/connections.js';
import { UsageError } from '../src/errors.js';
import { listStandingRefusals } from '../src/overview/standing-refusals.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import type { Workspace } from '../src/workspace.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { exitOfRun } from './_face/exit-of-run.js';
import { defineFlags, integer, list, moment, toggle } from './_face/flags.js';
import { readHttpStatus } from './_face/log-view.js';
import { confirmOrYes } from './_face/prompts.js';
import { RejectsFile } from './_face/rejects.js';
import { printReplayPlan } from './_face/replay-view.js';
import { runFlags } from './_face/run-flags.js';
import { printNextSteps, printSummary, RunView } from './_face/run-view.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

const STATES = ['pending', 'failed', 'delivered', 'skipped'] as const;
const DAY_MS = 86_400_000;
const DEFAULT_LIMIT = 100;

export default class Replay extends WorkspaceCommand<typeof Replay> {
  static override summary = 'deliver again out of the log';
  static override description =
    'Sends again what failed or is pending: by default of the last 24 hours, at most 100, oldest first. Shows the plan, ' +
    "then asks. Dedupe ids stay what they were, so a second delivery is harmless within the network's window.";
  static override examples = [
    '<%= config.bin %> replay --dry-run',
    '<%= config.bin %> replay --state pending --all --yes',
    '<%= config.bin %> replay --state failed --reason FIELD_VALUE_IS_INVALID --since 7d',
    '<%= config.bin %> replay --event-id 7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10 --state delivered --force',
  ];
  static override flags = defineFlags({
    state: list({ summary: 'postbacks in these states', choices: STATES, helpValue: STATES.join('|') }),
    since: moment({ summary: 'changed since: 1h, 24h, 7d ago or ISO 8601 (default: 24h)' }),
    until: moment({ summary: 'changed until' }),
    'event-id': list({ summary: 'only these events', helpValue: 'ID', whole: true }),
    http: list({ summary: 'last answered with these HTTP statuses', helpValue: 'STATUS' }),
    reason: list({ summary: 'only with these reasons', helpValue: 'REASON' }),
    limit: integer({ summary: 'at most this many, the oldest first (default: 100)', min: 1 }),
    all: toggle({ summary: 'no limit, and from whenever it was', exclusive: ['limit'] }),
    force: toggle({ summary: 'also what was delivered, or could be counted twice' }),
    yes: toggle({ char: 'y', summary: 'do not ask' }),
    ...runFlags,
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const selection = this.#readSelection();
    return this.withWorkspace(async (workspace) => {
      const stage = setStage(workspace, { networks: selection.networks ?? [], goals: this.flags.goal ?? [] });
      const planned = planReplay(workspace, stage, selection);
      if (this.flags['dry-run']) {
        const summary = { ...rehearseReplay(workspace, stage, planned.candidates), plan: planned.plan };
        await this.present(summary, () => printReplayPlan(this.io, planned.plan));
        await this.#remindOfRefusals(workspace, planned, stage.open);
        return EXIT.done;
      }
      await this.#remindOfRefusals(workspace, planned, stage.open);
      if (planned.candidates.length > 0 && !(await this.#confirm(planned))) return EXIT.done;
      return this.#send(workspace, planned);
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

  async #confirm({ plan }: PlannedReplay): Promise<boolean> {
    if (!this.io.json) await printReplayPlan(this.io, plan);
    const question = `Send ${plan.toSend} postbacks again?`;
    return confirmOrYes(this.prompting, { question, yes: this.flags.yes });
  }

  async #send(workspace: Workspace, { plan, candidates }: PlannedReplay): Promise<ExitCode> {
    const view = new RunView(this.io);
    const rejects = new RejectsFile(this.flags.rejects);
    const report = (update: Update): void => {
      if (update.type === 'progress') view.progress(update.summary, Date.now());
      else view.show(update);
      rejects.note(update);
    };
    const selection = { networks: (this.flags.network ?? []).map(readNetworkName), goals: this.flags.goal ?? [] };
    try {
      const summary = await runReplay(
        workspace,
        { ...selection, waits: this.flags.wait, report, signal: this.signal },
        candidates,
      );
      view.clear();
      await this.present({ ...summary, plan }, () => this.#tell(summary, plan));
      return exitOfRun(summary, false);
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
    const states = (state ?? ['failed', 'pending']) as ReplaySelection['states'];
    if (states.includes('delivered') && !force) {
      throw new UsageError('force_needed', 'What was delivered is not sent again without --force.', {
        hint: 'The network could count it twice. With --force it goes out with the same dedupe id as before.',
      });
    }
    return {
      ...this.#readTimes(),
      states,
      force,
      limit: all ? Infinity : (limit ?? DEFAULT_LIMIT),
      networks: (network ?? []).map(readNetworkName),
      goals: goal ?? [],
      eventIds: this.flags['event-id'] ?? [],
      https: (http ?? []).map(readHttpStatus),
      reasons: reason ?? [],
    };
  }

  /** The last 24 hours, unless something else was asked for. */
  #readTimes(): Pick<ReplaySelection, 'sinceMs' | 'untilMs'> {
    const { since, until, all, 'event-id': eventIds = [] } = this.flags;
    const sinceMs = since ?? (all || eventIds.length > 0 ? undefined : Date.now() - DAY_MS);
    return {
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...(until === undefined ? {} : { untilMs: until }),
    };
  }
}
