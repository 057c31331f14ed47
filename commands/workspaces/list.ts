import { GoalsCommand } from '../../src/cli/goals-command.js';
import { printWorkspaces, listWorkspaceStates } from '../../src/cli/workspace-view.js';

export default class WorkspacesList extends GoalsCommand<typeof WorkspacesList> {
  static override summary = 'list the workspaces';
  static override description =
    "A workspace holds one game's connections, goals, mappings and delivery log. --workspace " +
    'NAME selects one for a command; workspaces use NAME sets the default.';
  static override examples = [
    '<%= config.bin %> workspaces list',
    '<%= config.bin %> workspaces use space-raiders',
  ];

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    const rows = listWorkspaceStates(this.loadConfig(), this.environment.directories);
    await this.present(rows, () => printWorkspaces(this.io, rows));
  }
}
