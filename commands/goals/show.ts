import { findGoal } from '../../src/goals/goal-list.js';
import { argument, defineArgs } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';
import { printGoal } from '../../src/cli/goals-view.js';

export default class GoalsShow extends GoalsCommand<typeof GoalsShow> {
  static override summary = 'show a goal and its mappings';
  static override examples = ['<%= config.bin %> goals show first-purchase'];
  static override args = defineArgs({
    goal: argument({ description: 'id of the goal', required: true }),
  });

  protected async execute(): Promise<void> {
    const goal = findGoal(await this.listGoals(this.loadConfig()), this.args.goal);
    await this.present(goal, () => printGoal(this.io, goal));
  }
}
