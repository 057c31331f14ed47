import { UsageError } from '../../src/errors.js';
import { editGoal, findGoal } from '../../src/goals/goal-list.js';
import { argument, defineArgs, defineFlags, toggle } from '../../src/cli/flags.js';
import { goalFlags } from '../../src/cli/goal-flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';

export default class GoalsEdit extends GoalsCommand<typeof GoalsEdit> {
  static override summary = 'change a goal; its id and mappings are kept';
  static override description =
    'The filters given replace all filters of the goal. An empty --description removes the ' +
    'description.';
  static override examples = ["<%= config.bin %> goals edit first-purchase --filter 'value>=5'"];
  static override args = defineArgs({
    goal: argument({ description: 'id of the goal', required: true }),
  });
  static override flags = defineFlags({
    ...goalFlags,
    'no-filter': toggle({ summary: 'remove all filters', exclusive: ['filter'] }),
  });

  protected async execute(): Promise<void> {
    const { name, event, trigger, description, 'no-filter': noFilter } = this.flags;
    const input = { name, event, trigger, description, filters: noFilter ? [] : this.flags.filter };
    if (Object.values(input).every((value) => value === undefined)) {
      throw new UsageError('missing_flag', 'No changes were given.', {
        hint: 'Give --name, --event, --trigger, --filter, --no-filter or --description.',
      });
    }
    const { goal: id } = this.args;
    const goal = findGoal(
      await this.changeGoals(this.loadConfig(), (goals) => editGoal(goals, id, input)),
      id,
    );
    await this.present(goal, () => this.io.info(`Changed the goal ${goal.name}.`));
  }
}
