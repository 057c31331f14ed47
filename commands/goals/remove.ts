import { findGoal, removeGoal } from '../../src/goals/goal-list.js';
import { argument, defineArgs, defineFlags, toggle, yesFlag } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';
import { confirmOrYes } from '../../src/cli/prompts.js';

export default class GoalsRemove extends GoalsCommand<typeof GoalsRemove> {
  static override summary = 'remove a goal and its mappings';
  static override description =
    'The delivery log keeps what was sent for the goal. Asks for confirmation on a terminal; ' +
    'without a terminal it requires --yes.';
  static override examples = ['<%= config.bin %> goals remove first-purchase --dry-run'];
  static override args = defineArgs({
    goal: argument({ description: 'id of the goal', required: true }),
  });
  static override flags = defineFlags({
    yes: yesFlag(),
    'dry-run': toggle({ summary: 'show what would be removed without removing it' }),
  });

  protected async execute(): Promise<void> {
    const config = this.loadConfig();
    const { goal: id } = this.args;
    const goal = findGoal(config.user.readGoals(config.workspace.value), id);
    const networks = Object.keys(goal.map).join(', ');
    const what =
      networks === ''
        ? `the goal ${goal.name}`
        : `the goal ${goal.name} and its mappings at ${networks}`;
    const { 'dry-run': dryRun, yes } = this.flags;
    if (!dryRun) {
      if (!(await confirmOrYes(this.prompting, { question: `Remove ${what}?`, yes }))) {
        return this.io.info('Nothing was removed.');
      }
      await this.changeGoals(config, (goals) => removeGoal(goals, id));
    }
    await this.present({ removed: goal, dryRun }, () =>
      this.io.info(`${dryRun ? 'Would remove' : 'Removed'} ${what}.`),
    );
  }
}
