import { readBearer } from '../bearer.js';
import type { SandboxAnswer, SandboxRequest } from '../exchange.js';
import type { GrantStore } from '../oauth/grant-store.js';
import type { Route, RouteParams } from '../route.js';
import { hasOwnName, refuseApi } from './answers.js';
import { REDDIT_USERS, type SandboxBusiness } from './seed.js';

/** The one whose token it is, by what it opens. */
export interface Caller {
  businesses: readonly SandboxBusiness[];
}

export interface ApiRoute {
  method: 'GET' | 'POST';
  /** Below `/api/v3`. */
  path: string;
  scope: 'adsread' | 'adsconversions';
  handle(request: SandboxRequest, params: RouteParams, caller: Caller): SandboxAnswer;
}

/**
 * Puts what all calls of the Ads API have in common before a handler: a name of one's own, token,
 * scope.
 */
export function createApiRoute(grants: GrantStore, route: ApiRoute): Route {
  const { method, path, scope } = route;
  return {
    method,
    hosts: ['ads-api.reddit.com'],
    path: `/api/v3${path}`,
    kind: 'api',
    refuse: (status) => refuseApi(status),
    handle(request, params) {
      if (!hasOwnName(request)) return refuseApi(429);
      const grant = grants.findAccess(readBearer(request));
      if (!grant) return refuseApi(401);
      if (!grant.scopes.includes(scope)) return refuseApi(403);
      const businesses = REDDIT_USERS.find(({ name }) => name === grant.user)?.businesses ?? [];
      return route.handle(request, params, { businesses });
    },
  };
}
