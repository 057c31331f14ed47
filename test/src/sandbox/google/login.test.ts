import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  DATA_MANAGER_SCOPE,
  SANDBOX_GOOGLE_CLIENT_ID,
  SANDBOX_GOOGLE_CLIENT_SECRET,
  SANDBOX_GOOGLE_DISABLED_CLIENT_ID,
  SANDBOX_GOOGLE_TESTING_CLIENT_ID,
} from '../../../../src/sandbox/google/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { headersOf, openSandbox, postForm, type Answer } from '../test-sandbox.js';
import { ingest, makeBody, refreshGoogle } from './calls.js';

const RETURN_URL = 'http://localhost:8787/callback';
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

const REQUEST = {
  client_id: SANDBOX_GOOGLE_CLIENT_ID,
  redirect_uri: RETURN_URL,
  response_type: 'code',
  scope: DATA_MANAGER_SCOPE,
  access_type: 'offline',
  prompt: 'consent',
  state: 'state-1',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

function authorize(
  sandbox: Sandbox,
  changes: Record<string, string | undefined> = {},
  headers = {},
): Promise<Response> {
  const query = new URLSearchParams(headersOf({ ...REQUEST, ...changes })).toString();
  const url = `${sandbox.url}/accounts.google.com/o/oauth2/v2/auth?${query}`;
  return fetch(url, { headers, redirect: 'manual' });
}

async function obtainCode(
  sandbox: Sandbox,
  changes: Record<string, string | undefined> = {},
): Promise<string> {
  const answer = await authorize(sandbox, changes);
  return new URL(answer.headers.get('location')!).searchParams.get('code')!;
}

async function redeem(
  sandbox: Sandbox,
  code: string,
  changes: Record<string, string> = {},
): Promise<[number, Answer]> {
  const answer = await postForm(`${sandbox.url}/oauth2.googleapis.com/token`, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: RETURN_URL,
    client_id: SANDBOX_GOOGLE_CLIENT_ID,
    client_secret: SANDBOX_GOOGLE_CLIENT_SECRET,
    code_verifier: VERIFIER,
    ...changes,
  });
  return [answer.status, await answer.json()];
}

describe('the authorize page', () => {
  test('lets a client that is not a browser through', async () => {
    const location = new URL((await authorize(await openSandbox())).headers.get('location')!);
    expect(location.href).toMatch(/^http:\/\/localhost:8787\/callback\?state=state-1&code=4%2F0A/);
  });

  test('a browser is asked, and may deny', async () => {
    const sandbox = await openSandbox();
    const page = await authorize(sandbox, {}, { accept: 'text/html' });
    expect(await page.text()).toContain('send conversions');
    const denied = await authorize(sandbox, { sandbox_decision: 'deny' });
    expect(denied.headers.get('location')).toBe(`${RETURN_URL}?state=state-1&error=access_denied`);
    const posted = await postForm(page.url, { decision: 'allow', user: 'manager' });
    expect(posted.headers.get('location')).toContain('code=');
  });

  test.each<[string, Record<string, string | undefined>, number, RegExp]>([
    ['an unknown client', { client_id: 'x' }, 401, /invalid_client/],
    ['no client', { client_id: undefined }, 400, /client_id/],
    [
      'a return URL elsewhere',
      { redirect_uri: 'https://example.com/' },
      400,
      /redirect_uri_mismatch/,
    ],
    ['no response type', { response_type: undefined }, 400, /response_type/],
    ['no scope', { scope: undefined }, 400, /scope/],
    ['a scope that is none', { scope: 'everything' }, 400, /invalid_scope/],
    ['an access type that is none', { access_type: 'always' }, 400, /access_type/],
    ['a prompt that is none', { prompt: 'please' }, 400, /prompt/],
    ['a challenge in clear', { code_challenge_method: 'plain' }, 400, /code_challenge/],
  ])('%s: a page that never calls back', async (_name, changes, status, words) => {
    const answer = await authorize(await openSandbox(), changes);
    expect([answer.status, answer.headers.get('location'), await answer.text()]).toEqual([
      status,
      null,
      expect.stringMatching(words),
    ]);
  });
});

describe('codes', () => {
  test('a code is good once, for its client, return URL and verifier', async () => {
    const sandbox = await openSandbox();
    const code = await obtainCode(sandbox);
    const [status, tokens] = await redeem(sandbox, code);
    expect(status).toBe(200);
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3599,
      scope: DATA_MANAGER_SCOPE,
    });
    expect(await redeem(sandbox, code)).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'Malformed auth code.' },
    ]);
    const wrongs: [Record<string, string>, string][] = [
      [{ redirect_uri: 'http://localhost:8788/callback' }, 'redirect_uri_mismatch'],
      [{ code_verifier: 'w'.repeat(43) }, 'invalid_grant'],
      [{ code_verifier: '' }, 'invalid_grant'],
      [{ client_secret: 'wrong' }, 'invalid_client'],
      [{ client_id: SANDBOX_GOOGLE_TESTING_CLIENT_ID }, 'invalid_grant'],
    ];
    for (const [changes, error] of wrongs) {
      expect(await redeem(sandbox, await obtainCode(sandbox), changes)).toEqual([
        expect.any(Number),
        expect.objectContaining({ error }),
      ]);
    }
  });

  test.each<[string, Record<string, string | undefined>, boolean]>([
    ['offline and asked again', {}, true],
    ['online', { access_type: 'online' }, false],
    ['not said', { access_type: undefined }, false],
    ['offline, consented before and not asked again', { prompt: undefined }, false],
    [
      'offline, never consented to this client',
      { prompt: undefined, client_id: SANDBOX_GOOGLE_DISABLED_CLIENT_ID },
      true,
    ],
  ])('a refresh token: %s', async (_name, changes, expected) => {
    const sandbox = await openSandbox();
    const { client_id = SANDBOX_GOOGLE_CLIENT_ID } = changes;
    const [, tokens] = await redeem(sandbox, await obtainCode(sandbox, changes), { client_id });
    expect(typeof tokens.refresh_token).toBe(expected ? 'string' : 'undefined');
  });
});

test('a refresh gives no refresh token; a wrong one is refused', async () => {
  const sandbox = await openSandbox();
  expect(Object.keys((await (await refreshGoogle(sandbox)).json()) as object)).not.toContain(
    'refresh_token',
  );
  expect((await refreshGoogle(sandbox, { refresh_token: '1//wrong' })).status).toBe(400);
  expect((await refreshGoogle(sandbox, { grant_type: 'password' })).status).toBe(400);
  expect((await refreshGoogle(sandbox, { client_id: 'x' })).status).toBe(401);
});

test('a grant of a consent screen in testing ends after seven days', async () => {
  const sandbox = await openSandbox();
  const client_id = SANDBOX_GOOGLE_TESTING_CLIENT_ID;
  const [, { refresh_token }] = await redeem(sandbox, await obtainCode(sandbox, { client_id }), {
    client_id,
  });
  sandbox.clock.nowMs += 7 * 86_400_000 - 1;
  expect((await refreshGoogle(sandbox, { client_id, refresh_token })).status).toBe(200);
  sandbox.clock.nowMs += 1;
  expect((await refreshGoogle(sandbox, { client_id, refresh_token })).status).toBe(400);
  expect((await refreshGoogle(sandbox)).status).toBe(200);
});

test('a project without the API, and a token without the scope', async () => {
  const sandbox = await openSandbox();
  const client_id = SANDBOX_GOOGLE_DISABLED_CLIENT_ID;
  const [, disabled] = await redeem(sandbox, await obtainCode(sandbox, { client_id }), {
    client_id,
  });
  const [, unscoped] = await redeem(sandbox, await obtainCode(sandbox, { scope: 'openid' }));
  const reasonOf = async (token: string): Promise<[number, string]> => {
    const [status, answer] = await ingest(sandbox, makeBody(), token);
    return [status, answer.error.details[0].reason];
  };
  expect(await reasonOf(disabled.access_token)).toEqual([403, 'SERVICE_DISABLED']);
  expect(await reasonOf(unscoped.access_token)).toEqual([403, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT']);
});
