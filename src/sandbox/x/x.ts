import { GrantStore } from '../oauth/grant-store.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { refuse } from './answers.js';
import { createCallerCheck, readToken, X_GRANTED } from './caller.js';
import { createXConversionRoute } from './conversions.js';

/**
 * Creates the sandbox of X: web conversions, with a pixel token or OAuth 1.0a. It has no login,
 * lists or test mode.
 */
export function createXSandbox(tools: SandboxTools): SandboxNetwork {
  const store = new GrantStore(tools, X_GRANTED);
  const checkCaller = createCallerCheck(tools.clock, store);
  return {
    name: 'x',
    routes: [createXConversionRoute({ ...tools, checkCaller })],
    refuse: (status) => refuse(status),
    ...store.faults(readToken),
    reset: () => undefined,
  };
}
