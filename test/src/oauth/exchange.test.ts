import { afterEach, expect, test } from 'vitest';
import { AuthError, NetworkError, type PostbackError } from '../../../src/errors.js';
import { exchangeCode, refreshGrant } from '../../../src/oauth/exchange.js';
import type { OAuthProvider, TokenCall } from '../../../src/oauth/provider.js';
import { Secret } from '../../../src/secret.js';
import {
  goodTokens,
  provider,
  startTokenServer,
  type TokenAnswer,
  type TokenServer,
} from './token-server.js';

const servers: TokenServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const NOW = Date.UTC(2026, 9, 1);

async function prepare(answer: TokenAnswer) {
  const server = await startTokenServer(() => answer);
  servers.push(server);
  const call: TokenCall = {
    provider,
    client: { id: 'client-id', secret: new Secret('client-secret') },
    http: server.http,
    clock: { now: () => NOW, sleep: async () => undefined },
  };
  return { server, call };
}

const redeem = (call: TokenCall) =>
  exchangeCode(call, {
    code: new Secret('the-code'),
    redirectUri: 'http://localhost:8787/callback',
    verifier: new Secret('v'.repeat(43)),
  });
const refresh = (call: TokenCall) => refreshGrant(call, new Secret('Atzr|old'));

test('redeems a code with verifier and secret in the form', async () => {
  const { server, call } = await prepare({ body: goodTokens });
  const grant = await redeem(call);
  expect(grant.accessToken.reveal()).toBe('Atza|access');
  expect(grant.refreshToken?.reveal()).toBe('Atzr|refresh');
  expect(grant.expiresAtMs).toBe(NOW + 3_600_000);
  expect(server.requests[0]).toMatchObject({
    url: '/api.example.com/auth/o2/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    form: {
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: 'http://localhost:8787/callback',
      client_id: 'client-id',
      client_secret: 'client-secret',
      code_verifier: 'v'.repeat(43),
    },
  });
});

test('refreshes without an Authorization header', async () => {
  const { server, call } = await prepare({
    body: { ...goodTokens, expires_in: '1800', scope: 'a b' },
  });
  const grant = await refresh(call);
  expect(grant).toMatchObject({ expiresAtMs: NOW + 1_800_000, scopes: ['a', 'b'] });
  expect(server.requests[0]!.headers).not.toHaveProperty('authorization');
  expect(server.requests[0]!.form).toEqual({
    grant_type: 'refresh_token',
    refresh_token: 'Atzr|old',
    client_id: 'client-id',
    client_secret: 'client-secret',
  });
});

const invalidGrant = {
  error: 'invalid_grant',
  error_description:
    "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.",
  error_index: 1,
  request_id: 'r',
};

test.each<[string, TokenAnswer, typeof redeem, typeof PostbackError | typeof AuthError, string]>([
  ['a revoked grant', { status: 400, body: invalidGrant }, refresh, AuthError, 'grant_refused'],
  ['a used code', { status: 400, body: invalidGrant }, redeem, AuthError, 'code_refused'],
  [
    'a wrong secret',
    { status: 401, body: { error: 'invalid_client' } },
    refresh,
    AuthError,
    'client_refused',
  ],
  [
    'a challenge',
    {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="x"' },
      body: { error: 'invalid_client' },
    },
    refresh,
    AuthError,
    'client_refused',
  ],
  [
    'a 401 in words of its own',
    { status: 401, body: { message: 'Unauthorized', error: 401 } },
    redeem,
    AuthError,
    'client_refused',
  ],
  [
    'a stranger',
    { status: 400, body: { error: 'unauthorized_client' } },
    redeem,
    AuthError,
    'client_refused',
  ],
  [
    'another refusal',
    { status: 400, body: { error: 'unsupported_grant_type' } },
    redeem,
    AuthError,
    'token_refused',
  ],
  [
    'too many',
    { status: 429, body: { error: 'slow_down' } },
    refresh,
    NetworkError,
    'token_endpoint_failed',
  ],
  [
    'a fault',
    { status: 503, body: { error: 'ServerError' } },
    refresh,
    NetworkError,
    'token_endpoint_failed',
  ],
  [
    'no JSON',
    { status: 200, body: '<html>Atza|leak</html>' },
    refresh,
    NetworkError,
    'token_endpoint_failed',
  ],
  [
    'no token',
    { status: 200, body: { token_type: 'bearer' } },
    refresh,
    NetworkError,
    'token_endpoint_failed',
  ],
  ['an empty answer', { status: 204, body: {} }, refresh, NetworkError, 'token_endpoint_failed'],
  ['no answer', { hangUp: true, body: {} }, refresh, NetworkError, 'token_endpoint_unreachable'],
])('%s', async (_name, answer, ask, type, code) => {
  const { call } = await prepare(answer);
  const error = await ask(call).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  expect(error).toMatchObject({ code });
  expect(JSON.stringify([error, String(error), (error as PostbackError).hint])).not.toMatch(
    /Atz|client-secret|the-code/,
  );
  if (type === AuthError) expect((error as AuthError).next).toBe('postback connect example');
});

test('a provider that wants its client in the header is asked so', async () => {
  const { call, server } = await prepare({ body: goodTokens });
  await redeem({ ...call, provider: { ...call.provider, clientAuthentication: 'basic' } });
  const [{ form, headers }] = server.requests as [TokenServer['requests'][number]];
  expect(form).not.toHaveProperty('client_secret');
  // As it is, not percent-encoded: Reddit does not decode it.
  const shown = Buffer.from(
    String(headers['authorization']).replace(/^Basic /, ''),
    'base64',
  ).toString();
  expect(shown).toBe('client-id:client-secret');
});

test('a provider with a token endpoint of its own redeems codes itself', async () => {
  const { call, server } = await prepare({ body: goodTokens });
  const tokens = { accessToken: new Secret('own') };
  const asked: unknown[] = [];
  const own: OAuthProvider['redeem'] = (_call, { code, redirectUri }) => {
    asked.push(code.reveal(), redirectUri);
    return Promise.resolve(tokens);
  };
  expect(await redeem({ ...call, provider: { ...call.provider, redeem: own } })).toBe(tokens);
  expect(asked).toEqual(['the-code', expect.stringContaining('/callback')]);
  expect(server.requests).toEqual([]);
});
