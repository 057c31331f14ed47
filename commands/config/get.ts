import { argument, defineArgs } from '../_face/flags.js';
import { GoalsCommand } from '../_face/goals-command.js';
import { readSettingName } from '../_face/setting-argument.js';

export default class ConfigGet extends GoalsCommand<typeof ConfigGet> {
  static override summary = 'print the value of one setting';
  static override examples = ['<%= config.bin %> config get consent.default'];
  static override args = defineArgs({ setting: argument({ description: 'name of the setting', required: true }) });

  protected async execute(): Promise<void> {
    const name = readSettingName(this.args.setting);
    const said = this.loadConfig().sources[name];
    await this.present({ name, ...said, value: said.value ?? null }, () => this.io.out(String(said.value ?? '')));
  }
}
