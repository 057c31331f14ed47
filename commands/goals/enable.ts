import { findGoal, switchGoal } from '../../src/goals/goal-list.js';
import { argument, defineArgs } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';

export default class GoalsEnable extends GoalsCommand<typeof GoalsEnable> {
  static override summary = 'count a goal again';
  static override examples = ['<%= config.bin %> goals enable first-purchase'];
  static override args = defineArgs({
    goal: argument({ description: 'id of the goal', required: true }),
  });

  protected async execute(): Promise<void> {
    const { goal: id } = this.args;
    const goal = findGoal(
      await this.changeGoals(this.loadConfig(), (goals) => switchGoal(goals, id, true)),
      id,
    );
    await this.present(goal, () =>
      this.io.info(`${goal.name} is enabled. It counts events from now on.`),
    );
  }
}
