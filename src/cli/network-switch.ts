import type { Command } from '@oclif/core';
import { AuthError } from '../errors.js';
import { isEndpointName, type NetworkName } from '../networks/names.js';
import { readNetworkArguments } from './network-argument.js';
import { WorkspaceCommand } from './workspace-command.js';

/** The on/off switch of a connection: `enable` and `disable`. */
export abstract class NetworkSwitch<T extends typeof Command> extends WorkspaceCommand<T> {
  /** Turns the network of the arguments on or off. @throws {AuthError} when it is not connected. */
  protected async switchNetwork(
    { network: given, name }: { network: string; name?: string | undefined },
    enabled: boolean,
  ): Promise<void> {
    const network = readNetworkArguments(given, name);
    await this.withWorkspace(async ({ name: workspace, connections }) => {
      // The variables of an endpoint need not be set to switch it off.
      const isThere = isEndpointName(network)
        ? connections.listEndpoints(workspace).has(network)
        : connections.find(workspace, network) !== undefined;
      if (!isThere) throw refuseNotConnected(network);
      await connections.store.setEnabled(workspace, network, enabled);
      const words = enabled
        ? `${network} is enabled. Postbacks are sent to it.`
        : `${network} is disabled. Its postbacks are skipped as network_disabled. The connection ` +
          'is kept.';
      await this.present({ network, enabled }, () => this.io.info(words));
    });
  }
}

/** The error of a command that needs a connection where there is none. */
function refuseNotConnected(network: NetworkName): AuthError {
  return new AuthError('not_connected', `${network} is not connected in this workspace.`, {
    next: `postback connect ${network}`,
  });
}
