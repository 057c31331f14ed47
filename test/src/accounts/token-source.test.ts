import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connections } from '../../../src/accounts/connections.js';
import type { Credentials } from '../../../src/accounts/credentials.js';
import { createTokenSource } from '../../../src/accounts/token-source.js';
import { AuthError, NetworkError } from '../../../src/errors.js';
import { makeAmazonLogin } from '../../../src/networks/amazon/login.js';
import type { GrantHistory, OAuthProvider } from '../../../src/oauth/provider.js';
import { Secret } from '../../../src/secret.js';
import { startTokenServer, type TokenAnswer, type TokenServer } from '../oauth/token-server.js';
import { makeChildScript } from '../../kit/child-script.js';
import { makeCredentials } from './make-credentials.js';

const refreshToken = await makeChildScript(new URL('refresh-token.ts', import.meta.url));

const NOW = Date.UTC(2026, 9, 1);
const HOUR_MS = 3_600_000;
let root: string;
let connections: Connections;
let server: TokenServer;
let nowMs: number;

/** A new pair of tokens each time, as a provider that rotates gives them. */
const rotate = (turn: number): TokenAnswer => ({
  body: {
    access_token: `access-${turn}`,
    refresh_token: `refresh-${turn}`,
    token_type: 'bearer',
    expires_in: 3600,
  },
});

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postback-tokens-'));
  connections = new Connections({ configDirectory: join(root, 'config'), variables: {} });
  nowMs = NOW;
});
afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true });
});

async function prepare(
  answer: (turn: number) => TokenAnswer,
  credentials: Partial<Credentials> = {},
) {
  server = await startTokenServer(answer);
  await connections.store.save('default', makeCredentials(credentials));
}

/** A source as another process would open it: it has read the file and shares nothing else. */
function openSource() {
  const clock = { now: () => nowMs, sleep: async () => undefined };
  return createTokenSource(connections.find('default', 'amazon')!, { http: server.http, clock });
}

const stored = () => connections.store.find('default', 'amazon')!;

test('refreshes at the region of the connection and stores whatever comes back', async () => {
  await prepare(rotate, { refused: { atMs: 1, status: 401 } });
  expect(await openSource().accessToken()).toBe('access-0');
  expect(server.requests).toMatchObject([
    {
      url: '/api.amazon.co.uk/auth/o2/token',
      form: { refresh_token: 'Atzr|refresh', client_id: 'client-id' },
    },
  ]);
  expect(stored().refreshToken?.reveal()).toBe('refresh-0');
  expect(stored().accessToken?.reveal()).toBe('access-0');
  expect(stored()).toMatchObject({
    accessTokenExpiresAtMs: NOW + HOUR_MS,
    connection: { account: /\d/ as never },
  });
  expect(stored().refused).toBeUndefined();
  expect(await openSource().accessToken()).toBe('access-0');
});

test('keeps the refresh token where none comes back', async () => {
  await prepare(() => ({ body: { access_token: 'a', token_type: 'bearer', expires_in: 3600 } }));
  await openSource().accessToken();
  expect(stored().refreshToken?.reveal()).toBe('Atzr|refresh');
});

test.each([
  [60_001, 0],
  [60_000, 1],
  [-1, 1],
])('a token with %i ms left is refreshed %i times', async (leftMs, times) => {
  await prepare(rotate, { accessToken: new Secret('old'), accessTokenExpiresAtMs: NOW + leftMs });
  const source = openSource();
  expect(await source.accessToken()).toBe(times === 0 ? 'old' : 'access-0');
  await source.accessToken();
  expect(server.requests).toHaveLength(times);
});

test('a long run refreshes again when the hour is nearly over', async () => {
  await prepare(rotate);
  const source = openSource();
  await source.accessToken();
  nowMs += HOUR_MS - 60_000;
  expect(await source.accessToken()).toBe('access-1');
  expect(server.requests.map(({ form }) => form['refresh_token'])).toEqual([
    'Atzr|refresh',
    'refresh-0',
  ]);
});

test('many requests at once refresh once, before and after a 401', async () => {
  await prepare(rotate);
  const source = openSource();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => source.accessToken()));
  expect(new Set(tokens)).toEqual(new Set(['access-0']));
  const renewed = await Promise.all(Array.from({ length: 20 }, () => source.renew('access-0')));
  expect(new Set(renewed)).toEqual(new Set(['access-1']));
  expect(await source.renew('access-0')).toBe('access-1');
  expect(server.requests).toHaveLength(2);
});

test('takes what another process has stored meanwhile', async () => {
  await prepare(rotate);
  const [one, other] = [openSource(), openSource()];
  expect(await one.accessToken()).toBe('access-0');
  expect(await other.accessToken()).toBe('access-0');
  expect(await one.renew('access-0')).toBe('access-1');
  expect(await other.renew('access-0')).toBe('access-1');
  expect(server.requests).toHaveLength(2);
});

test('real processes that refresh at the same moment ask once', async () => {
  server = await startTokenServer(rotate);
  await connections.store.save('default', makeCredentials());
  const run = () =>
    promisify(execFile)(process.execPath, [refreshToken, join(root, 'config'), server.url]);
  const outputs = await Promise.all([run(), run(), run()]);
  expect(outputs.map(({ stdout }) => stdout)).toEqual(['access-0\n', 'access-0\n', 'access-0\n']);
  expect(server.requests).toHaveLength(1);
  expect(stored().refreshToken?.reveal()).toBe('refresh-0');
});

test.each([
  ['invalid_grant', 400, 'grant_refused', { atMs: NOW, status: 400 }],
  ['invalid_client', 401, 'client_refused', { atMs: NOW, status: 401 }],
  ['invalid_request', 400, 'token_refused', undefined],
])('%s is an AuthError with the words to reconnect', async (error, status, code, refused) => {
  await prepare(() => ({ status, body: { error, error_description: 'no' } }));
  const failure = await openSource()
    .accessToken()
    .catch((reason: unknown) => reason);
  expect(failure).toBeInstanceOf(AuthError);
  expect(failure).toMatchObject({ code, next: 'postback connect amazon' });
  expect(stored().refused).toEqual(refused);
  expect(stored().refreshToken?.reveal()).toBe('Atzr|refresh');
});

test('an unreachable token endpoint is not a refusal, and the next call tries again', async () => {
  await prepare((turn) => (turn === 0 ? { body: {}, hangUp: true } : rotate(turn)));
  const source = openSource();
  await expect(source.accessToken()).rejects.toBeInstanceOf(NetworkError);
  expect(stored().refused).toBeUndefined();
  expect(await source.accessToken()).toBe('access-1');
});

test('a grant that was connected again meanwhile is not overwritten', async () => {
  await prepare(rotate);
  const source = openSource();
  await source.accessToken();
  await connections.store.save(
    'default',
    makeCredentials({ refreshToken: new Secret('brand-new') }),
  );
  await source.reportRefused({ status: 403 });
  expect(stored().refused).toBeUndefined();
  expect(await source.renew('access-0')).toBe('access-1');
  expect(server.requests.at(-1)?.form['refresh_token']).toBe('brand-new');
});

test('a refusal by the network is remembered, a removed connection is told', async () => {
  await prepare(rotate);
  const source = openSource();
  await source.reportRefused({ status: 403 });
  expect(stored().refused).toEqual({ atMs: NOW, status: 403 });
  await connections.store.remove('default', 'amazon');
  await expect(source.accessToken()).rejects.toMatchObject({ code: 'not_connected' });
});

test('tokens of the environment stay in memory; a refusal names the variable', async () => {
  server = await startTokenServer((turn) =>
    turn === 0 ? rotate(0) : { status: 400, body: { error: 'invalid_grant' } },
  );
  const credentials = makeCredentials();
  credentials.connection.source = 'environment';
  const clock = { now: () => nowMs, sleep: async () => undefined };
  const connected = { workspace: 'default', credentials, enabled: true, store: undefined };
  const source = createTokenSource(connected, { http: server.http, clock });
  expect(await source.accessToken()).toBe('access-0');
  await expect(source.renew('access-0')).rejects.toMatchObject({
    code: 'grant_refused',
    hint: expect.stringContaining('POSTBACK_AMAZON_REFRESH_TOKEN'),
  });
  expect(server.requests[1]?.form['refresh_token']).toBe('refresh-0');
  expect(connections.store.find('default', 'amazon')).toBeUndefined();
});

test('a token that cannot be renewed is used until it is refused', async () => {
  await prepare(rotate);
  const { refreshToken: _none, ...credentials } = makeCredentials({
    accessToken: new Secret('fixed'),
  });
  await connections.store.save('default', credentials);
  const source = openSource();
  expect(await source.accessToken()).toBe('fixed');
  await expect(source.renew('fixed')).rejects.toMatchObject({ code: 'token_ended' });
  expect(stored().refused).toEqual({ atMs: NOW, status: 401 });
  expect(server.requests).toHaveLength(0);
});

test('the four secrets of OAuth 1.0a are one token', async () => {
  await prepare(rotate);
  const { refreshToken: _none, ...credentials } = makeCredentials({
    accessToken: new Secret('token'),
    tokenSecret: new Secret('token-secret'),
  });
  await connections.store.save('default', credentials);
  expect(JSON.parse(await openSource().accessToken())).toEqual({
    consumerKey: credentials.connection.clientId,
    consumerSecret: credentials.clientSecret?.reveal(),
    token: 'token',
    tokenSecret: 'token-secret',
  });
});

test('names the likely causes of a refusal from what is known of the grant', async () => {
  const connectedAt = '2026-09-24T00:00:00.000Z';
  const { connection } = makeCredentials();
  await prepare(() => ({ status: 400, body: { error: 'invalid_grant' } }), {
    connection: { ...connection, connectedAt },
    accessToken: new Secret('old'),
    accessTokenExpiresAtMs: NOW - 1,
  });
  const known: GrantHistory[] = [];
  const provider: OAuthProvider = {
    ...makeAmazonLogin('eu'),
    explainRefusal: (grant) => (known.push(grant), 'It was a short one.'),
  };
  const clock = { now: () => nowMs, sleep: async () => undefined };
  const source = createTokenSource(connections.find('default', 'amazon')!, {
    http: server.http,
    clock,
    provider,
  });
  await expect(source.accessToken()).rejects.toMatchObject({
    code: 'grant_refused',
    message: expect.stringMatching(/refused the refresh token.* It was a short one\.$/) as string,
    next: 'postback connect amazon',
  });
  expect(known).toEqual([
    { nowMs: NOW, connectedAtMs: Date.parse(connectedAt), workedUntilMs: NOW - 1 },
  ]);
});
