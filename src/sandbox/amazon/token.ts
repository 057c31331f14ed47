import type { Random } from '../../random.js';
import { answerJson, readHeader, readMediaType, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { Route } from '../route.js';
import { ACCESS_TOKEN_LIFE_S, checkVerifier, type Grant, type Grants } from './grants.js';
import { listHosts } from './hosts.js';
import { CLIENTS } from './seed.js';

export interface TokenParts {
  grants: Grants;
  random: Random;
}

/** The token endpoint of the three regions (https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html, 2026-11-30). */
export function createTokenRoutes(parts: TokenParts): Route[] {
  const refuse = (status: number): SandboxAnswer => {
    if (status === 429) return fail(parts, 429, 'slow_down', 'The client has made too many requests');
    return fail(parts, status, status >= 500 ? 'server_error' : 'invalid_request', 'The request cannot be served now');
  };
  const handle = (request: SandboxRequest): SandboxAnswer => answerToken(parts, request);
  return [{ method: 'POST', hosts: listHosts('token'), path: '/auth/o2/token', kind: 'login', handle, refuse }];
}

function answerToken(parts: TokenParts, request: SandboxRequest): SandboxAnswer {
  // A refresh with a Bearer header fails; its exact error is not known:
  // https://github.com/segmentio/action-destinations/tree/970a17ee (`amazon-conversions-api`, 2026-08).
  if (/^bearer /i.test(readHeader(request, 'authorization') ?? '')) {
    return fail(parts, 400, 'invalid_request', 'The request must not have an Authorization header with a bearer token');
  }
  if (readMediaType(request) !== 'application/x-www-form-urlencoded') {
    return fail(parts, 400, 'invalid_request', 'The Content-Type is not supported by the authorization server');
  }
  const form = new URLSearchParams(request.body.toString('utf8'));
  const repeated = [...form.keys()].find((name) => form.getAll(name).length > 1);
  if (repeated !== undefined) {
    return fail(parts, 400, 'invalid_request', `The request includes a parameter more than once : ${repeated}`);
  }
  const grantType = form.get('grant_type');
  if (!grantType) return missing(parts, 'grant_type');
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    const description = 'The authorization grant type is not supported by the authorization server';
    return fail(parts, 400, 'unsupported_grant_type', description);
  }
  for (const name of ['client_id', 'client_secret']) if (!form.get(name)) return missing(parts, name);
  const client = CLIENTS.find(({ id }) => id === form.get('client_id'));
  if (client?.secret !== form.get('client_secret')) {
    return fail(parts, 401, 'invalid_client', 'Client authentication failed');
  }
  return grantType === 'refresh_token' ? refresh(parts, form) : redeem(parts, form);
}

function refresh(parts: TokenParts, form: URLSearchParams): SandboxAnswer {
  const token = form.get('refresh_token');
  if (!token) return missing(parts, 'refresh_token');
  const grant = parts.grants.findGrant(token, form.get('client_id')!);
  if (!grant) {
    const words = "refresh_token. User may have revoked or didn't grant the permission.";
    return invalidGrant(parts, words);
  }
  return succeed(parts, grant);
}

function redeem(parts: TokenParts, form: URLSearchParams): SandboxAnswer {
  for (const name of ['code', 'redirect_uri']) if (!form.get(name)) return missing(parts, name);
  const code = parts.grants.takeCode(form.get('code')!, form.get('client_id')!);
  if (!code) return invalidGrant(parts, 'code');
  if (code.redirectUri !== form.get('redirect_uri')) return invalidGrant(parts, 'redirect_uri');
  if (!checkVerifier(code, form.get('code_verifier') ?? undefined)) return invalidGrant(parts, 'code_verifier');
  return succeed(parts, parts.grants.grant(code));
}

function succeed({ grants }: TokenParts, grant: Grant): SandboxAnswer {
  const answer = answerJson(200, {
    access_token: grants.issueAccessToken(grant),
    token_type: 'bearer',
    expires_in: ACCESS_TOKEN_LIFE_S,
    // Not rotated: the same one comes back.
    refresh_token: grant.refreshToken,
  });
  Object.assign(answer.headers, { 'cache-control': 'no-store', pragma: 'no-cache' });
  return answer;
}

function invalidGrant(parts: TokenParts, parameter: string): SandboxAnswer {
  return fail(parts, 400, 'invalid_grant', `The request has an invalid grant parameter : ${parameter}`);
}

function missing(parts: TokenParts, name: string): SandboxAnswer {
  return fail(parts, 400, 'invalid_request', `The request is missing a required parameter : ${name}`);
}

function fail({ random }: TokenParts, status: number, error: string, description: string): SandboxAnswer {
  const opaque = (): string => random.bytes(16).toString('hex');
  const body = { error_index: opaque(), error_description: description, error, request_id: opaque() };
  return answerJson(status, body);
}
