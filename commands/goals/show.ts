import { findGoal } from '../../src/goals/goal-list.js';
import { argument, defineArgs } from '../_face/flags.js';
import { GoalsCommand } from '../_face/goals-command.js';
import { printGoal } from '../_face/goals-view.js';

export default class GoalsShow extends GoalsCommand<typeof GoalsShow> {
  static override summary = 'show one goal with its mappings';
  static override examples = ['<%= config.bin %> goals show first-purchase'];
  static override args = defineArgs({ goal: argument({ description: 'id of the goal', required: true }) });

  protected async execute(): Promise<void> {
    const goal = findGoal(this.loadConfig().goals, this.args.goal);
    await this.present(goal, () => printGoal(this.io, goal));
  }
}
