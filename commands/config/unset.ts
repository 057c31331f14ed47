import { argument, defineArgs } from '../_face/flags.js';
import { readSettingName } from '../_face/setting-argument.js';
import { SettingsCommand } from '../_face/settings-command.js';

export default class ConfigUnset extends SettingsCommand<typeof ConfigUnset> {
  static override summary = 'forget a stored setting';
  static override description = 'Forgets it for every workspace; with --workspace for that one only.';
  static override examples = ['<%= config.bin %> config unset consent.default'];
  static override args = defineArgs({ setting: argument({ description: 'name of the setting', required: true }) });

  protected async execute(): Promise<void> {
    const name = readSettingName(this.args.setting);
    const config = this.loadConfig();
    const scope = this.scopeOf(config);
    await config.user.updateSettings(scope, { [name]: undefined });
    await this.warnOfPrecedence(name);
    await this.present({ name, workspace: scope === 'all' ? null : scope.workspace }, () =>
      this.io.remark(`${name} is not set ${this.describeScope(scope)} any more.`),
    );
  }
}
