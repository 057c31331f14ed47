import { answerJson, readMediaType, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { Route } from '../route.js';
import { ACCESS_TOKEN_LIFE_S, checkVerifier, type GoogleGrant, type GoogleGrants } from './grants.js';
import { CLIENTS } from './seed.js';

/** `https://oauth2.googleapis.com/token`, with the error bodies that Google gives. */
export function createTokenRoutes(grants: GoogleGrants): Route[] {
  const refuse = (status: number): SandboxAnswer =>
    fail(status, status === 429 ? 'rate_limit_exceeded' : status >= 500 ? 'internal_failure' : 'invalid_request', '');
  const handle = (request: SandboxRequest): SandboxAnswer => answerToken(grants, request);
  return [{ method: 'POST', hosts: ['oauth2.googleapis.com'], path: '/token', kind: 'login', handle, refuse }];
}

function answerToken(grants: GoogleGrants, request: SandboxRequest): SandboxAnswer {
  if (readMediaType(request) !== 'application/x-www-form-urlencoded') {
    return fail(400, 'invalid_request', 'Could not determine the content type of the request.');
  }
  const form = new URLSearchParams(request.body.toString('utf8'));
  const grantType = form.get('grant_type');
  if (!grantType) return missing('grant_type');
  const clientId = form.get('client_id');
  if (!clientId) return fail(400, 'invalid_request', 'Could not determine client ID from request.');
  const client = CLIENTS.find(({ id }) => id === clientId);
  if (!client) return fail(401, 'invalid_client', 'The OAuth client was not found.');
  if (!form.get('client_secret')) return fail(400, 'invalid_request', 'client_secret is missing.');
  if (client.secret !== form.get('client_secret')) return fail(401, 'invalid_client', 'Unauthorized');
  if (grantType === 'refresh_token') return refresh(grants, form, clientId);
  if (grantType === 'authorization_code') return redeem(grants, form, clientId);
  return fail(400, 'unsupported_grant_type', `Invalid grant_type: ${grantType}`);
}

function refresh(grants: GoogleGrants, form: URLSearchParams, clientId: string): SandboxAnswer {
  const token = form.get('refresh_token');
  if (!token) return missing('refresh_token');
  const grant = grants.findGrant(token, clientId);
  return grant ? succeed(grants, grant) : fail(400, 'invalid_grant', 'Token has been expired or revoked.');
}

function redeem(grants: GoogleGrants, form: URLSearchParams, clientId: string): SandboxAnswer {
  const text = form.get('code');
  if (!text) return missing('code');
  const code = grants.takeCode(text, clientId);
  if (!code) return fail(400, 'invalid_grant', 'Malformed auth code.');
  if (code.redirectUri !== form.get('redirect_uri')) return fail(400, 'redirect_uri_mismatch', 'Bad Request');
  const verifier = form.get('code_verifier') ?? undefined;
  if (!checkVerifier(code, verifier)) {
    return fail(400, 'invalid_grant', verifier === undefined ? 'Missing code verifier.' : 'Invalid code verifier.');
  }
  const grant = grants.grant(code);
  return succeed(grants, grant, code.isOffline ? grant.refreshToken : undefined);
}

/** A refresh gives no refresh token: the old one stays good. */
function succeed(grants: GoogleGrants, grant: GoogleGrant, refreshToken?: string): SandboxAnswer {
  const answer = answerJson(200, {
    access_token: grants.issueAccessToken(grant),
    expires_in: ACCESS_TOKEN_LIFE_S,
    scope: grant.scopes.join(' '),
    token_type: 'Bearer',
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  });
  Object.assign(answer.headers, { 'cache-control': 'no-cache, no-store, max-age=0, must-revalidate' });
  return answer;
}

function missing(name: string): SandboxAnswer {
  return fail(400, 'invalid_request', `Missing required parameter: ${name}`);
}

function fail(status: number, error: string, description: string): SandboxAnswer {
  return answerJson(status, { error, ...(description === '' ? {} : { error_description: description }) });
}
