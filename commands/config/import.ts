import { Connections } from '../../src/accounts/connections.js';
import { checkTemplates } from '../../src/accounts/endpoint-credentials.js';
import { systemClock } from '../../src/clock.js';
import { readProjectFile } from '../../src/config/project-file.js';
import { refuseOwnInput } from '../../src/files/own-files.js';
import { diffReplaced } from '../../src/goals/goal-diff.js';
import { importGoals } from '../../src/goals/goal-list.js';
import type { EndpointTemplate } from '../../src/networks/http/template.js';
import { endpointNameOf } from '../../src/networks/names.js';
import { argument, defineArgs, defineFlags, toggle, yesFlag } from '../../src/cli/flags.js';
import { describeImport, printChanges } from '../../src/cli/import-view.js';
import { confirmOrYes } from '../../src/cli/prompts.js';
import { warnOfShared } from '../../src/cli/shared-warning.js';
import { SettingsCommand } from '../../src/cli/settings-command.js';
import { countOf } from '../../src/cli/text.js';

export default class ConfigImport extends SettingsCommand<typeof ConfigImport> {
  static override summary = 'import goals, mappings, endpoints and settings from a project file';
  static override description =
    'Imports into the workspace that --workspace names, or the one that the file names. Goals ' +
    'with the same id are replaced after confirmation on a terminal, or with --yes without ' +
    'one. Other goals and settings are kept.';
  static override examples = ['<%= config.bin %> config import postback.config.json --dry-run'];
  static override args = defineArgs({
    file: argument({ description: 'the file', required: true }),
  });
  static override flags = defineFlags({
    yes: yesFlag('replace goals without asking'),
    'dry-run': toggle({ summary: 'show what would be stored without storing it' }),
  });

  protected override readonly makesWorkspace = true;

  protected async execute(): Promise<void> {
    refuseOwnInput(this.args.file, this.args.file, this.inputContext.folders);
    const config = this.loadConfig();
    const { goals = [], settings, workspace: named, http } = readProjectFile(this.args.file);
    const templates = checkTemplates(http, this.args.file);
    const asked = this.scopeOf(config);
    const scope = asked === 'all' && named !== undefined ? { workspace: named } : asked;
    const workspace = scope === 'all' ? config.workspace.value : scope.workspace;
    const stored = config.user.readGoals(workspace);
    const plan = importGoals(stored, goals);
    const changes = diffReplaced(stored, goals);
    const { 'dry-run': dryRun, yes } = this.flags;
    await printChanges(this.io, changes);
    if (!dryRun) {
      const question = `Replace ${plan.replaced.join(', ')} in the workspace ${workspace}?`;
      if (plan.replaced.length > 0 && !(await confirmOrYes(this.prompting, { question, yes }))) {
        return this.io.info('Nothing was stored.');
      }
      await this.warnOfProjectFile(config);
      await config.user.updateGoals(workspace, (current) => importGoals(current, goals).goals);
      await config.user.updateSettings(scope, settings);
      await this.#connect(workspace, templates);
    }
    await warnOfShared(this.io, plan.goals);
    const { added, replaced, unchanged } = plan;
    const names = Object.keys(settings);
    const endpoints = templates.map(({ name }) => endpointNameOf(name));
    const settled = { settings: names, endpoints, dryRun };
    const result = { workspace, added, replaced, unchanged, changes, ...settled };
    const connected = endpoints.length === 0 ? '' : `, ${countOf(endpoints.length, 'endpoint')}`;
    await this.present(result, () =>
      this.io.info(
        `${describeImport(plan, dryRun)} ${countOf(names.length, 'setting')}${connected}, ` +
          `workspace ${workspace}.`,
      ),
    );
  }

  /** Stores the endpoints of the file. One that is stored already must stay at its host. */
  async #connect(workspace: string, templates: readonly EndpointTemplate[]): Promise<void> {
    if (templates.length === 0) return;
    const { connectEndpoint } = await import('../../src/accounts/connect-endpoint.js');
    const { variables, directories } = this.environment;
    const connections = new Connections({ configDirectory: directories.config, variables });
    for (const template of templates) {
      await connectEndpoint({
        workspace,
        connections,
        clock: systemClock,
        variables,
        template,
        path: this.args.file,
        allowsPrivate: false,
        looksUp: false,
        replaces: this.flags.yes,
        onWarning: (words) => void this.io.info(words),
      });
    }
  }
}
