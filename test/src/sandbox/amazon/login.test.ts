import { describe, expect, it } from 'vitest';
import { SANDBOX_CLIENT_ID } from '../../../../src/sandbox/amazon/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { openSandbox, postForm } from '../test-sandbox.js';

const RETURN_URL = 'http://localhost:8787/callback';

function authorizeUrl(
  sandbox: Sandbox,
  changes: Record<string, string | undefined> = {},
  host = 'www.amazon.com',
) {
  const url = new URL(`${sandbox.url}/${host}/ap/oa`);
  const query: Record<string, string | undefined> = {
    client_id: SANDBOX_CLIENT_ID,
    scope: 'advertising::campaign_management',
    response_type: 'code',
    redirect_uri: RETURN_URL,
    state: 'st-1',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...changes,
  };
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

const BROWSER = { accept: 'text/html,application/xhtml+xml' };

async function follow(url: string, headers = {}): Promise<URL> {
  const answer = await fetch(url, { redirect: 'manual', headers });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get('location')!);
}

describe('the authorize page', () => {
  it('lets a client that is not a browser through at once', async () => {
    const sandbox = await openSandbox();
    const location = await follow(authorizeUrl(sandbox));
    expect(location.origin + location.pathname).toBe(RETURN_URL);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      code: expect.stringMatching(/^AN[\w-]{18}$/),
      scope: 'advertising::campaign_management',
      state: 'st-1',
    });
  });

  it('shows a browser a form without script, that says it is the sandbox', async () => {
    const sandbox = await openSandbox();
    const answer = await fetch(authorizeUrl(sandbox), { headers: BROWSER });
    const page = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('postback sandbox');
    expect(page).toContain('prefers-color-scheme:dark');
    expect(page).not.toMatch(/<script|https?:\/\/(?!localhost)/);
    const users = [...page.matchAll(/name="user" value="(\w+"(?: checked)?)/g)].map(([, user]) =>
      user?.replace('"', ''),
    );
    expect(users).toEqual(['na checked', 'eu', 'fe', 'two', 'all', 'many', 'terms', 'none']);
  });

  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    [
      'allowing',
      { decision: 'allow', user: 'two' },
      { code: expect.any(String), state: 'st-1', scope: expect.any(String) },
    ],
    [
      'denying',
      { decision: 'deny', user: 'two' },
      { error: 'access_denied', error_description: 'Access not permitted.', state: 'st-1' },
    ],
  ])('takes the form: %s', async (_what, form, expected) => {
    const sandbox = await openSandbox();
    const page = await (await fetch(authorizeUrl(sandbox), { headers: BROWSER })).text();
    const action = /action="([^"]+)"/.exec(page)![1]!.replaceAll('&#38;', '&');
    const answer = await postForm(new URL(action, authorizeUrl(sandbox)).href, form);
    expect(answer.status).toBe(302);
    expect(Object.fromEntries(new URL(answer.headers.get('location')!).searchParams)).toEqual(
      expected,
    );
  });

  it('is decided by the query for browsers too', async () => {
    const sandbox = await openSandbox();
    const location = await follow(`${authorizeUrl(sandbox)}&sandbox_decision=deny`, BROWSER);
    expect(location.searchParams.get('error')).toBe('access_denied');
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['an unknown client', { client_id: 'amzn1.application-oa2-client.other' }, 'unknown client'],
    ['no client', { client_id: undefined }, 'unknown client'],
    ['no return URL', { redirect_uri: undefined }, 'has not been whitelisted for your application'],
    [
      'another path',
      { redirect_uri: 'http://localhost:8787/' },
      'has not been whitelisted for your application',
    ],
    [
      'the numeric loopback',
      { redirect_uri: 'http://127.0.0.1:8787/callback' },
      'has not been whitelisted',
    ],
    [
      'another host',
      { redirect_uri: 'http://localhost.example.com:8787/callback' },
      'has not been whitelisted',
    ],
  ])('is a dead end for %s', async (_what, changes, words) => {
    const sandbox = await openSandbox();
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(authorizeUrl(sandbox, changes), { method, redirect: 'manual' });
      const page = await answer.text();
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
      expect(page).toContain('400 Bad Request');
      expect(page).toContain(words);
    }
  });

  it.each([
    [8788, false, 302],
    [8789, false, 302],
    [9999, true, 302],
    [9999, false, 400],
  ])('port %i with anyLoopbackPort %s: %i', async (port, anyLoopbackPort, status) => {
    const sandbox = await openSandbox({ anyLoopbackPort });
    const url = authorizeUrl(sandbox, { redirect_uri: `http://localhost:${port}/callback` });
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(status);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['no response type', { response_type: undefined }, 'invalid_request'],
    ['the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
    ['no scope', { scope: undefined }, 'invalid_request'],
    ['an unknown scope', { scope: 'advertising::conversions' }, 'invalid_scope'],
    ['a challenge too short', { code_challenge: 'abc' }, 'invalid_request'],
    ['an unknown challenge method', { code_challenge_method: 'S512' }, 'invalid_request'],
    ['a method without challenge', { code_challenge: undefined }, 'invalid_request'],
  ])('returns an error for %s', async (_what, changes, error) => {
    const sandbox = await openSandbox();
    const location = await follow(authorizeUrl(sandbox, changes));
    expect([location.searchParams.get('error'), location.searchParams.get('state')]).toEqual([
      error,
      'st-1',
    ]);
    expect(location.searchParams.has('code')).toBe(false);
  });

  it.each<[string, Record<string, string>]>([
    ['no decision', { user: 'na' }],
    ['an unknown user', { decision: 'allow', user: 'root' }],
  ])('refuses a form with %s', async (_what, form) => {
    const sandbox = await openSandbox();
    expect((await postForm(authorizeUrl(sandbox), form)).status).toBe(400);
  });

  it('escapes what the address says', async () => {
    const sandbox = await openSandbox();
    const page = await (
      await fetch(authorizeUrl(sandbox, { state: '"><script>x' }), { headers: BROWSER })
    ).text();
    expect(page).not.toContain('<script');
  });
});
