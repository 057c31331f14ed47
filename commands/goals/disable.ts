import { findGoal, switchGoal } from '../../src/goals/goal-list.js';
import { argument, defineArgs } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';

export default class GoalsDisable extends GoalsCommand<typeof GoalsDisable> {
  static override summary = 'stop counting a goal but keep it and its mappings';
  static override examples = ['<%= config.bin %> goals disable first-purchase'];
  static override args = defineArgs({
    goal: argument({ description: 'id of the goal', required: true }),
  });

  protected async execute(): Promise<void> {
    const { goal: id } = this.args;
    const goal = findGoal(
      await this.changeGoals(this.loadConfig(), (goals) => switchGoal(goals, id, false)),
      id,
    );
    await this.present(goal, () =>
      this.io.info(`${goal.name} is disabled. It no longer counts events.`),
    );
  }
}
