import { readBearer } from '../bearer.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { createRedditAccountRoutes } from './accounts.js';
import { refuseApi, refuseLogin } from './answers.js';
import { createRedditEventRoute } from './conversion-events.js';
import { RedditGrants } from './grants.js';
import { createRedditLoginRoutes } from './login.js';
import { createRedditTokenRoute } from './token.js';

/** Reddit's stand-in: the login of www.reddit.com and the Ads API v3. */
export function createRedditSandbox(tools: SandboxTools): SandboxNetwork {
  const grants = new RedditGrants(tools.clock, tools.random);
  const parts = { ...tools, grants };
  return {
    name: 'reddit',
    routes: [
      ...createRedditLoginRoutes(parts),
      createRedditTokenRoute(grants),
      ...createRedditAccountRoutes(grants),
      createRedditEventRoute(parts),
    ],
    refuse: (status, host) => (host === 'ads-api.reddit.com' ? refuseApi(status) : refuseLogin(status)),
    revoke: (request) => (request ? grants.revoke(readBearer(request)) : grants.revoke()),
    expire: (request) => grants.expire(readBearer(request)),
    restore: () => grants.restore(),
    reset: () => undefined,
  };
}
