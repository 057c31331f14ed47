import { listWorkspaces } from '../../src/config/known-workspaces.js';
import { checkWorkspaceName } from '../../src/config/workspace-name.js';
import { argument, defineArgs } from '../_face/flags.js';
import { GoalsCommand } from '../_face/goals-command.js';

export default class WorkspacesCreate extends GoalsCommand<typeof WorkspacesCreate> {
  static override summary = 'make a workspace';
  static override description =
    'Makes an empty workspace. connect, goals add and config import with --workspace NAME make it on the way. One that is ' +
    'there already stays as it is.';
  static override examples = ['<%= config.bin %> workspaces create space-raiders'];
  static override args = defineArgs({ name: argument({ description: 'name of the new workspace', required: true }) });

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    const name = checkWorkspaceName(this.args.name, 'the name');
    const { user } = this.loadConfig();
    const created = !listWorkspaces(this.environment.directories, user).includes(name);
    await user.createWorkspace(name);
    await this.present({ workspace: name, created }, async () => {
      await this.io.out(name);
      const words = created ? `Made the workspace ${name}.` : `The workspace ${name} was there already.`;
      await this.io.remark(`${words} Next: postback connect amazon --workspace ${name}`);
    });
  }
}
