import { GOAL_TEMPLATES } from '../../src/goals/templates.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { printTable } from '../../src/cli/table.js';

export default class GoalsTemplates extends BaseCommand<typeof GoalsTemplates> {
  static override summary = 'list the goal templates';
  static override examples = [
    '<%= config.bin %> goals templates',
    '<%= config.bin %> goals add --template first-purchase',
  ];

  protected async execute(): Promise<void> {
    await this.refuseUnknownWorkspace();
    await this.present(GOAL_TEMPLATES, async () => {
      await printTable(this.io, GOAL_TEMPLATES, [
        { header: 'Id', value: ({ id }) => id },
        { header: 'Name', value: ({ name }) => name },
        { header: 'Event', value: ({ event }) => event },
        { header: 'Trigger', value: ({ trigger }) => trigger },
        { header: 'Description', value: ({ description }) => description, dropOrder: 1 },
      ]);
    });
  }
}
