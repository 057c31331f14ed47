import { AuthError } from '../errors.js';
import type { Connected } from './connections.js';
import type { TokenSource } from './tokens.js';

/**
 * What the channel of an endpoint gets as a token: the values of the template's variables, as JSON.
 * There is nothing to renew: what an endpoint refuses, the operator sets again.
 */
export function createEndpointTokens({ credentials, store, workspace }: Connected): TokenSource {
  const { connection, variables = {} } = credentials;
  const { network } = connection;
  const values = Object.fromEntries(
    Object.entries(variables).map(([name, secret]) => [name, secret.reveal()]),
  );
  const token = JSON.stringify(values);
  return {
    accessToken: () => Promise.resolve(token),
    renew: () => Promise.reject(refuse(network, Object.keys(variables))),
    reportRefused: async ({ status }) => {
      await store?.revise(workspace, network, (held) => ({
        ...held,
        refused: { atMs: Date.now(), status },
      }));
    },
  };
}

function refuse(network: string, names: readonly string[]): AuthError {
  const hint =
    names.length === 0
      ? 'Its template sends no token. Ask the network how it is authorized.'
      : `Set ${names.join(', ')} to what the network gave you. Postbacks stay pending.`;
  return new AuthError('endpoint_refused', `${network} answered 401: not authorized.`, {
    hint,
    next: 'postback doctor',
  });
}
