import { renderConsentPage, renderNote } from '../consent-page.js';
import { answerPage, answerRedirect, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { escapeHtml, renderPage } from '../page.js';
import type { Route } from '../route.js';
import type { GoogleGrants } from './grants.js';
import { CLIENTS, DATA_MANAGER_SCOPE, USERS } from './seed.js';

const REGISTERED_RETURN_URLS = [8787, 8788, 8789].map((port) => `http://localhost:${port}/callback`);
const LOOPBACK_RETURN_URL = /^http:\/\/(?:localhost|127\.0\.0\.1):\d{1,5}(?:\/\w*)?$/;
/** RFC 7636 section 4.2. */
const CODE_CHALLENGE = /^[A-Za-z0-9._~-]{43,128}$/;
const KNOWN_SCOPES: readonly string[] = [
  DATA_MANAGER_SCOPE,
  'https://www.googleapis.com/auth/adwords',
  'openid',
  'email',
];

export interface LoginParts {
  grants: GoogleGrants;
  anyLoopbackPort: boolean;
}

/**
 * The authorize page. A browser (Accept has text/html) is shown the consent form, which posts `decision` and `user`; any
 * other client, such as curl, is redirected at once as if allowed. `sandbox_decision` and `sandbox_user` in the query
 * decide for both.
 */
export function createLoginRoutes(parts: LoginParts): Route[] {
  const base = { hosts: ['accounts.google.com'], path: '/o/oauth2/v2/auth', kind: 'login' as const, refuse };
  return [
    { ...base, method: 'GET', handle: (request) => showConsent(parts, request) },
    { ...base, method: 'POST', handle: (request) => takeConsent(parts, request) },
  ];
}

function refuse(status: number): SandboxAnswer {
  return blockAccess(status, 'server_error', 'The page cannot be shown now.');
}

function showConsent(parts: LoginParts, { query, headers }: SandboxRequest): SandboxAnswer {
  const refusal = refuseRequest(parts, query);
  if (refusal) return refusal;
  const user = query.get('sandbox_user') ?? 'one';
  const decision = query.get('sandbox_decision');
  const isBrowser = (headers.accept ?? '').includes('text/html');
  if (decision !== null || !isBrowser) return decide(parts, query, decision ?? 'allow', user);
  return answerPage(
    200,
    renderConsentPage({
      login: 'Sign in with Google',
      network: 'Google',
      client: query.get('client_id') ?? '',
      wishes: readScopes(query).map((scope) => [scope === DATA_MANAGER_SCOPE ? 'send conversions' : '', scope]),
      users: USERS,
      chosenUser: user,
      query,
    }),
  );
}

function takeConsent(parts: LoginParts, { query, body }: SandboxRequest): SandboxAnswer {
  const refusal = refuseRequest(parts, query);
  if (refusal) return refusal;
  const form = new URLSearchParams(body.toString('utf8'));
  return decide(parts, query, form.get('decision') ?? '', form.get('user') ?? 'one');
}

/** What Google refuses: on a page of its own, which never calls back. */
function refuseRequest({ anyLoopbackPort }: LoginParts, query: URLSearchParams): SandboxAnswer | undefined {
  const clientId = query.get('client_id');
  if (!clientId) return missing('client_id');
  if (!CLIENTS.some(({ id }) => id === clientId)) {
    return blockAccess(401, 'invalid_client', 'The OAuth client was not found.');
  }
  const redirectUri = query.get('redirect_uri') ?? '';
  const isRegistered = REGISTERED_RETURN_URLS.includes(redirectUri);
  if (!isRegistered && !(anyLoopbackPort && LOOPBACK_RETURN_URL.test(redirectUri))) {
    return blockAccess(400, 'redirect_uri_mismatch', `This app's request is invalid: redirect_uri=${redirectUri}`);
  }
  if (query.get('response_type') !== 'code') return missing('response_type');
  const scopes = readScopes(query);
  if (scopes.length === 0) return missing('scope');
  const unknown = scopes.find((scope) => !KNOWN_SCOPES.includes(scope));
  if (unknown !== undefined) {
    return blockAccess(400, 'invalid_scope', `Some requested scopes were invalid. {invalid=[${unknown}]}`);
  }
  return refuseParameters(query);
}

function refuseParameters(query: URLSearchParams): SandboxAnswer | undefined {
  if (!['online', 'offline', null].includes(query.get('access_type'))) {
    return blockAccess(400, 'invalid_request', 'Invalid parameter value for access_type');
  }
  const prompts = (query.get('prompt') ?? '').split(' ').filter(Boolean);
  if (prompts.some((prompt) => !['none', 'consent', 'select_account'].includes(prompt))) {
    return blockAccess(400, 'invalid_request', 'Invalid parameter value for prompt');
  }
  const challenge = query.get('code_challenge');
  if (challenge !== null && (query.get('code_challenge_method') !== 'S256' || !CODE_CHALLENGE.test(challenge))) {
    return blockAccess(400, 'invalid_request', 'Invalid parameter value for code_challenge');
  }
  return undefined;
}

function missing(name: string): SandboxAnswer {
  return blockAccess(400, 'invalid_request', `Required parameter is missing: ${name}`);
}

function decide({ grants }: LoginParts, query: URLSearchParams, decision: string, user: string): SandboxAnswer {
  if (decision === 'deny') return redirectWith(query, { error: 'access_denied' });
  if (decision !== 'allow' || !USERS.some(({ name }) => name === user)) {
    return blockAccess(400, 'invalid_request', 'The sandbox has no such user or decision.');
  }
  const clientId = query.get('client_id')!;
  const asksAgain = (query.get('prompt') ?? '').split(' ').includes('consent');
  const challenge = query.get('code_challenge');
  const code = grants.issueCode({
    clientId,
    user,
    scopes: readScopes(query),
    redirectUri: query.get('redirect_uri')!,
    ...(challenge === null ? {} : { challenge }),
    isOffline: query.get('access_type') === 'offline' && (asksAgain || !grants.hasConsented(user, clientId)),
  });
  return redirectWith(query, { code, scope: readScopes(query).join(' ') });
}

function readScopes(query: URLSearchParams): string[] {
  return (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
}

function redirectWith(query: URLSearchParams, values: Record<string, string>): SandboxAnswer {
  const location = new URL(query.get('redirect_uri')!);
  const state = query.get('state');
  if (state !== null) location.searchParams.set('state', state);
  for (const [name, value] of Object.entries(values)) location.searchParams.set(name, value);
  return answerRedirect(location.href);
}

/** Google's own dead end. */
function blockAccess(status: number, error: string, words: string): SandboxAnswer {
  return answerPage(
    status,
    renderPage(
      'Access blocked (sandbox)',
      `${renderNote('Google')}
<section class="card">
<h1>Access blocked: authorization error</h1>
<p>${escapeHtml(words)}</p>
<p><strong>Error ${status}: ${escapeHtml(error)}</strong></p>
</section>`,
    ),
  );
}
