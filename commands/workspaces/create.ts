import { listWorkspaces } from '../../src/config/known-workspaces.js';
import { checkWorkspaceName } from '../../src/config/workspace-name.js';
import { argument, defineArgs } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';

export default class WorkspacesCreate extends GoalsCommand<typeof WorkspacesCreate> {
  static override summary = 'create a workspace';
  static override description =
    'Creates an empty workspace. connect, goals add and config import also create the one that ' +
    '--workspace names. An existing workspace is not changed.';
  static override examples = ['<%= config.bin %> workspaces create space-raiders'];
  static override args = defineArgs({
    name: argument({ description: 'name of the new workspace', required: true }),
  });

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    const name = checkWorkspaceName(this.args.name, 'the name');
    const { user } = this.loadConfig();
    const created = !listWorkspaces(this.environment.directories, user).includes(name);
    await user.createWorkspace(name);
    await this.present({ workspace: name, created }, async () => {
      await this.io.print(name);
      const words = created
        ? `Created the workspace ${name}.`
        : `The workspace ${name} already exists.`;
      await this.io.info(`${words} Next: postback connect amazon --workspace ${name}`);
    });
  }
}
