import { readHeader, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { createOAuthServer } from '../oauth/server.js';
import type { Route } from '../route.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { listAdvertisers, listPixels } from './accounts.js';
import { answerApi, answerCode, answerStatus, CODES, WRONG_TOKEN } from './answers.js';
import { TIKTOK_OAUTH } from './oauth.js';
import { TIKTOK_USERS, type SandboxTikTokUser } from './seed.js';
import { createTracker } from './track.js';

type Handle = (request: SandboxRequest, user: SandboxTikTokUser) => SandboxAnswer;

/**
 * Creates the sandbox of TikTok: the business portal and the API for Business. Paths end with a
 * slash.
 */
export function createTikTokSandbox(tools: SandboxTools): SandboxNetwork {
  const { store, routes } = createOAuthServer(TIKTOK_OAUTH, tools);
  const route = (method: 'GET' | 'POST', path: string, handle: Handle): Route => ({
    method,
    hosts: ['business-api.tiktok.com'],
    path: `/open_api/v1.3${path}`,
    kind: 'api',
    refuse: (status) => answerStatus(tools, status),
    refuseCode: (code, message) => answerCode(tools, code, message),
    handle(request) {
      const token = readToken(request);
      if (token === '') return answerApi(tools, CODES.emptyToken, 'Access-Token is empty.');
      const grant = store.findAccess(token);
      const user = TIKTOK_USERS.find(({ name }) => name === grant?.user);
      return user ? handle(request, user) : answerApi(tools, CODES.wrongToken, WRONG_TOKEN);
    },
  });
  return {
    name: 'tiktok',
    routes: [
      ...routes,
      route('GET', '/oauth2/advertiser/get/', (request, user) =>
        listAdvertisers(tools, request, user),
      ),
      route('GET', '/pixel/list/', (request, user) => listPixels(tools, request, user)),
      route('POST', '/event/track/', createTracker(tools)),
    ],
    refuse: (status) => answerStatus(tools, status),
    ...store.faults(readToken),
    reset: () => undefined,
  };
}

/** The token stands in a header of its own; `Authorization: Bearer` is not looked at. */
function readToken(request: SandboxRequest): string {
  return readHeader(request, 'access-token') ?? '';
}
