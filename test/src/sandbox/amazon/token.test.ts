import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  CAMPAIGN_SCOPE,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  SANDBOX_REFRESH_TOKEN,
  SANDBOX_UNAPPROVED_CLIENT_ID,
} from '../../../../src/sandbox/amazon/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { accessToken, control, openSandbox, postForm, refresh } from '../test-sandbox.js';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const RETURN_URL = 'http://localhost:8787/callback';

const OPAQUE = {
  error_index: expect.stringMatching(/^\w+$/),
  request_id: expect.stringMatching(/^\w+$/),
};

async function login(sandbox: Sandbox, changes: Record<string, string> = {}): Promise<string> {
  const query = new URLSearchParams({
    client_id: SANDBOX_CLIENT_ID,
    scope: CAMPAIGN_SCOPE,
    response_type: 'code',
    redirect_uri: RETURN_URL,
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  });
  const answer = await fetch(`${sandbox.url}/www.amazon.com/ap/oa?${query.toString()}`, {
    redirect: 'manual',
  });
  return new URL(answer.headers.get('location')!).searchParams.get('code')!;
}

function exchange(
  sandbox: Sandbox,
  code: string,
  changes: Record<string, string> = {},
  host = 'api.amazon.com',
) {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: RETURN_URL,
    client_id: SANDBOX_CLIENT_ID,
    client_secret: SANDBOX_CLIENT_SECRET,
    code_verifier: VERIFIER,
    ...changes,
  };
  const given = Object.entries(form).filter(([, value]) => value !== '');
  return postForm(`${sandbox.url}/${host}/auth/o2/token`, Object.fromEntries(given));
}

const profiles = (sandbox: Sandbox, token: string, clientId = SANDBOX_CLIENT_ID) =>
  fetch(`${sandbox.url}/advertising-api.amazon.com/v2/profiles`, {
    headers: { authorization: `Bearer ${token}`, 'amazon-advertising-api-clientid': clientId },
  });

describe('the token endpoint', () => {
  it('gives tokens for a code, in every region, and gives the same refresh token again', async () => {
    const sandbox = await openSandbox();
    const first = await exchange(sandbox, await login(sandbox), {}, 'api.amazon.co.uk');
    const tokens = (await first.json()) as { access_token: string; refresh_token: string };
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(tokens).toEqual({
      access_token: expect.stringMatching(/^Atza\|[\w-]{48}$/),
      token_type: 'bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^Atzr\|[\w-]{48}$/),
    });
    const again = (await (
      await refresh(sandbox, { refresh_token: tokens.refresh_token })
    ).json()) as typeof tokens;
    expect(again.refresh_token).toBe(tokens.refresh_token);
    expect(again.access_token).not.toBe(tokens.access_token);
    expect((await profiles(sandbox, tokens.access_token)).status).toBe(200);
    expect((await profiles(sandbox, again.access_token)).status).toBe(200);
  });

  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['another return URL', {}, { redirect_uri: 'http://localhost:8788/callback' }, 'redirect_uri'],
    ['another verifier', {}, { code_verifier: 'x'.repeat(43) }, 'code_verifier'],
    ['no verifier', {}, { code_verifier: '' }, 'code_verifier'],
    ['another plain verifier', { code_challenge_method: 'plain' }, {}, 'code_verifier'],
    ['another client', {}, { client_id: SANDBOX_UNAPPROVED_CLIENT_ID }, 'code'],
  ])(
    'refuses a code with %s, and the code is used up',
    async (_what, asked, changes, parameter) => {
      const sandbox = await openSandbox();
      const code = await login(sandbox, asked);
      const answer = await exchange(sandbox, code, changes);
      expect([answer.status, await answer.json()]).toEqual([
        400,
        {
          error: 'invalid_grant',
          error_description: `The request has an invalid grant parameter : ${parameter}`,
          ...OPAQUE,
        },
      ]);
      expect((await exchange(sandbox, code)).status).toBe(400);
    },
  );

  it('takes a code once and for five minutes', async () => {
    const sandbox = await openSandbox();
    const used = await login(sandbox);
    const late = await login(sandbox);
    const inTime = await login(sandbox);
    expect((await exchange(sandbox, used)).status).toBe(200);
    expect((await exchange(sandbox, used)).status).toBe(400);
    sandbox.clock.nowMs += 300_000;
    expect((await exchange(sandbox, inTime)).status).toBe(200);
    sandbox.clock.nowMs += 1;
    expect((await exchange(sandbox, late)).status).toBe(400);
  });

  it('takes a plain challenge', async () => {
    const sandbox = await openSandbox();
    const code = await login(sandbox, { code_challenge: VERIFIER, code_challenge_method: 'plain' });
    expect((await exchange(sandbox, code)).status).toBe(200);
  });

  const revoked = "refresh_token. User may have revoked or didn't grant the permission.";
  const missing = 'The request is missing a required parameter : ';

  it.each<[string, Record<string, string>, number, string, string]>([
    [
      'an unknown refresh token',
      { refresh_token: 'Atzr|x' },
      400,
      'invalid_grant',
      `The request has an invalid grant parameter : ${revoked}`,
    ],
    ['no refresh token', { refresh_token: '' }, 400, 'invalid_request', `${missing}refresh_token`],
    ['no grant type', { grant_type: '' }, 400, 'invalid_request', `${missing}grant_type`],
    ['no client id', { client_id: '' }, 400, 'invalid_request', `${missing}client_id`],
    ['no secret', { client_secret: '' }, 400, 'invalid_request', `${missing}client_secret`],
    [
      'a wrong secret',
      { client_secret: 'x' },
      401,
      'invalid_client',
      'Client authentication failed',
    ],
    [
      'an unknown client',
      { client_id: 'amzn1.x' },
      401,
      'invalid_client',
      'Client authentication failed',
    ],
    [
      'another grant type',
      { grant_type: 'password' },
      400,
      'unsupported_grant_type',
      'The authorization grant type is not supported by the authorization server',
    ],
  ])('refuses %s', async (_what, changes, status, error, description) => {
    const sandbox = await openSandbox();
    const answer = await refresh(sandbox, changes);
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { error, error_description: description, ...OPAQUE },
    ]);
  });

  it.each<[string, RequestInit]>([
    [
      'a bearer token',
      {
        headers: { authorization: 'Bearer x' },
        body: new URLSearchParams({ grant_type: 'refresh_token' }),
      },
    ],
    [
      'JSON',
      { headers: { 'content-type': 'application/json' }, body: '{"grant_type":"refresh_token"}' },
    ],
    [
      'a parameter twice',
      { body: new URLSearchParams('grant_type=refresh_token&grant_type=refresh_token') },
    ],
  ])('refuses %s', async (_what, init) => {
    const sandbox = await openSandbox();
    const answer = await fetch(`${sandbox.url}/api.amazon.com/auth/o2/token`, {
      method: 'POST',
      ...init,
    });
    expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([
      400,
      'invalid_request',
    ]);
  });

  it('lets access tokens expire after an hour', async () => {
    const sandbox = await openSandbox();
    const token = await accessToken(sandbox);
    sandbox.clock.nowMs += 3_599_999;
    expect((await profiles(sandbox, token)).status).toBe(200);
    sandbox.clock.nowMs += 1;
    expect((await profiles(sandbox, token)).status).toBe(401);
  });

  it('revokes and restores grants', async () => {
    const sandbox = await openSandbox();
    const token = await accessToken(sandbox);
    expect(await control(sandbox, 'POST', '/grants/revoke', { network: 'amazon' })).toEqual([
      200,
      { ok: true, networks: ['amazon'] },
    ]);
    expect((await profiles(sandbox, token)).status).toBe(401);
    expect((await refresh(sandbox)).status).toBe(400);
    await control(sandbox, 'POST', '/grants/restore');
    expect((await profiles(sandbox, token)).status).toBe(200);
    expect((await refresh(sandbox, { refresh_token: SANDBOX_REFRESH_TOKEN })).status).toBe(200);
  });

  it('grants to a client that is not approved, which the Ads API then refuses', async () => {
    const sandbox = await openSandbox();
    const client_id = SANDBOX_UNAPPROVED_CLIENT_ID;
    const answer = await exchange(sandbox, await login(sandbox, { client_id }), { client_id });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const refused = await profiles(sandbox, token, client_id);
    expect([refused.status, await refused.json()]).toMatchObject([
      401,
      { code: 'UNAUTHORIZED', details: 'The client is not approved for the Amazon Ads API' },
    ]);
  });

  it('refuses a token without the scope of the Ads API', async () => {
    const sandbox = await openSandbox();
    const answer = await exchange(sandbox, await login(sandbox, { scope: 'profile' }));
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect((await profiles(sandbox, token)).status).toBe(403);
  });
});
