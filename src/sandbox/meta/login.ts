import { renderConsentPage, renderNote } from '../consent-page.js';
import { answerPage, answerRedirect, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { escapeHtml, renderPage } from '../page.js';
import type { Route } from '../route.js';
import type { MetaGrants } from './grants.js';
import { META_SCOPES, META_USERS, SANDBOX_META_APP_ID } from './seed.js';

/** The redirect URIs registered for the sandbox's app (contract.md section 3, `connect`). */
const REGISTERED = [8787, 8788, 8789].map((port) => `http://localhost:${port}/callback`);
const LOOPBACK = /^http:\/\/localhost:\d{1,5}\/callback$/;
const SCOPE_WORDS: Readonly<Record<string, string>> = {
  ads_management: 'report conversions and manage ads',
  business_management: 'see the businesses of the user',
  ads_read: 'read ad accounts and their pixels',
};
const SCOPE_SEPARATOR = /[\s,]+/;

export interface LoginParts {
  grants: MetaGrants;
  anyLoopbackPort: boolean;
}

/** Facebook Login: a browser is shown the consent form, any other client is let through at once. */
export function createMetaLoginRoutes(parts: LoginParts): Route[] {
  const base = {
    hosts: ['www.facebook.com'],
    path: '/:version/dialog/oauth',
    kind: 'login' as const,
    refuse: (status: number) => answerPage(status, renderProblem('The page cannot be shown now.')),
  };
  return [
    { ...base, method: 'GET', handle: (request) => showConsent(parts, request) },
    { ...base, method: 'POST', handle: (request) => takeConsent(parts, request) },
  ];
}

function renderProblem(words: string): string {
  const card = `<section class="card"><h1>Facebook Login error</h1><p>${escapeHtml(words)}</p></section>`;
  return renderPage('Facebook Login (sandbox)', `${renderNote('Meta')}${card}`);
}

function showConsent(parts: LoginParts, { query, headers }: SandboxRequest): SandboxAnswer {
  const problem = findProblem(parts, query);
  if (problem !== undefined) return answerPage(400, renderProblem(problem));
  const chosenUser = query.get('sandbox_user') ?? META_USERS[0]!.name;
  const decision = query.get('sandbox_decision');
  const isBrowser = (headers.accept ?? '').includes('text/html');
  if (decision !== null || !isBrowser) return decide(parts, query, decision ?? 'allow', chosenUser);
  const page = {
    login: 'Facebook Login',
    network: 'Meta',
    client: query.get('client_id')!,
    wishes: readScopes(query).map((scope) => [SCOPE_WORDS[scope] ?? '', scope] as const),
    users: META_USERS,
  };
  return answerPage(200, renderConsentPage({ ...page, chosenUser, query }));
}

function takeConsent(parts: LoginParts, { query, body }: SandboxRequest): SandboxAnswer {
  const problem = findProblem(parts, query);
  if (problem !== undefined) return answerPage(400, renderProblem(problem));
  const form = new URLSearchParams(body.toString('utf8'));
  return decide(parts, query, form.get('decision') ?? '', form.get('user') ?? META_USERS[0]!.name);
}

/** What Facebook says on a page, and does not redirect. */
function findProblem({ anyLoopbackPort }: LoginParts, query: URLSearchParams): string | undefined {
  if (query.get('client_id') !== SANDBOX_META_APP_ID)
    return 'Invalid App ID: The provided app ID does not look like one.';
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!REGISTERED.includes(redirectUri) && !(anyLoopbackPort && LOOPBACK.test(redirectUri))) {
    return "URL blocked: This redirect failed because the redirect URI is not white-listed in the app's Client OAuth Settings.";
  }
  const responseType = query.get('response_type') ?? 'code';
  if (responseType !== 'code') return `The response type ${responseType} is not supported.`;
  const unknown = readScopes(query).find((scope) => !META_SCOPES.includes(scope));
  return unknown === undefined ? undefined : `Invalid Scopes: ${unknown}.`;
}

function decide({ grants }: LoginParts, query: URLSearchParams, decision: string, user: string): SandboxAnswer {
  if (decision === 'deny') {
    return redirectWith(query, {
      error: 'access_denied',
      error_code: '200',
      error_description: 'Permissions error',
      error_reason: 'user_denied',
    });
  }
  if (decision !== 'allow') return answerPage(400, renderProblem('The decision must be allow or deny.'));
  if (!META_USERS.some(({ name }) => name === user)) {
    return answerPage(400, renderProblem('The sandbox has no such user.'));
  }
  const code = grants.issueCode({ user, scopes: readScopes(query), redirectUri: query.get('redirect_uri')! });
  return redirectWith(query, { code });
}

function redirectWith(query: URLSearchParams, values: Record<string, string>): SandboxAnswer {
  const location = new URL(query.get('redirect_uri')!);
  for (const [name, value] of Object.entries(values)) location.searchParams.set(name, value);
  const state = query.get('state');
  if (state !== null) location.searchParams.set('state', state);
  // Facebook ends every redirect like this.
  location.hash = '_=_';
  return answerRedirect(location.href);
}

function readScopes(query: URLSearchParams): string[] {
  return (query.get('scope') ?? '').split(SCOPE_SEPARATOR).filter((scope) => scope !== '');
}
