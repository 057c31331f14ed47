import { formatProject, writeProjectFile } from '../../src/config/project-file.js';
import { exportProject } from '../../src/config/run-config.js';
import { defineFlags, text, toggle } from '../_face/flags.js';
import { GoalsCommand } from '../_face/goals-command.js';
import { countOf } from '../_face/text.js';

export default class ConfigExport extends GoalsCommand<typeof ConfigExport> {
  static override summary = 'write goals, mappings and settings as a project file, never a secret';
  static override description =
    'As postback.config.json in the working directory the file replaces what is stored, so that a CI job needs it and the ' +
    'variables of its networks, and nothing else.';
  static override examples = ['<%= config.bin %> config export --out postback.config.json'];
  static override flags = defineFlags({
    out: text({ summary: 'write to a file instead of stdout', helpValue: 'FILE' }),
    force: toggle({ summary: 'replace a file that is there' }),
  });

  protected async execute(): Promise<void> {
    const project = exportProject(this.loadConfig());
    const { out } = this.flags;
    const content = formatProject(project);
    if (out === undefined) {
      await this.present(JSON.parse(content) as object, () => this.io.out(content.trimEnd()));
      return;
    }
    if (!(await this.mayReplace(out, this.flags.force))) return this.io.remark('Nothing was written.');
    writeProjectFile(out, project);
    await this.present({ file: out, goals: project.goals.length }, () =>
      this.io.remark(`Wrote ${countOf(project.goals.length, 'goal')} and the settings to ${out}.`),
    );
  }
}
