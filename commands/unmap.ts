import { removeMapping } from '../src/goals/mapping.js';
import { findGoal } from '../src/goals/goal-list.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { NETWORK_CHOICES } from '../src/cli/network-words.js';
import { argument, defineArgs } from '../src/cli/flags.js';
import { GoalsCommand } from '../src/cli/goals-command.js';

export default class Unmap extends GoalsCommand<typeof Unmap> {
  static override summary = 'remove the mapping of a goal at a network';
  static override description = 'Also removes the mapping for test events.';
  static override examples = ['<%= config.bin %> unmap first-purchase amazon'];
  static override args = defineArgs({
    goal: argument({ description: 'id of the goal', required: true }),
    network: argument({ description: NETWORK_CHOICES, required: true }),
  });

  protected async execute(): Promise<void> {
    const { goal: id } = this.args;
    const network = readNetworkName(this.args.network);
    const goals = await this.changeMappings(this.loadConfig(), (stored) =>
      removeMapping(stored, id, network),
    );
    await this.present(findGoal(goals, id), () =>
      this.io.info(`${id} is no longer mapped at ${network}.`),
    );
  }
}
