import { writeProjectFile, formatProject } from '../../src/config/project-file.js';
import { defineFlags, text, toggle } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';
import { countOf } from '../../src/cli/text.js';

export default class GoalsExport extends GoalsCommand<typeof GoalsExport> {
  static override summary = 'write the goals and their mappings as JSON, for version control';
  static override examples = ['<%= config.bin %> goals export --out goals.json'];
  static override flags = defineFlags({
    out: text({ summary: 'write to a file instead of stdout', helpValue: 'FILE' }),
    force: toggle({ summary: 'replace an existing file' }),
  });

  protected async execute(): Promise<void> {
    const { goals } = this.loadConfig();
    const { out } = this.flags;
    const project = { goals, settings: {} };
    if (out === undefined) {
      await this.present({ goals }, () => this.io.print(formatProject(project).trimEnd()));
      return;
    }
    if (!(await this.mayReplace(out, this.flags.force)))
      return this.io.info('Nothing was written.');
    writeProjectFile(out, project);
    await this.present({ file: out, goals: goals.length }, () =>
      this.io.info(`Wrote ${countOf(goals.length, 'goal')} to ${out}.`),
    );
  }
}
