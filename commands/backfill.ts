import { dirname } from 'node:path';
import {
  planBackfill,
  type BackfillOptions,
  type BackfillPlan,
} from '../src/delivery/backfill-plan.js';
import type { DryRunSummary } from '../src/delivery/dry-run.js';
import { expandSources } from '../src/delivery/run-source.js';
import { runBackfill } from '../src/delivery/backfill.js';
import type { Update } from '../src/delivery/report.js';
import type { Summary } from '../src/delivery/tally.js';
import { holdInputs } from '../src/events/spool.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import type { Workspace } from '../src/workspace.js';
import { printBackfillPlan } from '../src/cli/backfill-view.js';
import { DeliveryCommand } from '../src/cli/delivery-command.js';
import { EXIT, type ExitCode, RUN_EXITS } from '../src/cli/exit-codes.js';
import { argument, defineArgs, defineFlags, moment, yesFlag } from '../src/cli/flags.js';
import type { PlannedRequests } from '../src/cli/planned-requests.js';
import type { Rejects } from '../src/cli/rejects.js';
import { endRun } from '../src/cli/run-end.js';
import { runFlags } from '../src/cli/run-flags.js';
import { printNextSteps, RunView } from '../src/cli/run-view.js';
import { printSummary } from '../src/cli/summary-view.js';

/** Where a backfill writes. */
interface Outputs {
  view: RunView;
  rejects: Rejects;
  requests: PlannedRequests | undefined;
}

export default class Backfill extends DeliveryCommand<typeof Backfill> {
  static override summary = 'deliver old events, earliest deadline first';
  static override description =
    'Reads the files and shows, per day, what can be sent, what expires within 24 hours and ' +
    'what is too old. Then asks, and delivers the events with the earliest deadline first. If ' +
    'it is stopped, the same command continues where it left off. A topic or stream is read ' +
    'from its first message to the one that is the last at the start. The workers of its group ' +
    'keep their places.';
  static override examples = [
    '<%= config.bin %> backfill week.jsonl --dry-run',
    '<%= config.bin %> backfill week.jsonl --since 2026-11-15 --yes --rejects lost.jsonl',
  ];
  static override strict = false;
  static override args = defineArgs({
    file: argument({
      description:
        'event files, optionally gzipped; kafka://, nats:// or s3:// addresses; - for stdin',
      multiple: true,
      required: true,
    }),
  });
  static override flags = defineFlags({
    since: moment({ summary: 'only events at or after this time' }),
    until: moment({ summary: 'only events up to this time' }),
    yes: yesFlag(),
    ...runFlags,
  });
  static override notes = {
    exitCodes: RUN_EXITS,
  };

  protected async execute(): Promise<ExitCode> {
    const inputs = this.readInputs(this.args.file, this.flags.format);
    const requests = this.openRequests(inputs);
    const rejects = await this.openRejects(inputs);
    const { since, until, network, goal, strict } = this.flags;
    const options: BackfillOptions = {
      inputs,
      networks: (network ?? []).map(readNetworkName),
      goals: goal ?? [],
      report: () => undefined,
      signal: this.signal,
      strict,
      ...(since === undefined ? {} : { sinceMs: since }),
      ...(until === undefined ? {} : { untilMs: until }),
    };
    try {
      return await this.withWorkspace(async (workspace) => {
        const outputs = { rejects, requests, view: new RunView(this.io) };
        const report = (update: Update): void => outputs.view.show(update);
        const expanded = await expandSources(workspace, inputs, report);
        // A dry run reads once and writes nothing.
        if (requests) return this.#run(workspace, { ...options, inputs: expanded }, outputs);
        // Stdin is read twice: for the plan, and to send.
        const held = await holdInputs(expanded, dirname(workspace.logLocation.path), this.signal);
        try {
          return await this.#run(workspace, { ...options, inputs: held.inputs }, outputs);
        } finally {
          await held.close();
        }
      });
    } finally {
      await rejects.close();
      requests?.close();
    }
  }

  async #run(
    workspace: Workspace,
    options: BackfillOptions,
    { rejects, requests, view }: Outputs,
  ): Promise<ExitCode> {
    const report = (update: Update): void => {
      if (update.type !== 'progress') view.show(update);
      // The delivery that follows notes them with the name of its run.
      if (requests) rejects.note(update);
    };
    const origins = requests ? rejects.origins : undefined;
    const { plan, summary } = await planBackfill(workspace, {
      ...options,
      ...{ report, requests, origins, remembers: !requests },
    });
    if (this.signal.aborted) {
      await this.present({ ...summary, plan }, () =>
        this.io.info('Stopped while reading. Nothing was sent.'),
      );
      return await endRun(this.io, summary, { sawBadEncoding: view.sawBadEncoding });
    }
    if (requests) {
      const planned = { ...summary, requests: requests.shown, plan };
      return this.#showDryRun(planned, requests, view);
    }
    if (!this.io.json) await printBackfillPlan(this.io, plan);
    if (plan.eligible > 0 && !(await this.#confirm(plan, summary))) return EXIT.done;
    return this.#send(workspace, plan, options, { view, rejects });
  }

  async #showDryRun(
    summary: DryRunSummary & { plan: BackfillPlan },
    requests: PlannedRequests,
    view: RunView,
  ): Promise<ExitCode> {
    await this.present(summary, async () => {
      await printBackfillPlan(this.io, summary.plan);
      await printSummary(this.io, summary);
      await requests.print(this.io, this.flags.requests);
    });
    return await endRun(this.io, summary, { sawBadEncoding: view.sawBadEncoding });
  }

  #confirm(plan: BackfillPlan, summary: Summary): Promise<boolean> {
    const question = `Send ${plan.eligible} postbacks?`;
    return this.confirmRun(question, this.flags.yes, () => ({ ...summary, plan }));
  }

  async #send(
    workspace: Workspace,
    plan: BackfillPlan,
    options: BackfillOptions,
    { view, rejects }: { view: RunView; rejects: Rejects },
  ): Promise<ExitCode> {
    const { origins } = rejects;
    const report = (update: Update): void => {
      // The plan has named the invalid lines and the format.
      if (update.type === 'progress') view.progress(update.summary, Date.now(), plan.eligible);
      else if (update.type !== 'invalid' && update.type !== 'input') view.show(update);
      rejects.note(update);
    };
    try {
      const summary = await runBackfill(workspace, {
        ...options,
        waits: this.flags.wait,
        rejects: rejects.store,
        origins,
        report,
      });
      view.clear();
      await this.present({ ...summary, plan }, () => this.#report(summary));
      return await endRun(this.io, summary, { sawBadEncoding: view.sawBadEncoding });
    } finally {
      view.clear();
    }
  }

  async #report(summary: Summary): Promise<void> {
    await printSummary(this.io, summary);
    await printNextSteps(this.io, summary, { isStopped: this.signal.aborted });
  }
}
