import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { refuse } from './answers.js';
import { createXConversionRoute } from './conversions.js';
import { XGrants } from './grants.js';

/** X's stand-in: web conversions, by pixel token or OAuth 1.0a. It has no login, no lists and no test mode. */
export function createXSandbox(tools: SandboxTools): SandboxNetwork {
  const grants = new XGrants(tools.clock);
  return {
    name: 'x',
    routes: [createXConversionRoute({ ...tools, grants })],
    refuse: (status) => refuse(status),
    revoke: (request) => grants.revoke(request),
    // Neither kind ends by itself: what ends is refused until it is restored.
    expire: (request) => grants.revoke(request),
    restore: () => grants.restore(),
    reset: () => undefined,
  };
}
