import { answerJson } from '../exchange.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { readBearer } from './caller.js';
import { GoogleGrants } from './grants.js';
import { createApiRoutes } from './ingest.js';
import { createLoginRoutes } from './login.js';
import { Processing } from './processing.js';
import { createRefuse } from './refusals.js';
import { createTokenRoutes } from './token.js';

/** Google's stand-in: sign-in, the token endpoint and the Data Manager API. */
export function createGoogleSandbox(tools: SandboxTools): SandboxNetwork {
  const grants = new GoogleGrants(tools.clock, tools.random);
  const processing = new Processing(tools);
  const refuse = createRefuse(tools.random);
  return {
    name: 'google',
    routes: [
      ...createLoginRoutes({ ...tools, grants }),
      ...createTokenRoutes(grants),
      ...createApiRoutes({ clock: tools.clock, grants, processing, refuse }),
    ],
    refuse: (status, host) =>
      host === 'datamanager.googleapis.com' ? refuse(status) : answerJson(status, { error: 'not_found' }),
    revoke: (request) => (request ? grants.revoke(readBearer(request)) : grants.revoke()),
    expire: (request) => grants.expire(readBearer(request)),
    restore: () => grants.restore(),
    reset: () => processing.reset(),
  };
}
