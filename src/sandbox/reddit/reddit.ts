import { readBearer } from '../bearer.js';
import { createOAuthServer } from '../oauth/server.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { createRedditAccountRoutes } from './accounts.js';
import { refuseApi, refuseLogin } from './answers.js';
import { createRedditEventRoute } from './conversion-events.js';
import { REDDIT_OAUTH } from './oauth.js';

/** Creates the sandbox of Reddit: the login of www.reddit.com and the Ads API v3. */
export function createRedditSandbox(tools: SandboxTools): SandboxNetwork {
  const { store: grants, routes } = createOAuthServer(REDDIT_OAUTH, tools);
  const parts = { ...tools, grants };
  return {
    name: 'reddit',
    routes: [...routes, ...createRedditAccountRoutes(grants), createRedditEventRoute(parts)],
    refuse: (status, host) =>
      host === 'ads-api.reddit.com' ? refuseApi(status) : refuseLogin(status),
    ...grants.faults(readBearer),
    reset: () => undefined,
  };
}
