import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttpClient } from '../../../../src/http/client.js';
import type { ConnectCall } from '../../../../src/networks/connector.js';
import { tiktokConnector } from '../../../../src/networks/tiktok/connector.js';
import { TIKTOK_LOGIN } from '../../../../src/networks/tiktok/login.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import {
  SANDBOX_TIKTOK_APP_ID,
  SANDBOX_TIKTOK_APP_SECRET,
  SANDBOX_TIKTOK_PIXEL,
  seededTikTokToken,
} from '../../../../src/sandbox/tiktok/seed.js';
import { Secret } from '../../../../src/secret.js';
import { NOW_MS, openSandbox } from '../../sandbox/test-sandbox.js';

const APP = {
  clientId: SANDBOX_TIKTOK_APP_ID,
  clientSecret: new Secret(SANDBOX_TIKTOK_APP_SECRET),
};
const PIXEL = { account: SANDBOX_TIKTOK_PIXEL, name: SANDBOX_TIKTOK_PIXEL };

function openHttp({ url }: Pick<Sandbox, 'url'>) {
  const http = createHttpClient({ gateway: url, timeoutMs: 5000, userAgent: 'test' });
  onTestFinished(() => http.close());
  return http;
}

/** A call as a user of the sandbox. */
function makeCall(
  sandbox: Pick<Sandbox, 'url'>,
  user: string,
  parts: Partial<ConnectCall> = {},
): ConnectCall {
  return {
    http: openHttp(sandbox),
    accessToken: seededTikTokToken(user),
    wanted: {},
    nowMs: NOW_MS,
    ...parts,
  };
}

const find = tiktokConnector.findAccounts!;
const check = tiktokConnector.checkGrant!;

describe('pixels from the list', () => {
  test('of every advertiser, with whose they are', async () => {
    const sandbox = await openSandbox();
    const { candidates, warnings } = await find(makeCall(sandbox, 'two', APP));
    expect(candidates).toEqual([
      {
        account: 'C0SANDBOXPIXEL000001',
        name: 'Sandbox game site',
        note: 'advertiser 7200000000000000001 Sandbox Games',
      },
      {
        account: 'C0SANDBOXPIXEL000002',
        name: 'Studio shop',
        note: 'advertiser 7200000000000000002 Sandbox Studio',
      },
      {
        account: 'C0SANDBOXPIXEL000003',
        name: 'Studio blog',
        note: 'advertiser 7200000000000000002 Sandbox Studio',
      },
    ]);
    expect(warnings).toEqual([]);
  });

  test('over several pages', async () => {
    const sandbox = await openSandbox();
    const { candidates } = await find(makeCall(sandbox, 'many', APP));
    expect(new Set(candidates.map(({ account }) => account)).size).toBe(23);
  });

  test('an advertiser whose pixels cannot be seen is told, the others are listed', async () => {
    const sandbox = await openSandbox({ faults: [{ match: 'pixel/list', status: 403, times: 1 }] });
    const { candidates, warnings } = await find(makeCall(sandbox, 'two', APP));
    expect(candidates).toHaveLength(2);
    expect(warnings).toEqual([
      expect.stringContaining('advertiser 7200000000000000001 (code 40001'),
    ]);
  });

  test('a token without an app lists nothing, and asks nobody', async () => {
    const sandbox = await openSandbox();
    expect(await find(makeCall(sandbox, 'one'))).toEqual({ candidates: [], warnings: [] });
    expect(sandbox.state.requestCounts()).toEqual([]);
  });

  test.each<[string, string, Partial<ConnectCall>, string]>([
    ['no advertiser', 'none', APP, 'no_account_found'],
    ['no pixel', 'bare', APP, 'no_account_found'],
    ['a wrong token', 'one', { ...APP, accessToken: 'f'.repeat(40) }, 'token_refused'],
    ['a wrong secret', 'one', { ...APP, clientSecret: new Secret('wrong') }, 'token_refused'],
  ])('%s', async (_what, user, parts, code) => {
    const sandbox = await openSandbox();
    await expect(find(makeCall(sandbox, user, parts))).rejects.toMatchObject({
      code,
      next: 'postback connect tiktok',
    });
  });
});

describe('the check before anything is saved', () => {
  test('is a test event made as ordinary ones are: it counts nothing and names nobody', async () => {
    const sandbox = await openSandbox();
    expect(await check(makeCall(sandbox, 'one'), PIXEL)).toEqual({});
    expect(sandbox.state.conversions()).toMatchObject([
      {
        target: 'postback_check',
        excluded: 'test_event',
        event: { page: { url: 'https://example.com/' }, user: { ttclid: 'postback-test' } },
      },
    ]);
  });

  test.each<[string, string, Partial<ConnectCall>, string]>([
    ['a wrong token', 'one', { accessToken: 'f'.repeat(40) }, 'token_refused'],
    ['an analyst', 'analyst', {}, 'account_refused'],
    ["somebody else's pixel", 'many', {}, 'account_refused'],
  ])('%s is refused', async (_what, user, parts, code) => {
    const sandbox = await openSandbox();
    await expect(check(makeCall(sandbox, user, parts), PIXEL)).rejects.toMatchObject({ code });
  });

  test.each([
    ['throttled', { status: 429 }, 'network_failed'],
    ['an internal fault', { status: 500 }, 'network_failed'],
    ['a broken gateway', { status: 502 }, 'network_failed'],
    ['no answer', { drop: 'before' as const }, 'network_unreachable'],
  ])('%s says nothing about the grant', async (_what, fault, code) => {
    const sandbox = await openSandbox({ faults: [fault] });
    await expect(check(makeCall(sandbox, 'one'), PIXEL)).rejects.toMatchObject({
      code,
      kind: 'network',
    });
  });

  test('an event that is refused for itself is a fault of ours, and nothing is connected', async () => {
    const sandbox = await openSandbox({ faults: [{ status: 400 }] });
    await expect(check(makeCall(sandbox, 'one'), PIXEL)).rejects.toMatchObject({
      code: 'probe_refused',
      kind: 'internal',
      message: expect.stringContaining('code 40002: Invalid request body') as string,
      hint: expect.stringContaining('a bug in postback') as string,
    });
  });
});

test.each([
  ['C4A7EXAMPLE0123456789', undefined],
  ['my pixel', 'expected a pixel code of letters and digits, as Events Manager shows it'],
  ['', 'expected a pixel code of letters and digits, as Events Manager shows it'],
])('%j as pixel', (account, words) => {
  expect(tiktokConnector.checkAccount!(account)).toBe(words);
});

describe('the login of the business portal', () => {
  async function consent(sandbox: Sandbox): Promise<string> {
    const query = {
      app_id: SANDBOX_TIKTOK_APP_ID,
      redirect_uri: 'http://localhost:8787/callback',
      sandbox_user: 'two',
    };
    const url = `${sandbox.url}/business-api.tiktok.com/portal/auth?${new URLSearchParams(query).toString()}`;
    const answer = await fetch(url, { redirect: 'manual' });
    return new URL(answer.headers.get('location')!).searchParams.get(TIKTOK_LOGIN.codeParameter!)!;
  }

  function redeem(
    sandbox: Awaited<ReturnType<typeof openSandbox>>,
    code: string,
    secret = SANDBOX_TIKTOK_APP_SECRET,
  ) {
    const client = { id: SANDBOX_TIKTOK_APP_ID, secret: new Secret(secret) };
    const call = { provider: TIKTOK_LOGIN, client, http: openHttp(sandbox), clock: sandbox.clock };
    const verifier = new Secret('unused');
    return TIKTOK_LOGIN.redeem!(call, { code: new Secret(code), redirectUri: 'unused', verifier });
  }

  test('a code becomes a token without a known end, with the permissions of the app', async () => {
    const sandbox = await openSandbox();
    const grant = await redeem(sandbox, await consent(sandbox));
    expect(grant.accessToken.reveal()).toMatch(/^[0-9a-f]{40}$/);
    expect(Object.keys(grant).sort()).toEqual(['accessToken', 'scopes']);
    expect(grant.scopes).toEqual(['4', '15']);
  });

  test('a code is good once, and a wrong secret is told from it', async () => {
    const sandbox = await openSandbox();
    const code = await consent(sandbox);
    await expect(redeem(sandbox, code, 'wrong')).rejects.toMatchObject({ code: 'client_refused' });
    await redeem(sandbox, code);
    const again = redeem(sandbox, code);
    await expect(again).rejects.toMatchObject({ code: 'code_refused' });
    await expect(again).rejects.not.toThrow(code);
  });

  test('a portal that fails is not a refusal', async () => {
    const sandbox = await openSandbox({ faults: [{ match: 'access_token', status: 500 }] });
    await expect(redeem(sandbox, 'any')).rejects.toMatchObject({ code: 'network_failed' });
  });
});
