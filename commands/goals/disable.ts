import { findGoal, switchGoal } from '../../src/goals/goal-list.js';
import { argument, defineArgs } from '../_face/flags.js';
import { GoalsCommand } from '../_face/goals-command.js';

export default class GoalsDisable extends GoalsCommand<typeof GoalsDisable> {
  static override summary = 'stop counting a goal, and keep it with its mappings';
  static override examples = ['<%= config.bin %> goals disable first-purchase'];
  static override args = defineArgs({ goal: argument({ description: 'id of the goal', required: true }) });

  protected async execute(): Promise<void> {
    const { goal: id } = this.args;
    const goal = findGoal(await this.changeGoals(this.loadConfig(), (goals) => switchGoal(goals, id, false)), id);
    await this.present(goal, () => this.io.remark(`${goal.name} is disabled: it does not count from now on.`));
  }
}
