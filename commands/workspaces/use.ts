import { listWorkspaces, refuseUnknownWorkspace } from '../../src/config/known-workspaces.js';
import { argument, defineArgs } from '../_face/flags.js';
import { GoalsCommand } from '../_face/goals-command.js';

export default class WorkspacesUse extends GoalsCommand<typeof WorkspacesUse> {
  static override summary = 'choose the workspace that calls use by default';
  static override description =
    'Every call without --workspace, POSTBACK_WORKSPACE and a project file that names one uses it from then on.';
  static override examples = [
    '<%= config.bin %> workspaces use space-raiders',
    '<%= config.bin %> workspaces use default',
  ];
  static override args = defineArgs({ workspace: argument({ description: 'its name', required: true }) });

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    const { workspace: name } = this.args;
    const { user } = this.loadConfig();
    refuseUnknownWorkspace(name, 'the name', listWorkspaces(this.environment.directories, user));
    await user.useWorkspace(name);
    const { value, where } = this.loadConfig().workspace;
    await this.present({ workspace: name, default: true }, async () => {
      await this.io.remark(`Calls that name no workspace use ${name}.`);
      if (value !== name) await this.io.remark(`Note: here ${where ?? 'something else'} chooses ${value}.`);
    });
  }
}
