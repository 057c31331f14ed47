import { parseSetting } from '../../src/config/setting-values.js';
import { SETTING_RULES } from '../../src/config/settings.js';
import { UsageError } from '../../src/errors.js';
import { argument, defineArgs } from '../../src/cli/flags.js';
import { readSettingName } from '../../src/cli/setting-argument.js';
import { SettingsCommand } from '../../src/cli/settings-command.js';

export default class ConfigSet extends SettingsCommand<typeof ConfigSet> {
  static override summary = 'store a setting';
  static override description = 'Applies to every workspace, or with --workspace only to that one.';
  static override examples = [
    '<%= config.bin %> config set consent.default anonymous',
    '<%= config.bin %> config set delivery.rate 5 --workspace my-game',
  ];
  static override args = defineArgs({
    setting: argument({ description: 'name of the setting', required: true }),
    value: argument({ description: 'its value', required: true }),
  });

  protected async execute(): Promise<void> {
    const name = readSettingName(this.args.setting);
    const parsed = parseSetting(name, this.args.value);
    if ('problem' in parsed) {
      throw new UsageError('setting_invalid', `The setting ${name} ${parsed.problem}.`, {
        hint: `Meaning of this setting: ${SETTING_RULES[name].about}.`,
      });
    }
    const config = this.loadConfig();
    const scope = this.scopeOf(config);
    await config.user.updateSettings(scope, { [name]: parsed.value });
    await this.warnOfPrecedence(name);
    await this.present(
      { name, value: parsed.value, workspace: scope === 'all' ? null : scope.workspace },
      () =>
        this.io.info(
          `${name} is ${parsed.value === '' ? 'empty' : parsed.value} ` +
            `${this.describeScope(scope)}.`,
        ),
    );
  }
}
