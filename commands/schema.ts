import { buildProjectSchema } from '../src/config/project-schema.js';
import { buildEventSchema } from '../src/events/event-schema.js';
import { buildGoalSchema } from '../src/goals/goal-schema.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { argument, defineArgs } from '../src/cli/flags.js';

const BUILDERS = { event: buildEventSchema, goal: buildGoalSchema, config: buildProjectSchema };

export default class Schema extends BaseCommand<typeof Schema> {
  static override summary = 'print the JSON Schema of an event, a goal or the project file';
  static override description =
    'The schema is generated from the rules that the program applies. event is an Audience ' +
    'message, the native format; other formats are described in `postback help events-guide`.';
  static override examples = [
    '<%= config.bin %> schema event > event.schema.json',
    '<%= config.bin %> schema config --json',
  ];
  static override args = defineArgs({
    subject: argument({
      description: 'event, goal or config',
      options: Object.keys(BUILDERS),
      default: 'event',
    }),
  });

  protected async execute(): Promise<void> {
    await this.refuseUnknownWorkspace();
    const schema = BUILDERS[this.args.subject as keyof typeof BUILDERS]();
    // Under --json a line, as everywhere; else as people and diffs like it.
    await this.io.print(this.io.json ? schema : JSON.stringify(schema, undefined, 2));
  }
}
