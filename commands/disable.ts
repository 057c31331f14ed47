import { argument, defineArgs } from './_face/flags.js';
import { NetworkSwitch } from './_face/network-switch.js';

export default class Disable extends NetworkSwitch<typeof Disable> {
  static override summary = 'stop sending to a network, and keep its connection';
  static override examples = ['<%= config.bin %> disable amazon'];
  static override notes = { exitCodes: [4] as const };
  static override args = defineArgs({ network: argument({ description: 'amazon', required: true }) });

  protected async execute(): Promise<void> {
    await this.switchNetwork(this.args.network, false);
  }
}
