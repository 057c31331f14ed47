import type { Route } from '../route.js';
import { createAuthorizeRoutes } from './authorize.js';
import type { AnswerTools, OAuthConfig } from './config.js';
import { GrantStore } from './grant-store.js';
import { createTokenRoutes } from './token.js';

/** The login of one network: its authorize page, its token endpoint, and what they gave out. */
export interface OAuthServer {
  store: GrantStore;
  routes: readonly Route[];
}

/** Creates the login that a network's configuration describes. */
export function createOAuthServer(
  config: OAuthConfig,
  tools: AnswerTools & { anyLoopbackPort: boolean },
): OAuthServer {
  const store = new GrantStore(tools, config.granted);
  const { anyLoopbackPort } = tools;
  return {
    store,
    routes: [
      ...createAuthorizeRoutes({ config, store, anyLoopbackPort }),
      ...createTokenRoutes({ config, store, tools }),
    ],
  };
}
