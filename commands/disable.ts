import { argument, defineArgs } from '../src/cli/flags.js';
import { NETWORK_CHOICES } from '../src/cli/network-words.js';
import { NetworkSwitch } from '../src/cli/network-switch.js';

export default class Disable extends NetworkSwitch<typeof Disable> {
  static override summary = 'stop sending to a network but keep its connection';
  static override examples = ['<%= config.bin %> disable amazon'];
  static override notes = { exitCodes: [4] as const };
  static override args = defineArgs({
    network: argument({ description: `${NETWORK_CHOICES}, or http`, required: true }),
    name: argument({ description: 'http: the name of the endpoint' }),
  });

  protected async execute(): Promise<void> {
    await this.switchNetwork(this.args, false);
  }
}
