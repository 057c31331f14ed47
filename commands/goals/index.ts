import { GoalsCommand } from '../../src/cli/goals-command.js';
import { printGoals } from '../../src/cli/goals-view.js';

export default class Goals extends GoalsCommand<typeof Goals> {
  static override summary = 'list conversion goals: the rules for which events count';
  static override description =
    'Lists the goals of the workspace, or those of postback.config.json if it exists.';
  static override examples = [
    '<%= config.bin %> goals',
    '<%= config.bin %> goals add --template first-purchase',
  ];

  protected async execute(): Promise<void> {
    const goals = await this.listGoals(this.loadConfig());
    await this.present(goals, () => printGoals(this.io, goals));
  }
}
