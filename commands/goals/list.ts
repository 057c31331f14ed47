import { GoalsCommand } from '../_face/goals-command.js';
import { printGoals } from '../_face/goals-view.js';

export default class GoalsList extends GoalsCommand<typeof GoalsList> {
  static override summary = 'list the goals';
  static override description =
    'Lists the goals of the workspace, or those of postback.config.json where there is one.';
  static override examples = ['<%= config.bin %> goals list', '<%= config.bin %> goals list --json'];

  protected async execute(): Promise<void> {
    const { goals } = this.loadConfig();
    await this.present(goals, () => printGoals(this.io, goals));
  }
}
