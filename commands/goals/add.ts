import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../../src/errors.js';
import type { ConversionGoal } from '../../src/goals/goal.js';
import { addGoal, type GoalInput } from '../../src/goals/goal-list.js';
import { GOAL_TEMPLATES, type GoalTemplate } from '../../src/goals/templates.js';
import { defineFlags, text } from '../../src/cli/flags.js';
import { goalFlags } from '../../src/cli/goal-flags.js';
import { askForGoal, describeUnknownField, type GoalAnswers } from '../../src/cli/goal-wizard.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';

export default class GoalsAdd extends GoalsCommand<typeof GoalsAdd> {
  static override summary = 'add a goal';
  static override description =
    'On a terminal, asks for missing values. Prints the id of the new goal.';
  static override examples = [
    '<%= config.bin %> goals add --template first-purchase',
    "<%= config.bin %> goals add --name 'Big Purchase' --event purchase --filter 'value>=50' " +
      '--filter currency=USD',
  ];
  static override flags = defineFlags({
    ...goalFlags,
    template: text({
      summary: 'start from a template',
      options: GOAL_TEMPLATES.map(({ id }) => id),
    }),
    id: text({ summary: 'id of the goal (default: derived from its name)', helpValue: 'ID' }),
  });

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    const config = this.loadConfig();
    const input = await this.completeInput();
    if (input === undefined) return this.io.info('Nothing was added.');
    const known =
      this.flags.template === undefined
        ? undefined
        : findSame(config.user.readGoals(config.workspace.value), input);
    if (known) return this.present(known, () => this.reportKnown(known));
    const goal = (await this.changeGoals(config, (goals) => addGoal(goals, input))).at(-1)!;
    await this.present(goal, async () => {
      await this.io.print(goal.id);
      await this.noteFields(goal);
      await this.io.info(
        `Added the goal ${goal.name}. Next: postback map ${goal.id} NETWORK ID, if the network ` +
          'has no default name for it',
      );
    });
  }

  /** Says which filters name a field that these events usually lack. */
  private async noteFields({ event, filters }: ConversionGoal): Promise<void> {
    for (const filter of filters) {
      const words = describeUnknownField(filter, event);
      if (words !== undefined) await this.io.info(words);
    }
  }

  private async reportKnown({ id, name }: ConversionGoal): Promise<void> {
    await this.io.print(id);
    await this.io.info(`The goal ${name} already exists; nothing was changed.`);
  }

  private async completeInput(): Promise<GoalInput | undefined> {
    const {
      name,
      event,
      trigger,
      filter: filters,
      description,
      id,
      template: templateId,
    } = this.flags;
    const template = GOAL_TEMPLATES.find((candidate) => candidate.id === templateId);
    const said = { name, event, trigger, filters, description, id };
    const input: GoalAnswers =
      template === undefined ? said : { ...said, ...fillIn(said, template) };
    if (input.name !== undefined && input.event !== undefined) return input;
    if (this.io.isInteractive && !this.io.json) return askForGoal(this.prompting, input);
    throw new UsageError('missing_flag', 'A goal needs a name and an event.', {
      hint: 'Give --name and --event, or --template.',
      next: 'postback goals templates',
    });
  }
}

/**
 * The stored goal that an earlier call with the same template and flags made, also where it was
 * edited since.
 */
function findSame(goals: readonly ConversionGoal[], input: GoalInput): ConversionGoal | undefined {
  const { id, name, event, filters = [] } = input;
  const isSame = (goal: ConversionGoal): boolean =>
    goal.name === name && goal.event === event && (id === undefined || goal.id === id);
  const same = goals.filter(isSame);
  return (
    same.find((goal) => isDeepStrictEqual(goal.filters, filters)) ??
    ((filters as string[]).length === 0 ? same[0] : undefined)
  );
}

/** Returns the values of the flags, with defaults from the template. */
function fillIn(said: GoalAnswers, template: GoalTemplate): GoalAnswers {
  const { name, event, trigger, description } = template;
  return {
    name: said.name ?? name,
    event: said.event ?? event,
    trigger: said.trigger ?? trigger,
    description: said.description ?? description,
  };
}
