import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/clock.js';
import { AuthError, NetworkError } from '../../../../src/errors.js';
import { createHttpClient } from '../../../../src/http/client.js';
import type { ConnectCall } from '../../../../src/networks/connector.js';
import { metaConnector } from '../../../../src/networks/meta/connector.js';
import { DIALOG_URL } from '../../../../src/networks/meta/graph.js';
import type { TokenGrant } from '../../../../src/oauth/provider.js';
import { testRandom } from '../../../kit/seeded-random.js';
import {
  SANDBOX_META_APP_ID,
  SANDBOX_META_APP_SECRET,
  SANDBOX_META_PIXEL,
  SANDBOX_META_SENDER_TOKEN,
  SANDBOX_META_TOKEN,
} from '../../../../src/sandbox/meta/seed.js';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/sandbox.js';
import { Secret } from '../../../../src/secret.js';
import { control } from '../../sandbox/test-sandbox.js';

const RETURN_URL = 'http://localhost:8787/callback';
const DAY_MS = 24 * 3_600_000;
const login = metaConnector.makeLogin!({ audiences: false });

let sandbox: Sandbox;
let http: ConnectCall['http'];
beforeEach(async () => {
  sandbox = await startSandbox({ clock: systemClock, random: testRandom, seed: 7 });
  http = createHttpClient({ gateway: sandbox.url, timeoutMs: 10_000, userAgent: 'postback/test' });
  onTestFinished(async () => {
    await http.close();
    await sandbox.close();
  });
});

/** The token of a user who consents, by the provider's own way of redeeming codes. */
async function redeem(
  user = 'one',
  client: Partial<{ id: string; secret: string }> = {},
): Promise<TokenGrant> {
  const query = {
    client_id: SANDBOX_META_APP_ID,
    redirect_uri: RETURN_URL,
    scope: login.scopes.join(','),
  };
  const url = `${DIALOG_URL.replace('https:/', sandbox.url)}?${new URLSearchParams({ ...query, sandbox_user: user }).toString()}`;
  const answer = await fetch(url, { redirect: 'manual' });
  const code = new URL(answer.headers.get('location')!).searchParams.get('code')!;
  const { id = SANDBOX_META_APP_ID, secret = SANDBOX_META_APP_SECRET } = client;
  const call = {
    provider: login,
    client: { id, secret: new Secret(secret) },
    http,
    clock: systemClock,
  };
  return login.redeem!(call, {
    code: new Secret(code),
    redirectUri: RETURN_URL,
    verifier: new Secret('v'),
  });
}

async function callAs(user: string): Promise<ConnectCall> {
  return callWith((await redeem(user)).accessToken.reveal());
}

function callWith(accessToken: string): ConnectCall {
  return { http, accessToken, wanted: {}, nowMs: Date.now() };
}

const check = (call: ConnectCall, account = SANDBOX_META_PIXEL) =>
  metaConnector.checkGrant!(call, { account, name: account });

/** Code and message of what a promise is refused with. */
async function refusalOf(promise: Promise<unknown>): Promise<[string, string]> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error instanceof AuthError || error instanceof NetworkError).toBe(true);
  const { code, message, hint } = error as AuthError;
  expect(`${message} ${hint}`).not.toMatch(/EAA\w{12}|sandbox-meta-secret/);
  return [code, message];
}

describe('consent', () => {
  test('is asked for with commas and without PKCE, and gives a token of about 60 days', async () => {
    expect([login.scopeSeparator, login.usesPkce]).toEqual([',', false]);
    const { accessToken, expiresAtMs, refreshToken } = await redeem();
    expect(accessToken.reveal()).toMatch(/^EAA/);
    expect(refreshToken).toBeUndefined();
    expect(Math.round((expiresAtMs! - Date.now()) / DAY_MS)).toBe(60);
    const paths = sandbox.state
      .lastRequests()
      .filter(({ path }) => path.endsWith('/oauth/access_token'));
    expect(paths).toHaveLength(2);
  });

  test.each<[string, object, string, RegExp]>([
    [
      'another app',
      { id: '1' },
      'client_refused',
      /refused the app id or its secret: Error validating application/,
    ],
    ['a wrong secret', { secret: 'x' }, 'client_refused', /Error validating client secret/],
  ])('%s', async (_what, client, code, message) => {
    const [found, words] = await refusalOf(redeem('one', client));
    expect(found).toBe(code);
    expect(words).toMatch(message);
  });

  test('a code that is none', async () => {
    const call = {
      provider: login,
      client: { id: SANDBOX_META_APP_ID, secret: new Secret(SANDBOX_META_APP_SECRET) },
      http,
      clock: systemClock,
    };
    const redemption = {
      code: new Secret('AQ'),
      redirectUri: RETURN_URL,
      verifier: new Secret('v'),
    };
    expect((await refusalOf(login.redeem!(call, redemption)))[0]).toBe('code_refused');
  });

  test('a login that fails is not a refusal', async () => {
    await control(sandbox, 'POST', '/faults', { match: 'oauth/access_token', status: 503 });
    expect((await refusalOf(redeem()))[0]).toBe('network_failed');
  });
});

describe('the pixels of a token', () => {
  test('of every ad account, each once; a closed account is told', async () => {
    const { candidates, warnings } = await metaConnector.findAccounts!(await callAs('two'));
    expect(candidates).toEqual([
      {
        account: SANDBOX_META_PIXEL,
        name: 'Sandbox game site',
        note: 'Sandbox Games, act_100000000000001',
      },
      {
        account: '2345678901234567',
        name: 'Studio shop',
        note: 'Sandbox Studio, act_100000000000002',
      },
      {
        account: '3456789012345678',
        name: 'Studio blog',
        note: 'Sandbox Studio, act_100000000000002',
      },
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/^The pixels of Sandbox Partner .* cannot be listed: .*200/),
    ]);
  });

  test('over all pages', async () => {
    const { candidates } = await metaConnector.findAccounts!(await callAs('many'));
    expect(new Set(candidates.map(({ account }) => account)).size).toBe(23);
  });

  test.each([
    ['bare', /1 ad account and no pixel/],
    ['none', /no ad account/],
  ])('user %s has none', async (user, words) => {
    const [code, message] = await refusalOf(metaConnector.findAccounts!(await callAs(user)));
    expect(code).toBe('no_account_found');
    expect(message).toMatch(words);
  });

  test('a token for sending alone is told to name its pixel', async () => {
    const refused = metaConnector.findAccounts!(callWith(SANDBOX_META_SENDER_TOKEN));
    expect((await refusalOf(refused))[0]).toBe('token_refused');
  });
});

describe('the check of a grant', () => {
  test('a system user: a name, scopes, no end', async () => {
    expect(await check(callWith(SANDBOX_META_TOKEN))).toEqual({
      about: {
        accountName: 'Sandbox game site',
        scopes: ['ads_management', 'business_management', 'ads_read'],
      },
      warnings: [],
    });
  });

  test('a user: the end too', async () => {
    const { about, warnings } = await check(await callAs('one'));
    expect(Math.round((Date.parse(about!.grantExpiresAt!) - Date.now()) / DAY_MS)).toBe(60);
    expect(warnings).toEqual([]);
    const late = await check({ ...(await callAs('one')), nowMs: Date.now() + 50 * DAY_MS });
    expect(late.warnings).toEqual([
      expect.stringMatching(/expires in 9 days and cannot be refreshed/),
    ]);
  });

  test('a token that may send and not read is good', async () => {
    expect(await check(callWith(SANDBOX_META_SENDER_TOKEN))).toEqual({ about: {}, warnings: [] });
  });

  test('nothing is counted by it', async () => {
    await check(callWith(SANDBOX_META_TOKEN));
    expect(sandbox.state.received()).toBe(0);
  });

  test.each<[string, string, string | undefined, string, RegExp]>([
    [
      'a token that is none',
      'EAANoSuchTokenAtAll',
      undefined,
      'token_refused',
      /refused this token.*code 190/,
    ],
    [
      'a pixel of nobody',
      SANDBOX_META_TOKEN,
      '9876543210987654',
      'account_refused',
      /9876543210987654.*code 100\/33/,
    ],
    [
      'a pixel of somebody else',
      SANDBOX_META_SENDER_TOKEN,
      '2345678901234567',
      'account_refused',
      /code 100\/33/,
    ],
    ['a missing capability', SANDBOX_META_TOKEN, '999000003', 'account_refused', /code 3/],
    ['a session that ended', SANDBOX_META_TOKEN, '999000190463', 'token_refused', /code 190\/463/],
    ['a network that is down', SANDBOX_META_TOKEN, '999000002', 'network_failed', /HTTP 500/],
    ['too many calls', SANDBOX_META_TOKEN, '999000004', 'network_failed', /HTTP 403/],
  ])('%s', async (_what, token, pixel, code, words) => {
    const [found, message] = await refusalOf(check(callWith(token), pixel));
    expect(found).toBe(code);
    expect(message).toMatch(words);
  });

  test('somebody who may look and not report', async () => {
    const [code, message] = await refusalOf(check(await callAs('analyst')));
    expect([code, message]).toEqual(['account_refused', expect.stringContaining('ads_management')]);
  });

  test('a network that cannot be reached', async () => {
    const nowhere = createHttpClient({
      gateway: 'http://127.0.0.1:9',
      timeoutMs: 2000,
      userAgent: 'postback/test',
    });
    onTestFinished(() => nowhere.close());
    expect((await refusalOf(check({ ...callWith('EAA'), http: nowhere })))[0]).toBe(
      'network_unreachable',
    );
  });
});

test.each([
  ['1234567890123456', true],
  ['act_123456789', false],
  ['my pixel', false],
  ['', false],
])('%j can be a pixel: %s', (account, isOne) => {
  expect(metaConnector.checkAccount!(account) === undefined).toBe(isOne);
});
