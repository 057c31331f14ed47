import { readProjectFile } from '../../src/config/project-file.js';
import { refuseOwnInput } from '../../src/files/own-files.js';
import { diffReplaced } from '../../src/goals/goal-diff.js';
import { importGoals } from '../../src/goals/goal-list.js';
import { argument, defineArgs, defineFlags, toggle, yesFlag } from '../../src/cli/flags.js';
import { warnOfShared } from '../../src/cli/shared-warning.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';
import { describeImport, printChanges } from '../../src/cli/import-view.js';
import { confirmOrYes } from '../../src/cli/prompts.js';

export default class GoalsImport extends GoalsCommand<typeof GoalsImport> {
  static override summary = 'import goals and their mappings from a file';
  static override description =
    'Reads what goals export or config export wrote, or a list of goals. Goals with the same ' +
    'id are replaced after confirmation on a terminal, or with --yes without one. Other goals ' +
    'are kept.';
  static override examples = ['<%= config.bin %> goals import goals.json --dry-run'];
  static override args = defineArgs({
    file: argument({ description: 'the file', required: true }),
  });
  static override flags = defineFlags({
    yes: yesFlag('replace goals without asking'),
    'dry-run': toggle({ summary: 'show what would be stored without storing it' }),
  });

  protected async execute(): Promise<void> {
    refuseOwnInput(this.args.file, this.args.file, this.inputContext.folders);
    const config = this.loadConfig();
    const imported = readProjectFile(this.args.file).goals ?? [];
    const stored = config.user.readGoals(config.workspace.value);
    const plan = importGoals(stored, imported);
    const changes = diffReplaced(stored, imported);
    const { 'dry-run': dryRun, yes } = this.flags;
    await printChanges(this.io, changes);
    if (!dryRun) {
      const question = `Replace ${plan.replaced.join(', ')}?`;
      if (plan.replaced.length > 0 && !(await confirmOrYes(this.prompting, { question, yes }))) {
        return this.io.info('Nothing was stored.');
      }
      await this.changeGoals(config, (goals) => importGoals(goals, imported).goals);
    }
    await warnOfShared(this.io, plan.goals);
    const { added, replaced, unchanged } = plan;
    const workspace = config.workspace.value;
    await this.present({ workspace, added, replaced, unchanged, changes, dryRun }, () =>
      this.io.info(describeImport(plan, dryRun)),
    );
  }
}
