import { renderConsentPage, renderNote } from '../consent-page.js';
import { answerPage, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { escapeHtml, renderPage } from '../page.js';
import { mayReturnTo, redirectBack } from '../return-url.js';
import type { Route } from '../route.js';
import { SCOPES, type RedditGrants } from './grants.js';
import { REDDIT_USERS, SANDBOX_REDDIT_CLIENT_ID } from './seed.js';

const SCOPE_WORDS: Readonly<Record<string, string>> = {
  adsconversions: 'send conversion events',
  adsread: 'read ad accounts and pixels',
};

export interface LoginParts {
  grants: RedditGrants;
  anyLoopbackPort: boolean;
}

/** `/api/v1/authorize`: a browser is shown the consent form, any other client is let through at once. */
export function createRedditLoginRoutes(parts: LoginParts): Route[] {
  const refuse = (status: number): SandboxAnswer => answerPage(status, renderProblem('try again in a minute'));
  const base = { hosts: ['www.reddit.com'], path: '/api/v1/authorize', kind: 'login' as const, refuse };
  return [
    { ...base, method: 'GET', handle: (request) => showConsent(parts, request) },
    { ...base, method: 'POST', handle: (request) => takeConsent(parts, request) },
  ];
}

function renderProblem(words: string): string {
  const card = `<section class="card"><h1>bad request (reddit.com)</h1><p>you sent an invalid request</p><p>— ${escapeHtml(words)}</p></section>`;
  return renderPage('reddit.com (sandbox)', `${renderNote('Reddit')}${card}`);
}

function showConsent(parts: LoginParts, { query, headers }: SandboxRequest): SandboxAnswer {
  const refusal = refuseRequest(parts, query);
  if (refusal) return refusal;
  const chosenUser = query.get('sandbox_user') ?? REDDIT_USERS[0]!.name;
  const decision = query.get('sandbox_decision');
  const isBrowser = (headers.accept ?? '').includes('text/html');
  if (decision !== null || !isBrowser) return decide(parts, query, decision ?? 'allow', chosenUser);
  const wishes = readScopes(query).map((scope) => [SCOPE_WORDS[scope] ?? '', scope] as const);
  const page = { login: 'Reddit', network: 'Reddit', client: SANDBOX_REDDIT_CLIENT_ID, wishes, users: REDDIT_USERS };
  return answerPage(200, renderConsentPage({ ...page, chosenUser, query }));
}

function takeConsent(parts: LoginParts, { query, body }: SandboxRequest): SandboxAnswer {
  const form = new URLSearchParams(body.toString('utf8'));
  const user = form.get('user') ?? REDDIT_USERS[0]!.name;
  return refuseRequest(parts, query) ?? decide(parts, query, form.get('decision') ?? '', user);
}

/** What Reddit refuses: on a page where it cannot trust the return URL, else by redirect. */
function refuseRequest({ anyLoopbackPort }: LoginParts, query: URLSearchParams): SandboxAnswer | undefined {
  if (query.get('client_id') !== SANDBOX_REDDIT_CLIENT_ID) return answerPage(400, renderProblem('invalid client id.'));
  if (!mayReturnTo(query.get('redirect_uri') ?? '', anyLoopbackPort)) {
    return answerPage(400, renderProblem('invalid redirect_uri parameter.'));
  }
  if (!query.get('state')) return answerPage(400, renderProblem('missing state parameter.'));
  if (query.get('response_type') !== 'code') return redirectBack(query, { error: 'unsupported_response_type' });
  const scopes = readScopes(query);
  if (scopes.length === 0 || scopes.some((scope) => !SCOPES.includes(scope))) {
    return redirectBack(query, { error: 'invalid_scope' });
  }
  const duration = query.get('duration') ?? 'temporary';
  return ['temporary', 'permanent'].includes(duration) ? undefined : redirectBack(query, { error: 'invalid_request' });
}

function decide({ grants }: LoginParts, query: URLSearchParams, decision: string, user: string): SandboxAnswer {
  if (decision === 'deny') return redirectBack(query, { error: 'access_denied' });
  if (decision !== 'allow') return answerPage(400, renderProblem('the decision must be allow or deny.'));
  if (!REDDIT_USERS.some(({ name }) => name === user)) {
    return answerPage(400, renderProblem('the sandbox has no such user.'));
  }
  const code = grants.issueCode({
    user,
    scopes: readScopes(query),
    redirectUri: query.get('redirect_uri')!,
    isPermanent: query.get('duration') === 'permanent',
  });
  return redirectBack(query, { code });
}

/** With commas or blanks between them. */
function readScopes(query: URLSearchParams): string[] {
  return (query.get('scope') ?? '').split(/[\s,]+/).filter((scope) => scope !== '');
}
