import { describe, expect, it } from 'vitest';
import { DIALOG_URL } from '../../../../src/networks/meta/graph.js';
import {
  SANDBOX_META_APP_ID,
  SANDBOX_META_APP_SECRET,
  SANDBOX_META_SENDER_TOKEN,
  SANDBOX_META_TOKEN,
} from '../../../../src/sandbox/meta/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { NOW_MS, openSandbox, postForm, type Answer } from '../test-sandbox.js';
import { graph, readGraph } from './calls.js';

const RETURN_URL = 'http://localhost:8787/callback';

function dialog(sandbox: Sandbox, changes: Record<string, string> = {}): string {
  const query = {
    client_id: SANDBOX_META_APP_ID,
    redirect_uri: RETURN_URL,
    scope: 'ads_management,ads_read',
    state: 's1',
  };
  return `${DIALOG_URL.replace('https:/', sandbox.url)}?${new URLSearchParams({ ...query, ...changes }).toString()}`;
}

function open(url: string, accept = '*/*'): Promise<Response> {
  return fetch(url, { redirect: 'manual', headers: { accept } });
}

async function allow(sandbox: Sandbox, changes: Record<string, string> = {}): Promise<string> {
  const answer = await open(dialog(sandbox, changes));
  return new URL(answer.headers.get('location')!).searchParams.get('code')!;
}

async function askForToken(
  sandbox: Sandbox,
  parameters: Record<string, string>,
): Promise<[number, Answer]> {
  const given = {
    client_id: SANDBOX_META_APP_ID,
    client_secret: SANDBOX_META_APP_SECRET,
    ...parameters,
  };
  const answer = await fetch(
    graph(sandbox, `oauth/access_token?${new URLSearchParams(given).toString()}`),
  );
  return [answer.status, await answer.json()];
}

async function redeem(sandbox: Sandbox): Promise<string> {
  const [, body] = await askForToken(sandbox, {
    code: await allow(sandbox),
    redirect_uri: RETURN_URL,
  });
  return body.access_token as string;
}

describe('Facebook Login', () => {
  it('shows a browser who may log in, and what is asked for', async () => {
    const sandbox = await openSandbox();
    const page = await (await open(dialog(sandbox), 'text/html')).text();
    for (const words of ['not Meta', 'ads_management', 'report conversions', 'analyst'])
      expect(page).toContain(words);
    const answer = await postForm(dialog(sandbox), { decision: 'allow', user: 'two' });
    expect(answer.headers.get('location')).toMatch(
      /^http:\/\/localhost:8787\/callback\?code=AQ[\w-]+&state=s1#_=_$/,
    );
  });

  it('lets others through at once', async () => {
    const sandbox = await openSandbox();
    expect(await allow(sandbox)).toMatch(/^AQ/);
  });

  it('sends back who denies', async () => {
    const sandbox = await openSandbox();
    const answer = await open(dialog(sandbox, { sandbox_decision: 'deny' }));
    expect(answer.headers.get('location')).toContain('error=access_denied');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['another app', { client_id: '1' }, /Invalid App ID/],
    ['another return URL', { redirect_uri: 'https://evil.example/' }, /URL blocked/],
    ['another scope', { scope: 'ads_management,everything' }, /Invalid Scopes: everything/],
    ['a token at once', { response_type: 'token' }, /not supported/],
    [
      'a user that is not there',
      { sandbox_user: 'nobody', sandbox_decision: 'allow' },
      /no such user/,
    ],
    ['no decision', { sandbox_decision: 'perhaps' }, /allow or deny/],
  ])('says on a page what is wrong with %s', async (_what, changes, words) => {
    const sandbox = await openSandbox();
    const answer = await open(dialog(sandbox, changes));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(words);
  });

  it('takes registered ports only, where the option says so', async () => {
    const sandbox = await openSandbox({ anyLoopbackPort: false });
    expect(
      (await open(dialog(sandbox, { redirect_uri: 'http://localhost:9999/callback' }))).status,
    ).toBe(400);
    expect((await open(dialog(sandbox))).status).toBe(302);
  });
});

describe('tokens', () => {
  it('a code gives a token of an hour or two, and that one a token of about 60 days', async () => {
    const sandbox = await openSandbox();
    const [, short] = await askForToken(sandbox, {
      code: await allow(sandbox),
      redirect_uri: RETURN_URL,
    });
    expect(short).toEqual({
      access_token: expect.stringMatching(/^EAA/),
      token_type: 'bearer',
      expires_in: 5400,
    });
    const exchange = {
      grant_type: 'fb_exchange_token',
      fb_exchange_token: short.access_token as string,
    };
    const [status, long] = await askForToken(sandbox, exchange);
    expect([status, long.expires_in]).toEqual([200, 5_183_944]);
    expect(long.access_token).not.toBe(short.access_token);
    sandbox.clock.nowMs += 5_400_000;
    expect(
      (await readGraph(sandbox, 'me/adaccounts', short.access_token as string))[1].error
        .error_subcode,
    ).toBe(463);
    expect((await readGraph(sandbox, 'me/adaccounts', long.access_token as string))[0]).toBe(200);
  });

  it('a form will do as well', async () => {
    const sandbox = await openSandbox();
    const form = {
      client_id: SANDBOX_META_APP_ID,
      client_secret: SANDBOX_META_APP_SECRET,
      redirect_uri: RETURN_URL,
    };
    const answer = await postForm(graph(sandbox, 'oauth/access_token'), {
      ...form,
      code: await allow(sandbox),
    });
    expect(answer.status).toBe(200);
  });

  it.each<[string, Record<string, string>, number, number, number | undefined]>([
    ['another app', { client_id: '1' }, 400, 101, undefined],
    ['no secret', { client_secret: '' }, 400, 101, undefined],
    [
      'a wrong secret, with the code of an unknown error',
      { client_secret: 'x' },
      400,
      1,
      undefined,
    ],
    ['no code', { code: '' }, 400, 100, undefined],
    ['a code that is none', { code: 'AQx' }, 400, 100, undefined],
    ['another return URL', { redirect_uri: 'http://localhost:8788/callback' }, 400, 100, 36008],
    [
      'a token that is none',
      { grant_type: 'fb_exchange_token', fb_exchange_token: 'x' },
      500,
      190,
      undefined,
    ],
  ])('refuses %s', async (_what, changes, status, code, subcode) => {
    const sandbox = await openSandbox();
    const given = { code: await allow(sandbox), redirect_uri: RETURN_URL, ...changes };
    const [found, { error }] = await askForToken(sandbox, given);
    expect([found, error.code, error.error_subcode]).toEqual([status, code, subcode]);
  });

  it('takes a code once, and for minutes', async () => {
    const sandbox = await openSandbox();
    const [used, late] = [await allow(sandbox), await allow(sandbox)];
    await askForToken(sandbox, { code: used, redirect_uri: RETURN_URL });
    expect(
      (await askForToken(sandbox, { code: used, redirect_uri: RETURN_URL }))[1].error.error_subcode,
    ).toBe(36009);
    sandbox.clock.nowMs += 11 * 60_000;
    expect(
      (await askForToken(sandbox, { code: late, redirect_uri: RETURN_URL }))[1].error.error_subcode,
    ).toBe(36007);
  });

  it('tells what a token is', async () => {
    const sandbox = await openSandbox();
    const token = await redeem(sandbox);
    const [, { data }] = await readGraph(sandbox, `debug_token?input_token=${token}`, token);
    expect(data).toMatchObject({
      is_valid: true,
      type: 'USER',
      expires_at: NOW_MS / 1000 + 5400,
      scopes: ['ads_management', 'ads_read'],
    });
    const [, system] = await readGraph(sandbox, `debug_token?input_token=${SANDBOX_META_TOKEN}`);
    expect(system.data).toMatchObject({ is_valid: true, type: 'SYSTEM_USER', expires_at: 0 });
    expect((await readGraph(sandbox, 'debug_token?input_token=x'))[1].data.is_valid).toBe(false);
    const sender = await readGraph(sandbox, 'debug_token?input_token=x', SANDBOX_META_SENDER_TOKEN);
    expect(sender[1].error.code).toBe(100);
  });
});

describe('ad accounts and pixels', () => {
  async function tokenOf(sandbox: Sandbox, user: string): Promise<string> {
    const code = await allow(sandbox, { sandbox_user: user });
    return (await askForToken(sandbox, { code, redirect_uri: RETURN_URL }))[1]
      .access_token as string;
  }

  it('come in pages of ten, with the fields that were asked for', async () => {
    const sandbox = await openSandbox();
    const token = await tokenOf(sandbox, 'many');
    const [, first] = await readGraph(sandbox, 'me/adaccounts?fields=name&limit=100', token);
    expect(first.data[0]).toEqual({ id: 'act_100000000000101', name: 'Client 1' });
    const sizes = [first.data.length];
    let { paging } = first;
    while (paging?.next) {
      const path = `me/adaccounts?limit=100&after=${paging.cursors.after}`;
      const [, page] = await readGraph(sandbox, path, token);
      expect(Object.keys(page.data[0])).toEqual(['id']);
      sizes.push(page.data.length);
      ({ paging } = page);
    }
    expect(sizes).toEqual([10, 10, 3]);
  });

  it.each<[string, string, string, number, number]>([
    ['a limit of nothing', 'two', 'me/adaccounts?limit=0', 400, 100],
    ['a cursor of its own', 'two', 'me/adaccounts?after=x', 400, 100],
    ['an ad account of somebody else', 'one', 'act_100000000000002/adspixels', 400, 100],
    ['one that is closed', 'two', 'act_100000000000003/adspixels', 403, 200],
    ['a pixel of somebody else', 'one', '2345678901234567', 400, 100],
  ])('%s', async (_what, user, path, status, code) => {
    const sandbox = await openSandbox();
    const [found, { error }] = await readGraph(sandbox, path, await tokenOf(sandbox, user));
    expect([found, error.code]).toEqual([status, code]);
  });

  it('are nothing for a token that may only send', async () => {
    const sandbox = await openSandbox();
    for (const path of ['me/adaccounts', 'act_100000000000001/adspixels', '1234567890123456']) {
      expect((await readGraph(sandbox, path, SANDBOX_META_SENDER_TOKEN))[0]).not.toBe(200);
    }
  });
});
