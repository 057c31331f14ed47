import { Connections } from '../../src/accounts/connections.js';
import { checkTemplates } from '../../src/accounts/endpoint-credentials.js';
import { formatProject, writeProjectFile } from '../../src/config/project-file.js';
import { exportProject, type RunConfig } from '../../src/config/run-config.js';
import type { JsonObject } from '../../src/json.js';
import { defineFlags, text, toggle } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';
import { countOf } from '../../src/cli/text.js';

function describeEndpoints({ length }: readonly unknown[]): string {
  return length === 0 ? '' : `, ${countOf(length, 'endpoint')}`;
}

export default class ConfigExport extends GoalsCommand<typeof ConfigExport> {
  static override summary =
    'write goals, mappings, endpoints and settings (never secrets) as a project file';
  static override description =
    'Saved as postback.config.json in the working directory, the file replaces stored goals ' +
    'and settings. A CI job then needs only this file and the environment variables of its ' +
    'networks.';
  static override examples = ['<%= config.bin %> config export --out postback.config.json'];
  static override flags = defineFlags({
    out: text({ summary: 'write to a file instead of stdout', helpValue: 'FILE' }),
    force: toggle({ summary: 'replace an existing file' }),
  });

  protected async execute(): Promise<void> {
    const config = this.loadConfig();
    const project = { ...exportProject(config), http: this.#listTemplates(config) };
    const { out } = this.flags;
    const content = formatProject(project);
    if (out === undefined) {
      await this.present(JSON.parse(content) as object, () => this.io.print(content.trimEnd()));
      return;
    }
    if (!(await this.mayReplace(out, this.flags.force)))
      return this.io.info('Nothing was written.');
    writeProjectFile(out, project);
    await this.present({ file: out, goals: project.goals.length }, () =>
      this.io.info(
        `Wrote ${countOf(project.goals.length, 'goal')}${describeEndpoints(project.http)} and the ` +
          `settings to ${out}.`,
      ),
    );
  }

  /** The templates of the workspace's endpoints: stored ones, and those of the project file. */
  #listTemplates({ workspace, project }: RunConfig): JsonObject[] {
    const connections = new Connections({
      configDirectory: this.environment.directories.config,
      variables: {},
      endpoints: checkTemplates(project?.http, project?.path),
    });
    return [...connections.listEndpoints(workspace.value).values()].map((template) => ({
      ...template,
    }));
  }
}
