import type { Connected } from '../accounts/connections.js';
import { AuthError } from '../errors.js';
import type { HttpAnswer, HttpRequest } from '../http/http.js';
import { ConnectionFault } from '../http/http.js';
import { NetworkError } from '../errors.js';
import { AUDIENCE_SCOPE } from '../networks/amazon/audience-lists.js';
import type { AmazonTarget } from '../networks/amazon/target.js';
import { readTarget } from '../networks/amazon/target.js';
import type { Workspace } from '../workspace.js';

/** A connection that may work with audience lists, as far as is known here. */
export interface AudienceAccess {
  connected: Connected;
  target: AmazonTarget;
}

/**
 * The connection to Amazon, if its grant is known to have, or not known to lack, the audience scope.
 * @throws AuthError when Amazon is not connected, switched off, or was connected without the scope
 */
export function findAccess(workspace: Workspace): AudienceAccess {
  const connected = workspace.connections.find(workspace.name, 'amazon');
  if (!connected) {
    throw new AuthError('not_connected', 'amazon is not connected in this workspace; audience lists are kept there.', {
      next: 'postback connect amazon --audiences',
    });
  }
  if (!connected.enabled) {
    throw new AuthError('network_disabled', 'The connection to amazon is switched off.', {
      next: 'postback enable amazon',
    });
  }
  const { scopes } = connected.credentials.connection;
  if (scopes !== undefined && !scopes.includes(AUDIENCE_SCOPE)) {
    throw new AuthError(
      'scope_missing',
      `The grant for amazon was given without ${AUDIENCE_SCOPE}, which every call on audience lists needs.`,
      {
        hint: 'Connect again and allow it; the application must be approved for the scope too. Goals and mappings are kept.',
        next: 'postback connect amazon --audiences',
      },
    );
  }
  return { connected, target: readTarget(connected.credentials.connection) };
}

/**
 * Makes one call on lists; a token that has ended is renewed once.
 * @throws AuthError when the grant is refused; NetworkError when Amazon cannot be reached
 */
export async function callAmazon(
  workspace: Workspace,
  { connected }: AudienceAccess,
  request: (accessToken: string) => HttpRequest,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  const tokens = workspace.tokensOf(connected);
  const token = await tokens.accessToken(signal);
  const answer = await sendOnce(workspace, request(token), signal);
  if (answer.status !== 401) return answer;
  return sendOnce(workspace, request(await tokens.renew(token, signal)), signal);
}

async function sendOnce({ http }: Workspace, request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
  try {
    return await http.send(request, signal ? { signal } : {});
  } catch (error) {
    if (!(error instanceof ConnectionFault)) throw error;
    throw new NetworkError('audience_call_failed', `Amazon could not be reached: ${error.message}`, { cause: error });
  }
}
