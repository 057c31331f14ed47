import { buildProjectSchema } from '../src/config/project-schema.js';
import { buildEventSchema } from '../src/events/event-schema.js';
import { buildGoalSchema } from '../src/goals/goal-schema.js';
import { BaseCommand } from './_face/base-command.js';
import { argument, defineArgs } from './_face/flags.js';

const BUILDERS = { event: buildEventSchema, goal: buildGoalSchema, config: buildProjectSchema };

export default class Schema extends BaseCommand<typeof Schema> {
  static override summary = 'print the JSON Schema of an event, a goal or the project file';
  static override description =
    'The schema is made of the rules that the program checks by. event: an Audience message, the native form; other ' +
    'formats are described in docs/events.md.';
  static override examples = [
    '<%= config.bin %> schema event > event.schema.json',
    '<%= config.bin %> schema config --json',
  ];
  static override args = defineArgs({
    subject: argument({ description: 'event, goal or config', options: Object.keys(BUILDERS), default: 'event' }),
  });

  protected async execute(): Promise<void> {
    const schema = BUILDERS[this.args.subject as keyof typeof BUILDERS]();
    // Under --json a line, as everywhere; else as people and diffs like it.
    await this.io.out(this.io.json ? schema : JSON.stringify(schema, undefined, 2));
  }
}
