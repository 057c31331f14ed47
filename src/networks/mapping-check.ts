import { ConfigError } from '../errors.js';
import type { MappingCheck } from '../goals/mapping.js';
import { quoteTypedName, suggestNearMatches } from '../near-match.js';
import { NETWORK_NAMES, isNetworkName, type NetworkName, type PerNetwork } from './names.js';
import { findNetwork } from './registry.js';

/**
 * Checks mappings by each network's own rule.
 * @param apis which of its contracts a network is spoken to with, where that is known (Amazon has
 *   two).
 */
export function createMappingCheck(apis: PerNetwork<string | undefined>): MappingCheck {
  return (name, mapping) => {
    const network = findNetwork(name);
    if (network === undefined) return `this version of postback does not support it`;
    return network.checkMapping(mapping, apis[name]);
  };
}

/**
 * The network that `text` names.
 * @throws ConfigError with near matches and the known ones.
 */
export function readNetworkName(text: string): NetworkName {
  const name = text.toLowerCase();
  if (isNetworkName(name)) return name;
  const message = `Unknown network${quoteTypedName(text)}.${suggestNearMatches(text, NETWORK_NAMES)}`;
  throw new ConfigError('unknown_network', message, {
    hint: `The networks are: ${NETWORK_NAMES.join(', ')}, and endpoints such as http:acme.`,
  });
}
