import type { RunConfig } from '../../src/config/run-config.js';
import type { Sourced } from '../../src/config/resolve.js';
import { envNameOf } from '../_face/flags.js';
import { GoalsCommand } from '../_face/goals-command.js';
import { printTable } from '../_face/table.js';

export default class ConfigShow extends GoalsCommand<typeof ConfigShow> {
  static override summary = 'show every setting, and who said it';
  static override description =
    'Explicit flag beats environment beats project file beats user config beats default. Secrets are not shown.';
  static override examples = ['<%= config.bin %> config show'];

  protected async execute(): Promise<void> {
    const config = this.loadConfig();
    const general = { workspace: config.workspace, gateway: this.findGateway(), goals: countGoals(config) };
    const settings = Object.fromEntries(Object.entries(config.sources).map(([name, said]) => [name, withNull(said)]));
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
    if (gateway === this.environment.variables[variable]) {
      return { value: gateway, source: 'environment', where: variable };
    }
    return { value: gateway, source: 'flag', where: '--gateway' };
  }
}

function countGoals({ goals, goalsFrom, project, user }: RunConfig): Sourced<number> {
  const where = goalsFrom === 'project file' ? project?.path : user.path;
  return { value: goals.length, source: goalsFrom, ...(where === undefined ? {} : { where }) };
}

/** JSON leaves undefined out; a setting that nobody set is shown as null. */
function withNull<T>(said: Sourced<T | undefined>): Sourced<T | null> {
  return { ...said, value: said.value ?? null };
}
