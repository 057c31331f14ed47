import { readNetworkName } from '../networks/mapping-check.js';
import { ENDPOINT_SLUG, endpointNameOf, type NetworkName } from '../networks/names.js';
import { UsageError } from '../errors.js';

/**
 * The network that the arguments of a command name: `meta`, `http:acme`, or `http acme` in two
 * words, as `connect` takes it.
 * @throws ConfigError for an unknown network; UsageError for a name that does not belong to one
 */
export function readNetworkArguments(network: string, name: string | undefined): NetworkName {
  if (name === undefined) return readNetworkName(network);
  if (network.toLowerCase() === 'http' && ENDPOINT_SLUG.test(name)) return endpointNameOf(name);
  throw new UsageError('unexpected_argument', `${network} takes no name ${JSON.stringify(name)}.`, {
    hint: 'Only endpoints have names, such as http:acme.',
  });
}
