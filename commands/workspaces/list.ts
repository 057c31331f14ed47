import { GoalsCommand } from '../_face/goals-command.js';
import { printWorkspaces, surveyWorkspaces } from '../_face/workspace-view.js';

export default class WorkspacesList extends GoalsCommand<typeof WorkspacesList> {
  static override summary = 'list the workspaces';
  static override description =
    "A workspace holds one game's connections, goals, mappings and delivery log. --workspace NAME chooses one for a call, " +
    'workspaces use NAME for every call that names none.';
  static override examples = ['<%= config.bin %> workspaces list', '<%= config.bin %> workspaces use space-raiders'];

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    const rows = surveyWorkspaces(this.loadConfig(), this.environment.directories);
    await this.present(rows, () => printWorkspaces(this.io, rows));
  }
}
