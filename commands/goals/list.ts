import { GoalsCommand } from '../../src/cli/goals-command.js';
import { printGoals } from '../../src/cli/goals-view.js';

export default class GoalsList extends GoalsCommand<typeof GoalsList> {
  static override summary = 'list the goals';
  static override description =
    'Lists the goals of the workspace, or those of postback.config.json if it exists.';
  static override examples = [
    '<%= config.bin %> goals list',
    '<%= config.bin %> goals list --json',
  ];

  protected async execute(): Promise<void> {
    const goals = await this.listGoals(this.loadConfig());
    await this.present(goals, () => printGoals(this.io, goals));
  }
}
