import { AuthError, UsageError } from '../src/errors.js';
import { readNetworkArguments } from '../src/cli/network-argument.js';
import { isEndpointName } from '../src/networks/names.js';
import { argument, defineArgs, defineFlags, toggle, yesFlag } from '../src/cli/flags.js';
import { NETWORK_CHOICES } from '../src/cli/network-words.js';
import { confirmOrYes } from '../src/cli/prompts.js';
import { WorkspaceCommand } from '../src/cli/workspace-command.js';

export default class Disconnect extends WorkspaceCommand<typeof Disconnect> {
  static override summary = 'remove the stored grant of a network but keep the mappings';
  static override description =
    'Deletes the tokens stored here. To revoke the consent itself, use the settings of the ' +
    'account that granted it. Asks for confirmation on a terminal; without a terminal it ' +
    'requires --yes.';
  static override examples = ['<%= config.bin %> disconnect amazon --yes'];
  static override notes = { exitCodes: [4] as const };
  static override aliases = ['logout'];
  static override args = defineArgs({
    network: argument({ description: `${NETWORK_CHOICES}, or http`, required: true }),
    name: argument({ description: 'http: the name of the endpoint' }),
  });
  static override flags = defineFlags({
    yes: yesFlag(),
    'dry-run': toggle({ summary: 'show what would be removed without removing it' }),
  });

  protected async execute(): Promise<void> {
    const network = readNetworkArguments(this.args.network, this.args.name);
    const { yes, 'dry-run': dryRun } = this.flags;
    await this.withWorkspace(async ({ name: workspace, connections }) => {
      const { store } = connections;
      const connection = store.find(workspace, network)?.connection;
      if (!connection) {
        if (!connections.find(workspace, network)) {
          throw new AuthError('not_connected', `${network} is not connected in this workspace.`, {
            hint: 'Nothing is stored for it, so there is nothing to disconnect.',
            next: 'postback status',
          });
        }
        throw new UsageError(
          'not_stored',
          `The connection to ${network} is not stored here, so it cannot be removed.`,
          {
            hint: this.flags.sandbox
              ? 'It belongs to the embedded sandbox, which connects every network for each command.'
              : isEndpointName(network)
                ? 'It comes from the project file: remove its template there.'
                : 'It comes from the environment: unset the variables ' +
                  `POSTBACK_${network.toUpperCase()}_*.`,
          },
        );
      }
      const { account, accountName = '' } = connection;
      const what = `the grant for ${network} account ${`${account} ${accountName}`.trim()}`;
      if (!dryRun) {
        if (!(await confirmOrYes(this.prompting, { question: `Remove ${what}?`, yes }))) {
          return this.io.info('Nothing was removed.');
        }
        await store.remove(workspace, network);
      }
      await this.present({ network, account, disconnected: !dryRun, dryRun }, () =>
        this.io.info(`${dryRun ? 'Would remove' : 'Removed'} ${what}. Mappings are kept.`),
      );
    });
  }
}
