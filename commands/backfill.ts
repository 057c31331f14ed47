import { dirname } from 'node:path';
import { planBackfill, type BackfillOptions, type BackfillPlan } from '../src/delivery/backfill-plan.js';
import { runBackfill } from '../src/delivery/backfill.js';
import type { Update } from '../src/delivery/report.js';
import { Tally, type Summary } from '../src/delivery/tally.js';
import { holdInputs } from '../src/events/spool.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import type { Workspace } from '../src/workspace.js';
import { printBackfillPlan } from './_face/backfill-view.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { exitOfRun } from './_face/exit-of-run.js';
import { argument, defineArgs, defineFlags, moment, toggle } from './_face/flags.js';
import { readInputArguments } from './_face/inputs.js';
import { confirmOrYes } from './_face/prompts.js';
import { RejectsFile } from './_face/rejects.js';
import { runFlags } from './_face/run-flags.js';
import { printNextSteps, printSummary, RunView } from './_face/run-view.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

const { strict: _strict, ...backfillFlags } = runFlags;

export default class Backfill extends WorkspaceCommand<typeof Backfill> {
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
    ...backfillFlags,
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.input, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const inputs = readInputArguments(this.io, this.args.file, this.flags.format);
    const view = new RunView(this.io);
    const { since, until, network, goal } = this.flags;
    const options: BackfillOptions = {
      inputs,
      networks: (network ?? []).map(readNetworkName),
      goals: goal ?? [],
      report: (update) => view.show(update),
      signal: this.signal,
      remembers: !this.flags['dry-run'],
      ...(since === undefined ? {} : { sinceMs: since }),
      ...(until === undefined ? {} : { untilMs: until }),
    };
    return this.withWorkspace(async (workspace) => {
      // A dry run reads once and writes nothing.
      if (this.flags['dry-run']) return this.#plan(workspace, options, view);
      // A stream is read twice: for the plan, and to send.
      const held = await holdInputs(inputs, dirname(workspace.logPath), this.signal);
      try {
        return await this.#plan(workspace, { ...options, inputs: held.inputs }, view);
      } finally {
        await held.close();
      }
    });
  }

  async #plan(workspace: Workspace, options: BackfillOptions, view: RunView): Promise<ExitCode> {
    const plan = await planBackfill(workspace, options);
    if (this.signal.aborted) {
      const { summary } = new Tally({ run: 'none', command: 'backfill', workspace: workspace.name });
      await this.present(summary, () => this.io.remark('Stopped while reading: nothing was sent.'));
      return EXIT.done;
    }
    if (this.flags['dry-run']) {
      await this.present({ dryRun: true, plan }, () => printBackfillPlan(this.io, plan));
      return plan.invalid > 0 ? EXIT.failed : EXIT.done;
    }
    if (!this.io.json) await printBackfillPlan(this.io, plan);
    if (plan.eligible > 0 && !(await this.#confirm(plan))) return EXIT.done;
    return this.#send(workspace, plan, options, view);
  }

  #confirm({ eligible }: BackfillPlan): Promise<boolean> {
    return confirmOrYes(this.prompting, { question: `Send ${eligible} postbacks?`, yes: this.flags.yes });
  }

  async #send(workspace: Workspace, plan: BackfillPlan, options: BackfillOptions, view: RunView): Promise<ExitCode> {
    const rejects = new RejectsFile(this.flags.rejects);
    const report = (update: Update): void => {
      // The plan has named the invalid lines and the format.
      if (update.type === 'progress') view.progress(update.summary, Date.now(), plan.eligible);
      else if (update.type !== 'invalid' && update.type !== 'input') view.show(update);
      rejects.note(update);
    };
    try {
      const summary = await runBackfill(workspace, { ...options, waits: this.flags.wait, report });
      view.clear();
      await this.present({ ...summary, plan }, () => this.#tell(summary));
      return exitOfRun(summary, false);
    } finally {
      view.clear();
      rejects.close();
    }
  }

  async #tell(summary: Summary): Promise<void> {
    await printSummary(this.io, summary);
    await printNextSteps(this.io, summary, this.signal.aborted);
  }
}
