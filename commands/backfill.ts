import { dirname } from 'node:path';
import { planBackfill, type BackfillOptions, type BackfillPlan } from '../src/delivery/backfill-plan.js';
import type { DryRunSummary } from '../src/delivery/dry-run.js';
import { runBackfill } from '../src/delivery/backfill.js';
import type { Update } from '../src/delivery/report.js';
import type { Summary } from '../src/delivery/tally.js';
import { holdInputs } from '../src/events/spool.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import type { Workspace } from '../src/workspace.js';
import { printBackfillPlan } from './_face/backfill-view.js';
import { DeliveryCommand } from './_face/delivery-command.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { argument, defineArgs, defineFlags, moment, toggle } from './_face/flags.js';
import { readInputArguments } from './_face/inputs.js';
import type { PlannedRequests } from './_face/planned-requests.js';
import { confirmOrYes } from './_face/prompts.js';
import { RejectsFile } from './_face/rejects.js';
import { endRun } from './_face/run-end.js';
import { runFlags } from './_face/run-flags.js';
import { printNextSteps, printSummary, RunView } from './_face/run-view.js';

/** Files that a backfill writes. */
interface Outputs {
  rejects: RejectsFile;
  requests: PlannedRequests | undefined;
}

export default class Backfill extends DeliveryCommand<typeof Backfill> {
  static override summary = 'deliver old events, nearest deadline first';
  static override description =
    'Reads the files and shows per day what can be sent, what expires within 24 hours and what is too old; then asks and ' +
    'delivers what is nearest its deadline first. Stopped at any moment, the same command goes on where it was.';
  static override examples = [
    '<%= config.bin %> backfill week.jsonl --dry-run',
    '<%= config.bin %> backfill week.jsonl --since 2026-11-15 --yes --rejects lost.jsonl',
  ];
  static override strict = false;
  static override args = defineArgs({
    file: argument({ description: 'event files, packed with gzip or not; - is stdin', multiple: true, required: true }),
  });
  static override flags = defineFlags({
    since: moment({ summary: 'only events from this time' }),
    until: moment({ summary: 'only events up to this time' }),
    yes: toggle({ char: 'y', summary: 'do not ask' }),
    ...runFlags,
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.input, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const inputs = readInputArguments(this.inputContext, this.args.file, this.flags.format);
    const rejects = new RejectsFile(this.flags.rejects, this.protectedFiles(inputs));
    const requests = this.openRequests(inputs);
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
        // A dry run reads once and writes nothing.
        if (requests) return this.#run(workspace, options, { rejects, requests });
        // A stream is read twice: for the plan, and to send.
        const held = await holdInputs(inputs, dirname(workspace.logPath), this.signal);
        try {
          return await this.#run(workspace, { ...options, inputs: held.inputs }, { rejects, requests });
        } finally {
          await held.close();
        }
      });
    } finally {
      rejects.close();
      requests?.close();
    }
  }

  async #run(workspace: Workspace, options: BackfillOptions, { rejects, requests }: Outputs): Promise<ExitCode> {
    const view = new RunView(this.io);
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
      await this.present({ ...summary, plan }, () => this.io.remark('Stopped while reading: nothing was sent.'));
      return await endRun(this.io, summary);
    }
    if (requests) return this.#showDryRun({ ...summary, requests: requests.shown, plan }, requests);
    if (!this.io.json) await printBackfillPlan(this.io, plan);
    if (plan.eligible > 0 && !(await this.#confirm(plan))) return EXIT.done;
    return this.#send(workspace, plan, options, { view, rejects });
  }

  async #showDryRun(summary: DryRunSummary & { plan: BackfillPlan }, requests: PlannedRequests): Promise<ExitCode> {
    await this.present(summary, async () => {
      await printBackfillPlan(this.io, summary.plan);
      await printSummary(this.io, summary);
      await requests.print(this.io, this.flags.requests);
    });
    return await endRun(this.io, summary);
  }

  #confirm({ eligible }: BackfillPlan): Promise<boolean> {
    return confirmOrYes(this.prompting, { question: `Send ${eligible} postbacks?`, yes: this.flags.yes });
  }

  async #send(
    workspace: Workspace,
    plan: BackfillPlan,
    options: BackfillOptions,
    { view, rejects }: { view: RunView; rejects: RejectsFile },
  ): Promise<ExitCode> {
    const { origins } = rejects;
    const report = (update: Update): void => {
      // The plan has named the invalid lines and the format.
      if (update.type === 'progress') view.progress(update.summary, Date.now(), plan.eligible);
      else if (update.type !== 'invalid' && update.type !== 'input') view.show(update);
      rejects.note(update);
    };
    try {
      const summary = await runBackfill(workspace, { ...options, waits: this.flags.wait, origins, report });
      view.clear();
      await this.present({ ...summary, plan }, () => this.#tell(summary));
      return await endRun(this.io, summary);
    } finally {
      view.clear();
    }
  }

  async #tell(summary: Summary): Promise<void> {
    await printSummary(this.io, summary);
    await printNextSteps(this.io, summary, this.signal.aborted);
  }
}
