import type { Command } from '@oclif/core';
import { AuthError } from '../../src/errors.js';
import { readNetworkName } from '../../src/networks/mapping-check.js';
import type { NetworkName } from '../../src/networks/names.js';
import { WorkspaceCommand } from './workspace-command.js';

/** The on/off switch of a connection: `enable` and `disable`. */
export abstract class NetworkSwitch<T extends typeof Command> extends WorkspaceCommand<T> {
  /** Turns the network of the argument on or off. @throws {AuthError} when it is not connected. */
  protected async switchNetwork(argument: string, enabled: boolean): Promise<void> {
    const network = readNetworkName(argument);
    await this.withWorkspace(async ({ name: workspace, connections }) => {
      if (!connections.find(workspace, network)) throw refuseNotConnected(network);
      await connections.store.setEnabled(workspace, network, enabled);
      const words = enabled
        ? `${network} is enabled: postbacks are sent there.`
        : `${network} is disabled: its postbacks are skipped as network_disabled. The connection is kept.`;
      await this.present({ network, enabled }, () => this.io.remark(words));
    });
  }
}

/** The error of a command that needs a connection where there is none. */
export function refuseNotConnected(network: NetworkName): AuthError {
  return new AuthError('not_connected', `${network} is not connected in this workspace.`, {
    next: `postback connect ${network}`,
  });
}
