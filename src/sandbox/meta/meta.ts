import { isJsonObject } from '../../json.js';
import { readHeader, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { createOAuthServer } from '../oauth/server.js';
import type { Route, RouteParams } from '../route.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { answerAdAccounts, answerAdPixels, answerPixel } from './accounts.js';
import { answerError, answerStatus } from './answers.js';
import { answerEvents } from './events.js';
import { META_OAUTH } from './oauth.js';
import { makeGraphError } from './scripted-errors.js';
import { answerTokenFacts, findToken, type MetaToken } from './token.js';

const GRAPH_HOSTS = ['graph.facebook.com'];
/**
 * Versions that are served (https://developers.facebook.com/docs/graph-api/changelog, 2026-11-30).
 */
const OLDEST_VERSION = 20;
const NEWEST_VERSION = 26;

type Handle = (request: SandboxRequest, params: RouteParams, caller: MetaToken) => SandboxAnswer;

/** Creates the sandbox of Meta: Facebook Login and the Graph API. */
export function createMetaSandbox(tools: SandboxTools): SandboxNetwork {
  const { store, routes } = createOAuthServer(META_OAUTH, tools);
  const graph = {
    hosts: GRAPH_HOSTS,
    refuse: (status: number) => answerStatus(tools, status),
    refuseCode: (code: number, message?: string) =>
      answerError(tools, makeGraphError(code, message)),
  };
  const route = (method: Route['method'], path: string, handle: Handle): Route => ({
    ...graph,
    method,
    path: `/:version/${path}`,
    kind: 'api',
    handle(request, params) {
      if (!isServed(params['version'])) return answerError(tools, WRONG_VERSION);
      const caller = findToken(store, readToken(request));
      const answer =
        'message' in caller ? answerError(tools, caller) : handle(request, params, caller);
      Object.assign(answer.headers, describeVersion(params['version'], tools.clock.now()));
      return answer;
    },
  });
  return {
    name: 'meta',
    routes: [
      ...routes,
      // Before the pixels: a path of one word more is a node's name otherwise.
      route('GET', 'debug_token', (request, _params, caller) =>
        answerTokenFacts({ ...tools, store }, request, caller),
      ),
      route('GET', 'me/adaccounts', (request, _params, caller) =>
        answerAdAccounts(tools, request, caller),
      ),
      route('GET', ':node/adspixels', (request, params, caller) =>
        answerAdPixels(tools, request, params, caller),
      ),
      route('GET', ':node', (request, params, caller) =>
        answerPixel(tools, request, params, caller),
      ),
      route('POST', ':node/events', (request, params, caller) =>
        answerEvents(tools, request, params, caller),
      ),
    ],
    refuse: (status) => answerStatus(tools, status),
    ...store.faults(readToken),
    reset: () => undefined,
  };
}

const WRONG_VERSION = {
  code: 2635,
  message: '(#2635) You are calling a version of the API that is not served.',
};

function isServed(version = ''): boolean {
  const [, major] = /^v(\d{1,3})\.\d$/.exec(version) ?? [];
  return Number(major) >= OLDEST_VERSION && Number(major) <= NEWEST_VERSION;
}

/**
 * When versions end, as far as Meta has dated it; a later version answers from then on and says so:
 * https://developers.facebook.com/docs/graph-api/changelog (read 2026-11-30).
 */
const ENDS: ReadonlyMap<string, string> = new Map([['v25.0', '2028-07-29']]);

/** The headers that say which version answered. */
function describeVersion(version = '', nowMs: number): Record<string, string> {
  const end = ENDS.get(version);
  if (end === undefined || nowMs < Date.parse(end)) return { 'facebook-api-version': version };
  const answering = `v${NEWEST_VERSION}.0`;
  return {
    'facebook-api-version': answering,
    'x-ad-api-version-warning': `The call has been auto-upgraded to ${answering} as ${version} has been deprecated.`,
  };
}

/** As a bearer token, in the query, or in the body as Meta's own SDK has it. */
function readToken(request: SandboxRequest): string {
  const bearer = /^Bearer (\S+)$/i.exec(readHeader(request, 'authorization') ?? '')?.[1];
  const given = bearer ?? request.query.get('access_token');
  if (given !== null) return given;
  const body = request.method === 'POST' ? readJson(request)?.value : undefined;
  return isJsonObject(body) && typeof body['access_token'] === 'string' ? body['access_token'] : '';
}
