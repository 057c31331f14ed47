import { readProjectFile } from '../../src/config/project-file.js';
import { refuseOwnInput } from '../../src/files/own-files.js';
import { importGoals } from '../../src/goals/goal-list.js';
import { argument, defineArgs, defineFlags, toggle } from '../_face/flags.js';
import { describeImport } from '../_face/import-view.js';
import { confirmOrYes } from '../_face/prompts.js';
import { warnOfShared } from '../_face/shared-warning.js';
import { SettingsCommand } from '../_face/settings-command.js';
import { countOf } from '../_face/text.js';

export default class ConfigImport extends SettingsCommand<typeof ConfigImport> {
  static override summary = 'store the goals, mappings and settings of a project file';
  static override description =
    'They go to the workspace that --workspace names, else to the one that the file names. Goals with the same id are ' +
    'replaced: that asks on a terminal and needs --yes off it. Other goals and settings stay.';
  static override examples = ['<%= config.bin %> config import postback.config.json --dry-run'];
  static override args = defineArgs({ file: argument({ description: 'the file', required: true }) });
  static override flags = defineFlags({
    yes: toggle({ summary: 'do not ask before goals are replaced' }),
    'dry-run': toggle({ summary: 'show what would be stored, and store nothing' }),
  });

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    refuseOwnInput(this.args.file, this.args.file, this.inputContext.folders);
    const config = this.loadConfig();
    const { goals = [], settings, workspace: named } = readProjectFile(this.args.file);
    const asked = this.scopeOf(config);
    const scope = asked === 'all' && named !== undefined ? { workspace: named } : asked;
    const workspace = scope === 'all' ? config.workspace.value : scope.workspace;
    const plan = importGoals(config.user.readGoals(workspace), goals);
    const { 'dry-run': dryRun, yes } = this.flags;
    if (!dryRun) {
      const question = `Replace ${plan.replaced.join(', ')} in the workspace ${workspace}?`;
      if (plan.replaced.length > 0 && !(await confirmOrYes(this.prompting, { question, yes }))) {
        return this.io.remark('Nothing was stored.');
      }
      await this.warnOfProjectFile(config);
      await config.user.updateGoals(workspace, (stored) => importGoals(stored, goals).goals);
      await config.user.updateSettings(scope, settings);
    }
    await warnOfShared(this.io, plan.goals);
    const { added, replaced, unchanged } = plan;
    const names = Object.keys(settings);
    await this.present({ workspace, added, replaced, unchanged, settings: names, dryRun }, () =>
      this.io.remark(`${describeImport(plan, dryRun)} ${countOf(names.length, 'setting')}, workspace ${workspace}.`),
    );
  }
}
