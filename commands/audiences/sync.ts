import { argumentWords } from '../../src/shell-word.js';
import { stringifyExact } from '../../src/exact-json.js';
import { countRecords, type SyncPlan } from '../../src/audiences/plan.js';
import { dryRunSync } from '../../src/audiences/dry-run.js';
import { syncAudience, type SyncOptions, type SyncResult } from '../../src/audiences/sync.js';
import type { Update } from '../../src/delivery/report.js';
import type { Workspace } from '../../src/workspace.js';
import { printSyncPlan } from '../../src/cli/audience-view.js';
import { type ExitCode, RUN_EXITS } from '../../src/cli/exit-codes.js';
import { argument, defineArgs, defineFlags, text, toggle, yesFlag } from '../../src/cli/flags.js';
import { readInputArguments } from '../../src/cli/inputs.js';
import { confirmOrYes } from '../../src/cli/prompts.js';
import { endRun } from '../../src/cli/run-end.js';
import { runFlags } from '../../src/cli/run-flags.js';
import { printNextSteps, RunView } from '../../src/cli/run-view.js';
import { printSummary } from '../../src/cli/summary-view.js';
import { WorkspaceCommand } from '../../src/cli/workspace-command.js';

const {
  concurrency,
  rate,
  'max-attempts': maxAttempts,
  strict,
  rejects,
  'dry-run': dryRun,
} = runFlags;

export default class AudiencesSync extends WorkspaceCommand<typeof AudiencesSync> {
  static override summary = 'synchronize an audience list with a file of people';
  static override description =
    'Reads people (JSON Lines, or Segment Audience Entered and Exited events; fields: postback ' +
    'help audiences-guide), hashes them here and uploads the changes. --full also removes ' +
    'people who are not in the file. If it is stopped, the same command continues.';
  static override examples = [
    '<%= config.bin %> audiences sync high-value people.jsonl --full --dry-run',
    '<%= config.bin %> audiences sync high-value people.jsonl.gz --full --yes --wait --json',
    'tail -n +1 memberships.jsonl | <%= config.bin %> audiences sync high-value -',
  ];
  static override args = defineArgs({
    list: argument({ description: 'id, external id or name of the list', required: true }),
    file: argument({ description: 'JSON Lines file, optionally gzipped; - or a pipe for stdin' }),
  });
  static override flags = defineFlags({
    full: toggle({ summary: 'make the list equal to the file, after showing the plan and asking' }),
    refresh: toggle({ summary: 'upload people again even if they have not changed' }),
    connection: text({
      summary: 'AMC connection of a list that was created elsewhere',
      helpValue: 'ID',
    }),
    yes: yesFlag(),
    'dry-run': dryRun,
    wait: toggle({ summary: 'wait until Amazon has processed the upload' }),
    strict,
    concurrency,
    rate,
    'max-attempts': maxAttempts,
    rejects,
  });
  static override notes = {
    exitCodes: RUN_EXITS,
  };

  protected async execute(): Promise<ExitCode> {
    const { full, yes, 'dry-run': isDryRun } = this.flags;
    const context = {
      ...this.inputContext,
      example: `postback audiences sync ${argumentWords(this.args.list)} people.jsonl`,
    };
    const [input] = readInputArguments(
      context,
      this.args.file === undefined ? [] : [this.args.file],
    );
    // Without a terminal the question cannot be answered, so this fails before the file is read.
    if (full && !yes && !isDryRun && !this.io.isInteractive) await this.#confirm(undefined);
    const view = new RunView(this.io);
    const rejected = await this.openRejects(input ? [input] : []);
    const report = (update: Update): void => {
      if (update.type === 'progress') view.progress(update.summary, Date.now());
      else view.show(update);
      rejected.note(update);
    };
    const { list } = this.args;
    const { refresh, connection, strict: isStrict, wait: waits } = this.flags;
    const options: SyncOptions = {
      list,
      input: input!,
      full,
      refresh,
      strict: isStrict,
      waits,
      report,
      signal: this.signal,
      ...(connection === undefined ? {} : { connectionId: connection }),
    };
    try {
      const result = await this.withWorkspace((workspace) => this.#run(workspace, options, view));
      view.clear();
      const shown = view.problems.length === 0 ? result : { ...result, problems: view.problems };
      await this.present(shown, () => this.#report(result, view));
      return await endRun(this.io, result, { sawBadEncoding: view.sawBadEncoding });
    } finally {
      view.clear();
      await rejected.close();
    }
  }

  #run(workspace: Workspace, options: SyncOptions, view: RunView): Promise<SyncResult> {
    if (this.flags['dry-run']) return dryRunSync(workspace, options);
    return syncAudience(workspace, options, async (plan) => {
      view.clear();
      if (!this.flags.full || countRecords(plan) === 0) return true;
      if (!this.io.json) await printSyncPlan(this.io, plan);
      return this.#confirm(plan);
    });
  }

  #confirm(plan: SyncPlan | undefined): Promise<boolean> {
    const words = plan ? `${countRecords(plan)} records` : 'what makes the list equal to the file';
    return confirmOrYes(this.prompting, { question: `Send ${words}?`, yes: this.flags.yes });
  }

  async #report(result: SyncResult, view: RunView): Promise<void> {
    if (view.hidden > 0)
      await this.io.info(`… and ${view.hidden} more invalid lines. --rejects FILE lists them all.`);
    if (!this.flags.full || this.flags['dry-run']) await printSyncPlan(this.io, result.plan);
    await printSummary(this.io, result);
    if ('requests' in result) await this.io.print(stringifyExact(result.requests, 2));
    else await printNextSteps(this.io, result, { isStopped: this.signal.aborted });
    const { processing } = result.waiting;
    if (processing > 0 && result.jobs[0])
      await this.io.info(
        `Its jobs: ${result.jobs.slice(0, 5).join(', ')}${result.jobs.length > 5 ? ', …' : ''}`,
      );
  }
}
