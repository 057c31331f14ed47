import { messageOf } from '../errors.js';
import type { DefinitionList } from '../networks/definitions.js';
import type { NetworkName } from '../networks/names.js';
import { findNetwork } from '../networks/registry.js';
import type { Workspace } from '../workspace.js';

/**
 * The definitions of the account that a network is connected to.
 * @returns undefined where the network has no list or is not connected; `unavailable` where it
 *   cannot be had now
 */
export async function findDefinitions(
  workspace: Workspace,
  name: NetworkName,
  signal: AbortSignal,
): Promise<(DefinitionList & { account: string }) | undefined> {
  const list = await findNetwork(name)?.loadDefinitions?.();
  if (!list) return undefined;
  try {
    const connected = workspace.connections.find(workspace.name, name);
    if (!connected) return undefined;
    const { connection } = connected.credentials;
    const { account } = connection;
    try {
      const accessToken = await workspace.tokensOf(connected).accessToken(signal);
      return {
        ...(await list({ http: workspace.http, connection, accessToken, signal })),
        account,
      };
    } catch (error) {
      return { unavailable: messageOf(error), account };
    }
  } catch {
    // Variables that describe a connection in part: the mapping is stored, and status says what is
    // missing.
    return undefined;
  }
}
