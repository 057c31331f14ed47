import { parseSetting } from '../../src/config/setting-values.js';
import { SETTING_RULES } from '../../src/config/settings.js';
import { UsageError } from '../../src/errors.js';
import { argument, defineArgs } from '../_face/flags.js';
import { readSettingName } from '../_face/setting-argument.js';
import { SettingsCommand } from '../_face/settings-command.js';

export default class ConfigSet extends SettingsCommand<typeof ConfigSet> {
  static override summary = 'store a setting';
  static override description = 'It holds in every workspace; with --workspace in that one only.';
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
        hint: `It means: ${SETTING_RULES[name].about}.`,
      });
    }
    const config = this.loadConfig();
    const scope = this.scopeOf(config);
    await config.user.updateSettings(scope, { [name]: parsed.value });
    await this.warnOfPrecedence(name);
    await this.present({ name, value: parsed.value, workspace: scope === 'all' ? null : scope.workspace }, () =>
      this.io.remark(`${name} is ${parsed.value === '' ? 'empty' : parsed.value} ${this.describeScope(scope)}.`),
    );
  }
}
