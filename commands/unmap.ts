import { removeMapping } from '../src/goals/mapping.js';
import { findGoal } from '../src/goals/goal-list.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { argument, defineArgs } from './_face/flags.js';
import { GoalsCommand } from './_face/goals-command.js';

export default class Unmap extends GoalsCommand<typeof Unmap> {
  static override summary = 'remove what a goal is called at a network';
  static override description = 'Removes the mapping of test events there, too.';
  static override examples = ['<%= config.bin %> unmap first-purchase amazon'];
  static override args = defineArgs({
    goal: argument({ description: 'id of the goal', required: true }),
    network: argument({ description: 'amazon, meta, tiktok, google, reddit or x', required: true }),
  });

  protected async execute(): Promise<void> {
    const { goal: id } = this.args;
    const network = readNetworkName(this.args.network);
    const goals = await this.changeGoals(this.loadConfig(), (stored) => removeMapping(stored, id, network));
    await this.present(findGoal(goals, id), () => this.io.remark(`${id} is not mapped at ${network} any more.`));
  }
}
