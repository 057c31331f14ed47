import { describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import {
  SANDBOX_REDDIT_CLIENT_ID,
  SANDBOX_REDDIT_CLIENT_SECRET,
} from '../../../../src/sandbox/reddit/seed.js';
import { control, openSandbox, postForm, type Answer } from '../test-sandbox.js';
import { ask, makeEvent, send } from './calls.js';

const RETURN = 'http://localhost:8787/callback';
const GOOD = {
  client_id: SANDBOX_REDDIT_CLIENT_ID,
  response_type: 'code',
  state: 'state-1',
  redirect_uri: RETURN,
  duration: 'permanent',
  scope: 'adsconversions,adsread',
};

function authorize(
  sandbox: Sandbox,
  changes: Record<string, string> = {},
  accept = '*/*',
): Promise<Response> {
  const query = new URLSearchParams({ ...GOOD, ...changes }).toString();
  const url = `${sandbox.url}/www.reddit.com/api/v1/authorize?${query}`;
  return fetch(url, { redirect: 'manual', headers: { accept } });
}

async function codeOf(sandbox: Sandbox, changes: Record<string, string> = {}): Promise<string> {
  const answer = await authorize(sandbox, changes);
  return new URL(answer.headers.get('location')!).searchParams.get('code')!;
}

async function token(
  sandbox: Sandbox,
  form: Record<string, string>,
  headers = {},
): Promise<[number, Answer]> {
  const basic = Buffer.from(`${SANDBOX_REDDIT_CLIENT_ID}:${SANDBOX_REDDIT_CLIENT_SECRET}`).toString(
    'base64',
  );
  const own = { authorization: `Basic ${basic}`, 'user-agent': 'postback/test', ...headers };
  const answer = await postForm(`${sandbox.url}/www.reddit.com/api/v1/access_token`, form, own);
  return [answer.status, await answer.json()];
}

async function logIn(sandbox: Sandbox, changes: Record<string, string> = {}): Promise<Answer> {
  const code = await codeOf(sandbox, changes);
  return (
    await token(sandbox, { grant_type: 'authorization_code', code, redirect_uri: RETURN })
  )[1];
}

describe('the consent page', () => {
  test('a browser is shown who can log in; what it posts decides', async () => {
    const sandbox = await openSandbox();
    const page = await (await authorize(sandbox, {}, 'text/html')).text();
    expect(page).toMatch(/Reddit \(sandbox\)[\s\S]*send conversion events[\s\S]*value="many"/);
    const query = new URLSearchParams(GOOD).toString();
    const answer = await postForm(`${sandbox.url}/www.reddit.com/api/v1/authorize?${query}`, {
      user: 'many',
      decision: 'allow',
    });
    expect(answer.headers.get('location')).toMatch(
      /^http:\/\/localhost:8787\/callback\?code=.+&state=state-1$/,
    );
  });

  test.each([
    [{ sandbox_decision: 'deny' }, 'access_denied'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'identity' }, 'invalid_scope'],
    [{ scope: '' }, 'invalid_scope'],
    [{ duration: 'ever' }, 'invalid_request'],
  ])('%j: sent back with %s', async (changes, error) => {
    const answer = await authorize(await openSandbox(), changes);
    expect(new URL(answer.headers.get('location')!).searchParams.get('error')).toBe(error);
  });

  test.each<Record<string, string>>([
    { client_id: 'other' },
    { redirect_uri: 'https://evil.example/' },
    { state: '' },
    { sandbox_user: 'x' },
  ])('%j: a page, never a redirect', async (changes) => {
    expect((await authorize(await openSandbox(), changes)).status).toBe(400);
  });
});

describe('tokens', () => {
  test('a code gives tokens once; a renewal gives new ones, and the old refresh token stays', async () => {
    const sandbox = await openSandbox();
    const code = await codeOf(sandbox);
    const form = { grant_type: 'authorization_code', code, redirect_uri: RETURN };
    const [status, first] = await token(sandbox, form);
    expect([status, first]).toMatchObject([
      200,
      { token_type: 'bearer', expires_in: 86_400, scope: 'adsconversions adsread' },
    ]);
    expect(await token(sandbox, form)).toEqual([400, { error: 'invalid_grant' }]);
    const refreshForm = {
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token as string,
    };
    const [, second] = await token(sandbox, refreshForm);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await token(sandbox, refreshForm))[0]).toBe(200);
  });

  test('without duration=permanent there is no refresh token', async () => {
    expect(await logIn(await openSandbox(), { duration: 'temporary' })).not.toHaveProperty(
      'refresh_token',
    );
  });

  test.each<[string, Record<string, string>, Record<string, string>, number]>([
    ['no Basic', {}, { authorization: '' }, 401],
    [
      'another secret',
      {},
      { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` },
      401,
    ],
    ['no name of its own', {}, { 'user-agent': 'curl/8' }, 429],
    ['another grant', { grant_type: 'password' }, {}, 400],
    ['another code', { code: 'other' }, {}, 400],
    ['another return URL', { redirect_uri: 'http://localhost:8788/callback' }, {}, 400],
    ['another refresh token', { grant_type: 'refresh_token', refresh_token: 'other' }, {}, 400],
  ])('%s', async (_name, changes, headers, status) => {
    const sandbox = await openSandbox();
    const form = {
      grant_type: 'authorization_code',
      code: await codeOf(sandbox),
      redirect_uri: RETURN,
      ...changes,
    };
    expect((await token(sandbox, form, headers))[0]).toBe(status);
  });

  test('a code is good for ten minutes, an access token for a day', async () => {
    const sandbox = await openSandbox();
    const code = await codeOf(sandbox);
    const { access_token: access } = await logIn(sandbox);
    sandbox.clock.nowMs += 601_000;
    expect(
      (await token(sandbox, { grant_type: 'authorization_code', code, redirect_uri: RETURN }))[0],
    ).toBe(400);
    expect((await ask(sandbox, '/me/businesses', { token: access }))[0]).toBe(200);
    sandbox.clock.nowMs += 86_400_000;
    expect((await ask(sandbox, '/me/businesses', { token: access }))[0]).toBe(401);
  });

  test('an ended access token is renewed, a revoked grant is not', async () => {
    const sandbox = await openSandbox({ faults: [{ expire: true, times: 1 }] });
    const first = await logIn(sandbox, { sandbox_user: 'games' });
    expect((await send(sandbox, [makeEvent()], { token: first.access_token }))[0]).toBe(401);
    const form = { grant_type: 'refresh_token', refresh_token: first.refresh_token as string };
    const [, second] = await token(sandbox, form);
    expect((await send(sandbox, [makeEvent()], { token: second.access_token }))[0]).toBe(200);
    await control(sandbox, 'POST', '/grants/revoke', { network: 'reddit' });
    expect((await token(sandbox, form))[0]).toBe(400);
  });
});

test('lists, page by page', async () => {
  const sandbox = await openSandbox();
  const { access_token: access } = await logIn(sandbox, { sandbox_user: 'many' });
  const [, businesses] = await ask(sandbox, '/me/businesses', { token: access });
  expect(businesses.data).toHaveLength(2);
  const path = `/businesses/${businesses.data[0].id}/ad_accounts`;
  const [, first] = await ask(sandbox, path, { token: access });
  expect(first.pagination.next_url).toMatch(
    /^https:\/\/ads-api\.reddit\.com\/api\/v3\/businesses\/.*page\.token=5$/,
  );
  const [, last] = await ask(sandbox, `${path}?page.token=10`, { token: access });
  expect([last.data.length, last.pagination.next_url]).toEqual([2, null]);
  const [, pixels] = await ask(sandbox, `/ad_accounts/${last.data[0].id}/pixels`, {
    token: access,
  });
  expect(pixels.data).toEqual([{ id: 'a2_sandboxclient11', name: 'Site of client 11' }]);
  expect((await ask(sandbox, '/businesses/other/ad_accounts', { token: access }))[0]).toBe(404);
  expect((await ask(sandbox, '/ad_accounts/a2_sandboxgames/pixels', { token: access }))[0]).toBe(
    404,
  );
});
