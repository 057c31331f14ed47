import type { RunConfig } from '../../src/config/run-config.js';
import { maskSetting, type Sourced } from '../../src/config/resolve.js';
import { showGateway } from '../../src/http/gateway.js';
import { envNameOf } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';
import { printTable } from '../../src/cli/table.js';

export default class ConfigShow extends GoalsCommand<typeof ConfigShow> {
  static override summary = 'show every setting and its source';
  static override description =
    'A flag overrides the environment, which overrides the project file, the user config and ' +
    'the default, in this order. Secrets are not shown.';
  static override examples = ['<%= config.bin %> config show'];

  protected async execute(): Promise<void> {
    const config = this.loadConfig();
    const general = {
      workspace: config.workspace,
      gateway: this.findGateway(),
      goals: countGoals(config),
    };
    const settings = Object.fromEntries(
      Object.entries(config.sources).map(([name, said]) => [name, withNull(maskSetting(said))]),
    );
    const rows = Object.entries({ ...general, ...settings });
    await this.present({ ...general, settings }, async () => {
      await printTable(this.io, rows, [
        { header: 'Name', value: ([name]) => name },
        { header: 'Value', value: ([, { value }]) => value },
        { header: 'Source', value: ([, { source }]) => source },
        { header: 'Where', value: ([, { where }]) => where, dropOrder: 1 },
      ]);
    });
  }

  private findGateway(): Sourced<string | null> {
    const { gateway } = this.flags;
    const variable = envNameOf('gateway');
    if (gateway === undefined) return { value: null, source: 'default' };
    const value = showGateway(gateway);
    if (gateway === this.environment.variables[variable])
      return { value, source: 'environment', where: variable };
    return { value, source: 'flag', where: '--gateway' };
  }
}

function countGoals({ goals, goalsFrom, project, user }: RunConfig): Sourced<number> {
  const where = goalsFrom === 'project file' ? project?.path : user.path;
  return { value: goals.length, source: goalsFrom, ...(where === undefined ? {} : { where }) };
}

/** Shows an unset setting as null, because JSON omits undefined. */
function withNull<T>(said: Sourced<T | undefined>): Sourced<T | null> {
  return { ...said, value: said.value ?? null };
}
