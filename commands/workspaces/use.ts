import { listWorkspaces, refuseUnknownWorkspace } from '../../src/config/known-workspaces.js';
import { argument, defineArgs } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';

export default class WorkspacesUse extends GoalsCommand<typeof WorkspacesUse> {
  static override summary = 'set the default workspace';
  static override description =
    'Commands use it unless --workspace, POSTBACK_WORKSPACE or the project file names another one.';
  static override examples = [
    '<%= config.bin %> workspaces use space-raiders',
    '<%= config.bin %> workspaces use default',
  ];
  static override args = defineArgs({
    workspace: argument({ description: 'its name', required: true }),
  });

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    const { workspace: name } = this.args;
    const { user } = this.loadConfig();
    refuseUnknownWorkspace(name, 'the name', listWorkspaces(this.environment.directories, user));
    await user.useWorkspace(name);
    const { value, where } = this.loadConfig().workspace;
    await this.present({ workspace: name, default: true }, async () => {
      await this.io.info(`The default workspace is now ${name}.`);
      if (value !== name)
        await this.io.info(`Note: ${where ?? 'another setting'} selects ${value} here.`);
    });
  }
}
