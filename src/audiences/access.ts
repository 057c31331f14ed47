import type { Connected } from '../accounts/connections.js';
import { adviseOnNetwork } from '../accounts/environment.js';
import { AuthError } from '../errors.js';
import type { HttpAnswer, HttpRequest } from '../http/http.js';
import { ConnectionFault } from '../http/http.js';
import { NetworkError } from '../errors.js';
import type { AudienceApi } from '../networks/audience-network.js';
import { AUDIENCE_NETWORK, loadAudienceApi } from '../networks/audience-registry.js';
import type { Connection } from '../networks/network.js';
import type { Workspace } from '../workspace.js';

/** A connection that may work with audience lists, as far as is known here. */
export interface AudienceAccess {
  connected: Connected;
  connection: Connection;
  api: AudienceApi;
}

/**
 * The connection to Amazon, if its grant is known to have, or not known to lack, the audience
 * scope.
 * @throws AuthError when Amazon is not connected, switched off, or was connected without the scope
 */
export async function findAccess(workspace: Workspace): Promise<AudienceAccess> {
  const connected = workspace.connections.find(workspace.name, AUDIENCE_NETWORK);
  if (!connected) {
    throw new AuthError(
      'not_connected',
      'Audience lists require a connection to amazon in this workspace.',
      adviseOnNetwork(AUDIENCE_NETWORK, workspace.variables) ?? {
        next: 'postback connect amazon --audiences',
      },
    );
  }
  if (!connected.enabled) {
    throw new AuthError('network_disabled', 'The connection to amazon is disabled.', {
      next: 'postback enable amazon',
    });
  }
  const api = await loadAudienceApi();
  const { connection } = connected.credentials;
  const { scopes } = connection;
  if (scopes !== undefined && !scopes.includes(api.scope)) {
    throw new AuthError(
      'scope_missing',
      `The grant for amazon lacks the scope ${api.scope}, which audience lists require.`,
      {
        hint:
          'Connect again and allow it. The application must also be approved for the scope. ' +
          'Goals and mappings are kept.',
        next: 'postback connect amazon --audiences',
      },
    );
  }
  api.checkConnection(connection);
  return { connected, connection, api };
}

/**
 * Makes one call on lists; a token that has ended is renewed once.
 * @throws AuthError when the grant is refused; NetworkError when Amazon cannot be reached
 */
export async function callNetwork(
  workspace: Workspace,
  { connected }: Pick<AudienceAccess, 'connected'>,
  request: (accessToken: string) => HttpRequest,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  const tokens = workspace.tokensOf(connected);
  const token = await tokens.accessToken(signal);
  const answer = await sendOnce(workspace, request(token), signal);
  if (answer.status !== 401) return answer;
  return sendOnce(workspace, request(await tokens.renew(token, signal)), signal);
}

async function sendOnce(
  { http }: Workspace,
  request: HttpRequest,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  try {
    return await http.send(request, signal ? { signal } : {});
  } catch (error) {
    if (!(error instanceof ConnectionFault)) throw error;
    throw new NetworkError(
      'audience_call_failed',
      `Amazon could not be reached: ${error.message}`,
      { cause: error },
    );
  }
}
