import { answerJson, readHeader, readMediaType, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { Route } from '../route.js';
import { hasOwnName, refuseLogin } from './answers.js';
import { ACCESS_TOKEN_LIFE_S, type Grant, type RedditGrants } from './grants.js';
import { SANDBOX_REDDIT_CLIENT_ID, SANDBOX_REDDIT_CLIENT_SECRET } from './seed.js';

/** `POST /api/v1/access_token`, with HTTP Basic for the application (https://ads-api.reddit.com/docs/v3/, 2026-11-30). */
export function createRedditTokenRoute(grants: RedditGrants): Route {
  return {
    method: 'POST',
    hosts: ['www.reddit.com'],
    path: '/api/v1/access_token',
    kind: 'login',
    handle: (request) => answerToken(grants, request),
    refuse: (status) => refuseLogin(status),
  };
}

function answerToken(grants: RedditGrants, request: SandboxRequest): SandboxAnswer {
  if (!hasOwnName(request)) return refuseLogin(429);
  if (!isApplication(request)) return refuseLogin(401);
  if (readMediaType(request) !== 'application/x-www-form-urlencoded') return refuseLogin(415);
  const form = new URLSearchParams(request.body.toString('utf8'));
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return redeem(grants, form);
    case 'refresh_token':
      return refresh(grants, form);
    default:
      return answerJson(400, { error: 'unsupported_grant_type' });
  }
}

function isApplication(request: SandboxRequest): boolean {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(readHeader(request, 'authorization') ?? '') ?? [];
  const expected = `${SANDBOX_REDDIT_CLIENT_ID}:${SANDBOX_REDDIT_CLIENT_SECRET}`;
  return Buffer.from(encoded, 'base64').toString('utf8') === expected;
}

function redeem(grants: RedditGrants, form: URLSearchParams): SandboxAnswer {
  const code = grants.takeCode(form.get('code') ?? '');
  if (code?.redirectUri !== form.get('redirect_uri')) return answerJson(400, { error: 'invalid_grant' });
  const grant = grants.grant(code);
  return succeed(grants, grant, code.isPermanent);
}

function refresh(grants: RedditGrants, form: URLSearchParams): SandboxAnswer {
  const grant = grants.findRefresh(form.get('refresh_token') ?? '');
  return grant ? succeed(grants, grant, true) : answerJson(400, { error: 'invalid_grant' });
}

function succeed(grants: RedditGrants, grant: Grant, isPermanent: boolean): SandboxAnswer {
  return answerJson(200, {
    access_token: grants.issueAccessToken(grant),
    token_type: 'bearer',
    expires_in: ACCESS_TOKEN_LIFE_S,
    scope: grant.scopes.join(' '),
    ...(isPermanent ? { refresh_token: grants.issueRefreshToken(grant) } : {}),
  });
}
