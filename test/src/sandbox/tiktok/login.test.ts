import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import {
  SANDBOX_TIKTOK_APP_ID,
  SANDBOX_TIKTOK_APP_SECRET,
  seededTikTokToken,
} from '../../../../src/sandbox/tiktok/seed.js';
import { control, openSandbox, postForm } from '../test-sandbox.js';
import { ask, track, webEvent } from './calls.js';

const RETURN_URL = 'http://localhost:8787/callback';
const BROWSER = { accept: 'text/html,application/xhtml+xml' };
const APP = { app_id: SANDBOX_TIKTOK_APP_ID, secret: SANDBOX_TIKTOK_APP_SECRET };

function portalUrl(sandbox: Sandbox, changes: Record<string, string> = {}): string {
  const query = {
    app_id: SANDBOX_TIKTOK_APP_ID,
    state: 'st-1',
    redirect_uri: RETURN_URL,
    ...changes,
  };
  return `${sandbox.url}/business-api.tiktok.com/portal/auth?${new URLSearchParams(query).toString()}`;
}

async function consent(sandbox: Sandbox, user = 'one'): Promise<string> {
  const answer = await fetch(portalUrl(sandbox, { sandbox_user: user }), { redirect: 'manual' });
  return new URL(answer.headers.get('location')!).searchParams.get('auth_code')!;
}

function redeem(sandbox: Sandbox, body: unknown) {
  return ask(sandbox, 'POST', '/oauth2/access_token/', body, {
    headers: { 'access-token': undefined },
  });
}

describe('the portal', () => {
  it('sends a client that is not a browser back with auth_code and state', async () => {
    const sandbox = await openSandbox();
    const answer = await fetch(portalUrl(sandbox), { redirect: 'manual' });
    const location = new URL(answer.headers.get('location')!);
    expect(location.origin + location.pathname).toBe(RETURN_URL);
    expect([...location.searchParams.keys()].sort()).toEqual(['auth_code', 'code', 'state']);
    expect(location.searchParams.get('state')).toBe('st-1');
  });

  it('shows a browser the form, which allows or denies', async () => {
    const sandbox = await openSandbox();
    const page = await (await fetch(portalUrl(sandbox), { headers: BROWSER })).text();
    expect(page).toContain('TikTok for Business (sandbox)');
    expect(page).toContain('Report Conversion Event');
    expect(page).not.toMatch(/<script/);
    const denied = await postForm(portalUrl(sandbox), { decision: 'deny', user: 'one' });
    expect(new URL(denied.headers.get('location')!).searchParams.get('error')).toBe(
      'access_denied',
    );
    const allowed = await postForm(portalUrl(sandbox), { decision: 'allow', user: 'two' });
    expect(new URL(allowed.headers.get('location')!).searchParams.has('auth_code')).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    ['another app', { app_id: '1' }],
    ['a redirect URL that is not registered', { redirect_uri: 'https://example.com/callback' }],
    ['a user that is not there', { sandbox_user: 'nobody' }],
    ['a decision that is none', { sandbox_decision: 'perhaps' }],
  ])('keeps %s on its own page', async (_what, changes) => {
    const sandbox = await openSandbox();
    expect((await fetch(portalUrl(sandbox, changes), { redirect: 'manual' })).status).toBe(400);
  });

  it('takes other ports only where the option says so', async () => {
    const strict = await openSandbox({ anyLoopbackPort: false });
    const url = portalUrl(strict, { redirect_uri: 'http://localhost:9999/callback' });
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(400);
  });
});

describe('the token endpoint takes JSON', () => {
  it('gives a token, its advertisers and the permissions of the app', async () => {
    const sandbox = await openSandbox();
    const [status, body] = await redeem(sandbox, {
      ...APP,
      auth_code: await consent(sandbox, 'two'),
    });
    expect([status, body.code]).toEqual([200, 0]);
    expect(body.data).toEqual({
      access_token: expect.stringMatching(/^[0-9a-f]{40}$/),
      scope: [4, 15],
      advertiser_ids: ['7200000000000000001', '7200000000000000002'],
    });
    expect(
      (await track(sandbox, [webEvent()], {}, { token: body.data.access_token }))[1].code,
    ).toBe(0);
  });

  it('refuses, always with HTTP 200', async () => {
    const sandbox = await openSandbox();
    const code = await consent(sandbox);
    const cases: [unknown, number, RegExp][] = [
      ['{', 40002, /Invalid JSON/],
      [{ ...APP }, 40002, /^auth_code: Missing/],
      [{ ...APP, app_id: '1', auth_code: code }, 40002, /app_id or secret/],
      [{ ...APP, secret: 'wrong', auth_code: code }, 40002, /app_id or secret/],
      [{ ...APP, auth_code: 'unknown' }, 40110, /Auth_code is invalid/],
    ];
    for (const [body, expected, words] of cases) {
      const [status, answer] = await redeem(sandbox, body);
      expect([status, answer.code]).toEqual([200, expected]);
      expect(answer.message).toMatch(words);
    }
    expect((await redeem(sandbox, { ...APP, auth_code: code }))[1].code).toBe(0);
    expect((await redeem(sandbox, { ...APP, auth_code: code }))[1].message).toBe(
      'Auth_code is used.',
    );
  });

  it('a code ends after an hour', async () => {
    const sandbox = await openSandbox();
    const code = await consent(sandbox);
    sandbox.clock.nowMs += 61 * 60_000;
    expect((await redeem(sandbox, { ...APP, auth_code: code }))[1].message).toBe(
      'Auth_code is expired.',
    );
  });
});

describe('accounts and pixels', () => {
  const query = `app_id=${SANDBOX_TIKTOK_APP_ID}&secret=${SANDBOX_TIKTOK_APP_SECRET}`;

  it('lists the advertisers of a token, for its app only', async () => {
    const sandbox = await openSandbox();
    const token = seededTikTokToken('two');
    const [, body] = await ask(sandbox, 'GET', `/oauth2/advertiser/get/?${query}`, undefined, {
      token,
    });
    expect(body.data.list).toEqual([
      { advertiser_id: '7200000000000000001', advertiser_name: 'Sandbox Games' },
      { advertiser_id: '7200000000000000002', advertiser_name: 'Sandbox Studio' },
    ]);
    const [status, refused] = await ask(
      sandbox,
      'GET',
      '/oauth2/advertiser/get/?app_id=1&secret=x',
    );
    expect([status, refused.code]).toEqual([200, 40002]);
  });

  it('lists pixels in pages of at most 20', async () => {
    const sandbox = await openSandbox();
    const token = seededTikTokToken('many');
    const path = '/pixel/list/?advertiser_id=7200000000000000003';
    const [, second] = await ask(sandbox, 'GET', `${path}&page=2&page_size=20`, undefined, {
      token,
    });
    expect(second.data.page_info).toEqual({
      page: 2,
      page_size: 20,
      total_number: 23,
      total_page: 2,
    });
    expect(second.data.pixels).toHaveLength(3);
    const [, found] = await ask(sandbox, 'GET', `${path}&code=C0SANDBOXPIXEL000103`, undefined, {
      token,
    });
    expect(found.data.pixels).toMatchObject([
      { pixel_code: 'C0SANDBOXPIXEL000103', pixel_name: 'Client site 3' },
    ]);
    for (const wrong of ['&page_size=21', '&page=0', '&page=x']) {
      expect((await ask(sandbox, 'GET', path + wrong, undefined, { token }))[1].code).toBe(40002);
    }
    expect((await ask(sandbox, 'GET', path))[1].code).toBe(40001);
  });

  it('revokes every token of TikTok from outside', async () => {
    const sandbox = await openSandbox();
    await control(sandbox, 'POST', '/grants/revoke', { network: 'tiktok' });
    expect((await track(sandbox, [webEvent()]))[1].code).toBe(40105);
  });
});
