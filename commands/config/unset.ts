import { argument, defineArgs } from '../../src/cli/flags.js';
import { readSettingName } from '../../src/cli/setting-argument.js';
import { SettingsCommand } from '../../src/cli/settings-command.js';

export default class ConfigUnset extends SettingsCommand<typeof ConfigUnset> {
  static override summary = 'remove a stored setting';
  static override description =
    'Removes it for every workspace, or with --workspace only for that one.';
  static override examples = ['<%= config.bin %> config unset consent.default'];
  static override args = defineArgs({
    setting: argument({ description: 'name of the setting', required: true }),
  });

  protected async execute(): Promise<void> {
    const name = readSettingName(this.args.setting);
    const config = this.loadConfig();
    const scope = this.scopeOf(config);
    await config.user.updateSettings(scope, { [name]: undefined });
    await this.warnOfPrecedence(name);
    await this.present({ name, workspace: scope === 'all' ? null : scope.workspace }, () =>
      this.io.info(`Removed ${name} ${this.describeScope(scope)}.`),
    );
  }
}
