import { stringifyExact } from '../../src/exact-json.js';
import { countRecords, type SyncPlan } from '../../src/audiences/plan.js';
import { rehearseSync } from '../../src/audiences/rehearsal.js';
import { syncAudience, type SyncOptions, type SyncResult } from '../../src/audiences/sync.js';
import type { Update } from '../../src/delivery/report.js';
import type { Workspace } from '../../src/workspace.js';
import { printSyncPlan } from '../_face/audience-view.js';
import { EXIT, type ExitCode } from '../_face/exit-codes.js';
import { argument, defineArgs, defineFlags, text, toggle } from '../_face/flags.js';
import { readInputArguments } from '../_face/inputs.js';
import { confirmOrYes } from '../_face/prompts.js';
import { RejectsFile } from '../_face/rejects.js';
import { endRun } from '../_face/run-end.js';
import { runFlags } from '../_face/run-flags.js';
import { printNextSteps, printSummary, RunView } from '../_face/run-view.js';
import { WorkspaceCommand } from '../_face/workspace-command.js';

const { concurrency, rate, 'max-attempts': maxAttempts, strict, wait, rejects, 'dry-run': dryRun } = runFlags;

export default class AudiencesSync extends WorkspaceCommand<typeof AudiencesSync> {
  static override summary = 'bring an audience list in step with a file of people';
  static override description =
    'Reads people (JSON Lines: externalUserId, email, phone, firstName, lastName, address, city, state, postalCode, ' +
    'country, consent, action CREATE or DELETE; or Segment Audience Entered and Audience Exited events), hashes them here, ' +
    'and sends what has changed. With --full the list is made equal to the file: who was uploaded before and is not in ' +
    'it leaves. Stopped at any moment, the same command goes on where it was.';
  static override examples = [
    '<%= config.bin %> audiences sync 371552318001631924 people.jsonl',
    '<%= config.bin %> audiences sync high-value people.jsonl --full --dry-run',
    '<%= config.bin %> audiences sync high-value people.jsonl.gz --full --yes --wait --json',
    'tail -n +1 memberships.jsonl | <%= config.bin %> audiences sync high-value -',
  ];
  static override args = defineArgs({
    list: argument({ description: 'id, external id or name of the list', required: true }),
    file: argument({ description: 'JSON Lines, .gz too; - or a pipe is stdin' }),
  });
  static override flags = defineFlags({
    full: toggle({ summary: 'make the list equal to the file; shows the plan and asks' }),
    refresh: toggle({ summary: 'upload again who has not changed' }),
    connection: text({ summary: 'AMC connection of a list that was made elsewhere', helpValue: 'ID' }),
    yes: toggle({ char: 'y', summary: 'do not ask' }),
    'dry-run': dryRun,
    wait,
    strict,
    concurrency,
    rate,
    'max-attempts': maxAttempts,
    rejects,
  });
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.input, EXIT.interrupted, EXIT.terminated],
  };

  protected async execute(): Promise<ExitCode> {
    const { full, yes, 'dry-run': isRehearsal } = this.flags;
    const [input] = readInputArguments(this.inputContext, this.args.file === undefined ? [] : [this.args.file]);
    // Off a terminal nobody can answer: said before the file is read, not after.
    if (full && !yes && !isRehearsal && !this.io.isInteractive) await this.#confirm(undefined);
    const view = new RunView(this.io);
    const rejected = new RejectsFile(this.flags.rejects, this.protectedFiles(input ? [input] : []));
    let sawBadEncoding = false;
    const report = (update: Update): void => {
      if (update.type === 'invalid' && update.code === 'not_utf8') sawBadEncoding = true;
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
      await this.present(shown, () => this.#tell(result, view));
      return await endRun(this.io, result, { sawBadEncoding });
    } finally {
      view.clear();
      rejected.close();
    }
  }

  #run(workspace: Workspace, options: SyncOptions, view: RunView): Promise<SyncResult> {
    if (this.flags['dry-run']) return rehearseSync(workspace, options);
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

  async #tell(result: SyncResult, view: RunView): Promise<void> {
    if (view.hidden > 0) await this.io.remark(`… and ${view.hidden} more invalid lines; --rejects FILE names each.`);
    if (!this.flags.full || this.flags['dry-run']) await printSyncPlan(this.io, result.plan);
    await printSummary(this.io, result);
    if ('requests' in result) await this.io.out(stringifyExact(result.requests, 2));
    else await printNextSteps(this.io, result, this.signal.aborted);
    const { processing } = result.waiting;
    if (processing > 0 && result.jobs[0])
      await this.io.remark(`Its jobs: ${result.jobs.slice(0, 5).join(', ')}${result.jobs.length > 5 ? ', …' : ''}`);
  }
}
