import type { AnyNetwork } from './network.js';

/**
 * Returns the command that maps a goal at a network, with placeholders for what the operator has to
 * fill in.
 * @param api the contract of the connection, where the network has several
 */
export function describeMapCommand(
  network: AnyNetwork,
  goal: string,
  api: string | undefined,
): string {
  return `postback map ${goal} ${network.name} ${network.mappingWords?.(api) ?? 'VALUE'}`;
}
