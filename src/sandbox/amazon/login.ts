import { answerPage, answerRedirect, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { Route } from '../route.js';
import type { Grants } from './grants.js';
import { findRegion, listHosts } from './hosts.js';
import { renderAmazonConsent, renderErrorPage } from './login-pages.js';
import { CLIENTS, KNOWN_SCOPES, USERS } from './seed.js';

/** The return URLs registered for the sandbox's application (contract.md section 3, `connect`). */
const REGISTERED_RETURN_URLS = [8787, 8788, 8789].map((port) => `http://localhost:${port}/callback`);

const LOOPBACK_RETURN_URL = /^http:\/\/localhost:\d{1,5}\/callback$/;

/** RFC 7636 section 4.2. */
const CODE_CHALLENGE = /^[A-Za-z0-9._~-]{43,128}$/;

export interface LoginParts {
  grants: Grants;
  anyLoopbackPort: boolean;
}

/**
 * The authorize page of the three regions. A browser (Accept has text/html) is shown the consent form, which posts
 * `decision` and `user`; any other client, such as curl, is redirected at once as if allowed. `sandbox_decision` and
 * `sandbox_user` in the query decide for both.
 */
export function createLoginRoutes(parts: LoginParts): Route[] {
  const base = { hosts: listHosts('authorize'), path: '/ap/oa', kind: 'login' as const, refuse: refuseLogin };
  return [
    { ...base, method: 'GET', handle: (request) => showConsent(parts, request) },
    { ...base, method: 'POST', handle: (request) => takeConsent(parts, request) },
  ];
}

function refuseLogin(status: number): SandboxAnswer {
  return answerPage(status, renderErrorPage(status, 'The page cannot be shown now.'));
}

function showConsent(parts: LoginParts, request: SandboxRequest): SandboxAnswer {
  const refusal = refuseRequest(parts, request.query);
  if (refusal) return refusal;
  const user = request.query.get('sandbox_user') ?? defaultUser(request.host);
  const decision = request.query.get('sandbox_decision');
  const browser = (request.headers.accept ?? '').includes('text/html');
  if (decision !== null || !browser) return decide(parts, request.query, decision ?? 'allow', user);
  return answerPage(200, renderAmazonConsent(request.query, user));
}

function takeConsent(parts: LoginParts, request: SandboxRequest): SandboxAnswer {
  const refusal = refuseRequest(parts, request.query);
  if (refusal) return refusal;
  const form = new URLSearchParams(request.body.toString('utf8'));
  return decide(parts, request.query, form.get('decision') ?? '', form.get('user') ?? defaultUser(request.host));
}

/** Who logs in unless it is said: the user whose advertiser is in the region of the page. */
function defaultUser(host: string): string {
  return findRegion(host);
}

/** What Login with Amazon refuses: on a page where it cannot trust the return URL, else by redirect. */
function refuseRequest({ anyLoopbackPort }: LoginParts, query: URLSearchParams): SandboxAnswer | undefined {
  const clientId = query.get('client_id') ?? '';
  if (!CLIENTS.some(({ id }) => id === clientId)) {
    return answerPage(400, renderErrorPage(400, 'An unknown client was requested: client_id is not registered.'));
  }
  const redirectUri = query.get('redirect_uri') ?? '';
  const registered = REGISTERED_RETURN_URLS.includes(redirectUri);
  if (!registered && !(anyLoopbackPort && LOOPBACK_RETURN_URL.test(redirectUri))) {
    const words = 'The redirect URI you provided has not been whitelisted for your application';
    return answerPage(400, renderErrorPage(400, words));
  }
  const problem = findRequestProblem(query);
  return problem && redirectWith(query, { error: problem.error, error_description: problem.description });
}

function findRequestProblem(query: URLSearchParams): { error: string; description: string } | undefined {
  const responseType = query.get('response_type');
  if (responseType === null) return missing('response_type');
  if (responseType !== 'code') {
    const description = 'The authorization server does not support this response type';
    return { error: 'unsupported_response_type', description };
  }
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  if (scopes.length === 0) return missing('scope');
  const unknown = scopes.find((scope) => !KNOWN_SCOPES.includes(scope));
  if (unknown !== undefined) return { error: 'invalid_scope', description: 'An unknown scope was requested' };
  const challenge = query.get('code_challenge');
  const method = query.get('code_challenge_method') ?? 'plain';
  if (challenge === null) return query.has('code_challenge_method') ? missing('code_challenge') : undefined;
  if (!CODE_CHALLENGE.test(challenge) || (method !== 'S256' && method !== 'plain')) {
    return { error: 'invalid_request', description: 'The request has an invalid parameter : code_challenge' };
  }
  return undefined;
}

function missing(name: string): { error: string; description: string } {
  return { error: 'invalid_request', description: `The request is missing a required parameter : ${name}` };
}

function decide({ grants }: LoginParts, query: URLSearchParams, decision: string, user: string): SandboxAnswer {
  if (decision === 'deny') {
    return redirectWith(query, { error: 'access_denied', error_description: 'Access not permitted.' });
  }
  if (decision !== 'allow') return answerPage(400, renderErrorPage(400, 'The decision must be allow or deny.'));
  if (!USERS.some(({ name }) => name === user)) {
    return answerPage(400, renderErrorPage(400, 'The sandbox has no such user.'));
  }
  const scope = query.get('scope')!;
  const challenge = query.get('code_challenge');
  const code = grants.issueCode({
    clientId: query.get('client_id')!,
    user,
    scopes: scope.split(' ').filter((name) => name !== ''),
    redirectUri: query.get('redirect_uri')!,
    ...(challenge === null ? {} : { challenge }),
    challengeMethod: query.get('code_challenge_method') ?? 'plain',
  });
  return redirectWith(query, { code, scope });
}

function redirectWith(query: URLSearchParams, values: Record<string, string>): SandboxAnswer {
  const location = new URL(query.get('redirect_uri')!);
  for (const [name, value] of Object.entries(values)) location.searchParams.set(name, value);
  const state = query.get('state');
  if (state !== null) location.searchParams.set('state', state);
  return answerRedirect(location.href);
}
