import { readBearer } from '../bearer.js';
import {
  acceptsType,
  readHeader,
  readMediaType,
  type SandboxAnswer,
  type SandboxRequest,
} from '../exchange.js';
import type { Route, RouteParams } from '../route.js';
import type { GrantStore } from '../oauth/grant-store.js';
import { findRegion, listHosts, type Region } from './hosts.js';
import type { Refuse } from './refusals.js';
import { ACCOUNTS, CAMPAIGN_SCOPE, CLIENTS, USERS, type SandboxAccount } from './seed.js';

/** Who calls, at which region's host. */
export interface Caller {
  region: Region;
  user: string;
  /** The user's advertisers in this region. */
  accounts: readonly SandboxAccount[];
}

export interface ApiRoute {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  /**
   * The header that must repeat the client id, lower case: the generations spell it differently.
   */
  clientHeader: 'amazon-advertising-api-clientid' | 'amazon-ads-clientid';
  /** What a body must be; undefined where there is none. */
  contentTypes?: readonly string[];
  /** The media types of the answer, of which the Accept header must take one. */
  answerTypes: readonly string[];
  /** The scope that the token must have; conversions' by default. */
  scope?: string;
  refuse: Refuse;
  handle(request: SandboxRequest, params: RouteParams, caller: Caller): SandboxAnswer;
}

/**
 * Puts what all Ads API calls have in common before a handler: token, scope, client id, media
 * types.
 */
export function createApiRoute(grants: GrantStore, route: ApiRoute): Route {
  const { method, path, refuse } = route;
  return {
    method,
    path,
    hosts: listHosts('api'),
    kind: 'api',
    refuse: (status, message) => refuse(status, message),
    handle(request, params) {
      const caller = identifyCaller(grants, route, request);
      if ('status' in caller) return caller;
      const typed = route.contentTypes?.includes(readMediaType(request)) ?? true;
      if (!typed && request.body.length > 0) return refuse(415);
      if (!route.answerTypes.some((type) => acceptsType(request, type))) return refuse(406);
      return route.handle(request, params, caller);
    },
  };
}

function identifyCaller(
  grants: GrantStore,
  { clientHeader, scope = CAMPAIGN_SCOPE, refuse }: ApiRoute,
  request: SandboxRequest,
): Caller | SandboxAnswer {
  const grant = grants.findAccess(readBearer(request));
  if (!grant) return refuse(401, 'Unauthorized');
  const clientId = readHeader(request, clientHeader);
  if (!clientId) return refuse(401, `${clientHeader} header is missing`);
  if (clientId !== grant.clientId)
    return refuse(401, 'The client id does not match the access token');
  if (!CLIENTS.find(({ id }) => id === clientId)?.approved) {
    return refuse(401, 'The client is not approved for the Amazon Ads API');
  }
  if (!grant.scopes.includes(scope))
    return refuse(403, `The access token lacks the scope ${scope}`);
  const region = findRegion(request.host);
  const owned = USERS.find(({ name }) => name === grant.user)?.accounts ?? [];
  return {
    region,
    user: grant.user,
    accounts: owned.filter((account) => account.region === region),
  };
}

/**
 * The advertiser with this DSP advertiser id. One of another region answers 401, as an unknown one
 * of this region's answers 403: a wrong region shows as 401 or as an empty list
 * (https://github.com/denisneuf/python-amazon-ad-api/issues/188).
 */
export function findAccount(
  caller: Caller,
  advertiserId: string,
  refuse: Refuse,
): SandboxAccount | SandboxAnswer {
  const own = caller.accounts.find((account) => account.advertiserId === advertiserId);
  if (own) return own;
  const elsewhere = ACCOUNTS.find((account) => account.advertiserId === advertiserId);
  if (elsewhere && elsewhere.region !== caller.region)
    return refuse(401, 'Not authorized to access scope');
  return refuse(403);
}

/**
 * The advertiser of the Scope header, with the documented 401 texts
 * (https://github.com/idealerror/amazon-ads-api-docs/tree/08dc185c, 2025-09).
 */
export function findScope(
  caller: Caller,
  request: SandboxRequest,
  refuse: Refuse,
): SandboxAccount | SandboxAnswer {
  const profileId = readHeader(request, 'amazon-advertising-api-scope');
  if (!profileId) return refuse(401, 'Scope header is missing');
  const own = caller.accounts.find((account) => account.profileId === profileId);
  if (own) return own;
  const exists = ACCOUNTS.some(
    (account) => account.profileId === profileId && account.region === caller.region,
  );
  return refuse(
    401,
    exists ? 'Not authorized to access scope' : 'No matching advertiser found for scope',
  );
}
