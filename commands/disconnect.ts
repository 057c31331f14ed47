import { UsageError } from '../src/errors.js';
import { readNetworkName } from '../src/networks/mapping-check.js';
import { argument, defineArgs, defineFlags, toggle } from './_face/flags.js';
import { refuseNotConnected } from './_face/network-switch.js';
import { confirmOrYes } from './_face/prompts.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

export default class Disconnect extends WorkspaceCommand<typeof Disconnect> {
  static override summary = 'forget the grant of a network, and keep the mappings';
  static override description =
    'Deletes the tokens stored here. The consent itself ends where it was given: in the account of whoever gave it. ' +
    'Asks on a terminal; off it, --yes is needed.';
  static override examples = ['<%= config.bin %> disconnect amazon --yes'];
  static override notes = { exitCodes: [4] as const };
  static override aliases = ['logout'];
  static override args = defineArgs({ network: argument({ description: 'amazon', required: true }) });
  static override flags = defineFlags({
    yes: toggle({ summary: 'do not ask' }),
    'dry-run': toggle({ summary: 'show what would be forgotten, and forget nothing' }),
  });

  protected async execute(): Promise<void> {
    const network = readNetworkName(this.args.network);
    const { yes, 'dry-run': dryRun } = this.flags;
    await this.withWorkspace(async ({ name: workspace, connections }) => {
      const { store } = connections;
      const connection = store.find(workspace, network)?.connection;
      if (!connection) {
        if (!connections.find(workspace, network)) throw refuseNotConnected(network);
        throw new UsageError(
          'not_stored',
          `The connection to ${network} is not stored here, so it cannot be forgotten.`,
          {
            hint: `It comes from the environment: unset the variables POSTBACK_${network.toUpperCase()}_*.`,
          },
        );
      }
      const { account, accountName = '' } = connection;
      const what = `the grant for ${network} account ${`${account} ${accountName}`.trim()}`;
      if (!dryRun) {
        if (!(await confirmOrYes(this.prompting, { question: `Forget ${what}?`, yes }))) {
          return this.io.remark('Nothing was forgotten.');
        }
        await store.remove(workspace, network);
      }
      await this.present({ network, account, disconnected: !dryRun, dryRun }, () =>
        this.io.remark(`${dryRun ? 'Would forget' : 'Forgot'} ${what}. Mappings are kept.`),
      );
    });
  }
}
