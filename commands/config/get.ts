import { maskSetting } from '../../src/config/resolve.js';
import { argument, defineArgs } from '../../src/cli/flags.js';
import { GoalsCommand } from '../../src/cli/goals-command.js';
import { readSettingName } from '../../src/cli/setting-argument.js';

export default class ConfigGet extends GoalsCommand<typeof ConfigGet> {
  static override summary = 'print the value of one setting';
  static override examples = ['<%= config.bin %> config get consent.default'];
  static override args = defineArgs({
    setting: argument({ description: 'name of the setting', required: true }),
  });

  protected async execute(): Promise<void> {
    const name = readSettingName(this.args.setting);
    const said = maskSetting(this.loadConfig().sources[name]);
    await this.present({ name, ...said, value: said.value ?? null }, () =>
      this.io.print(String(said.value ?? '')),
    );
  }
}
