import { argument, defineArgs } from './_face/flags.js';
import { NetworkSwitch } from './_face/network-switch.js';

export default class Enable extends NetworkSwitch<typeof Enable> {
  static override summary = 'send to a network again';
  static override examples = ['<%= config.bin %> enable amazon'];
  static override notes = { exitCodes: [4] as const };
  static override args = defineArgs({ network: argument({ description: 'amazon', required: true }) });

  protected async execute(): Promise<void> {
    await this.switchNetwork(this.args.network, true);
  }
}
