import { readBearer } from '../bearer.js';
import { answerJson } from '../exchange.js';
import { createOAuthServer } from '../oauth/server.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { createApiRoutes } from './ingest.js';
import { GOOGLE_OAUTH } from './oauth.js';
import { Processing } from './processing.js';
import { createRefuse } from './refusals.js';

/** Creates the sandbox of Google: sign-in, the token endpoint and the Data Manager API. */
export function createGoogleSandbox(tools: SandboxTools): SandboxNetwork {
  const { store: grants, routes } = createOAuthServer(GOOGLE_OAUTH, tools);
  const processing = new Processing(tools);
  const refuse = createRefuse(tools.random);
  return {
    name: 'google',
    routes: [...routes, ...createApiRoutes({ clock: tools.clock, grants, processing, refuse })],
    refuse: (status, host) =>
      host === 'datamanager.googleapis.com'
        ? refuse(status)
        : answerJson(status, { error: 'not_found' }),
    ...grants.faults(readBearer),
    reset: () => processing.reset(),
  };
}
