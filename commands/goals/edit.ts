import { UsageError } from '../../src/errors.js';
import { editGoal, findGoal } from '../../src/goals/goal-list.js';
import { argument, defineArgs, defineFlags, toggle } from '../_face/flags.js';
import { goalFlags } from '../_face/goal-flags.js';
import { GoalsCommand } from '../_face/goals-command.js';

export default class GoalsEdit extends GoalsCommand<typeof GoalsEdit> {
  static override summary = 'change a goal; its id and mappings stay';
  static override description = 'The filters given replace all that the goal has. An empty --description removes it.';
  static override examples = ["<%= config.bin %> goals edit first-purchase --filter 'value>=5'"];
  static override args = defineArgs({ goal: argument({ description: 'id of the goal', required: true }) });
  static override flags = defineFlags({
    ...goalFlags,
    'no-filter': toggle({ summary: 'remove all filters', exclusive: ['filter'] }),
  });

  protected async execute(): Promise<void> {
    const { name, event, trigger, description, 'no-filter': noFilter } = this.flags;
    const input = { name, event, trigger, description, filters: noFilter ? [] : this.flags.filter };
    if (Object.values(input).every((value) => value === undefined)) {
      throw new UsageError('missing_flag', 'Nothing to change was given.', {
        hint: 'Give --name, --event, --trigger, --filter, --no-filter or --description.',
      });
    }
    const { goal: id } = this.args;
    const goal = findGoal(await this.changeGoals(this.loadConfig(), (goals) => editGoal(goals, id, input)), id);
    await this.present(goal, () => this.io.remark(`Changed the goal ${goal.name}.`));
  }
}
