import type { NetworkName } from '../networks/names.js';
import { createAmazonSandbox } from './amazon/amazon.js';
import type { SandboxNetwork, SandboxTools } from './sandbox-network.js';

type Maker = (tools: SandboxTools) => SandboxNetwork;

/** The networks that the sandbox plays; a new one is a folder here and a line in this table. */
const MAKERS: Partial<Record<NetworkName, Maker>> = {
  amazon: createAmazonSandbox,
};

/** The stand-ins of the networks named, or of all that are known. */
export function createNetworks(tools: SandboxTools, names?: readonly NetworkName[]): SandboxNetwork[] {
  const chosen = names ?? (Object.keys(MAKERS) as NetworkName[]);
  return chosen.flatMap((name) => MAKERS[name]?.(tools) ?? []);
}
