import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { makeAuthorizeRequest } from '../../../src/oauth/authorize-url.js';
import { runLogin, type LoginOptions } from '../../../src/oauth/login.js';
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

type Visit = (authorizeUrl: URL, redirectUri: string) => unknown;

/** Starts a login; `visit` plays the person with the browser. */
async function login(
  visit: Visit,
  options: Partial<LoginOptions> = {},
  answer: TokenAnswer = { body: goodTokens },
) {
  const server = await startTokenServer(() => answer);
  servers.push(server);
  const told: string[] = [];
  const result = runLogin({
    provider,
    client: { id: 'client-id', secret: new Secret('client-secret') },
    http: server.http,
    clock: systemClock,
    ports: [0],
    gateway: server.url,
    timeoutMs: 600_000,
    presenter: {
      onUrl: (url, redirectUri) => {
        told.push(`url ${url}`);
        setImmediate(() => void visit(new URL(url), redirectUri));
      },
      openBrowser: (url) => told.push(`browser ${url}`),
      onPasteRefused: (reason) => told.push(reason),
    },
    ...options,
  });
  return { server, told, result };
}

const local = (redirectUri: string, query: Record<string, string>) =>
  fetch(
    `${redirectUri.replace('localhost', '127.0.0.1')}?${new URLSearchParams(query).toString()}`,
  );

/** Lines that come when the test says so. */
function makeLines() {
  const queue: string[] = [];
  let wake: () => void = () => undefined;
  let ended = false;
  async function* read() {
    for (;;) {
      while (queue.length > 0) yield queue.shift()!;
      if (ended) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return {
    lines: read(),
    type: (line: string) => {
      queue.push(line);
      wake();
    },
    end: () => {
      ended = true;
      wake();
    },
  };
}

test('the callback redeems its code; the URL is told before the browser is opened', async () => {
  let seen: URL | undefined;
  const { server, told, result } = await login((url, redirectUri) => {
    seen = url;
    return local(redirectUri, { code: 'the-code', state: url.searchParams.get('state')! });
  });
  expect((await result).refreshToken?.reveal()).toBe('Atzr|refresh');
  expect(told).toEqual([`url ${seen!.href}`, `browser ${seen!.href}`]);
  expect(`${seen!.origin}${seen!.pathname}`).toBe(`${server.url}/www.example.com/ap/oa`);
  const { code_challenge: challenge, ...query } = Object.fromEntries(seen!.searchParams);
  const { form } = server.requests[0]!;
  expect(query).toMatchObject({
    client_id: 'client-id',
    scope: 'advertising::campaign_management',
    response_type: 'code',
    code_challenge_method: 'S256',
    redirect_uri: form['redirect_uri'],
  });
  expect(challenge).toBe(createHash('sha256').update(form['code_verifier']!).digest('base64url'));
});

describe('pasting', () => {
  test('a redirect URL wins the race after useless lines; the server is closed afterwards', async () => {
    const { lines, type } = makeLines();
    let callback = '';
    const { told, result } = await login(
      (url, redirectUri) => {
        callback = redirectUri;
        type('');
        type('what now?');
        type(`${redirectUri}?code=stolen-code-123&state=other`);
        type(`${redirectUri}?code=the-code&state=${url.searchParams.get('state')}`);
      },
      { pasted: lines },
    );
    expect((await result).accessToken.reveal()).toBe('Atza|access');
    expect(told.slice(2)).toEqual([
      'That address contains no code. Paste the complete final address from the browser.',
      'That link is from another attempt; open the one printed above.',
    ]);
    await expect(local(callback, {})).rejects.toThrow();
  });

  test('where no port is free, the address is pasted; without anybody to paste it, the login fails', async () => {
    const taken = createServer();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const { port } = taken.address() as AddressInfo;
    const { lines, type } = makeLines();
    const reasons: string[] = [];
    const presenter: LoginOptions['presenter'] = {
      onUrl: (url, redirectUri) => {
        const state = new URL(url).searchParams.get('state')!;
        type(`${redirectUri}?code=the-code&state=${state}`);
      },
      onNoPort: (reason) => reasons.push(reason),
      onPasteRefused: (reason) => reasons.push(reason),
    };
    const { result, server } = await login(() => undefined, {
      presenter,
      ports: [port],
      pasted: lines,
    });
    expect((await result).accessToken.reveal()).toBe('Atza|access');
    expect(reasons).toEqual([expect.stringContaining(`Port ${port} is in use`)]);
    expect(server.requests[0]!.form['redirect_uri']).toBe(`http://localhost:${port}/callback`);
    const refused = await login(() => undefined, { ports: [port], pasted: lines });
    await expect(refused.result).rejects.toMatchObject({ code: 'no_free_port' });
    taken.close();
  });

  test('the end of input ends nothing', async () => {
    const { lines, end } = makeLines();
    const { result } = await login(
      async (url, redirectUri) => {
        end();
        await local(redirectUri, { code: 'the-code', state: url.searchParams.get('state')! });
      },
      { pasted: lines },
    );
    expect((await result).accessToken.reveal()).toBe('Atza|access');
  });

  test('a pasted denial ends the login', async () => {
    const { lines, type } = makeLines();
    const { result } = await login(() => type('?error=access_denied'), { pasted: lines });
    await expect(result).rejects.toMatchObject({ code: 'consent_denied' });
  });
});

test('callback and paste at once redeem one code', async () => {
  const { lines, type } = makeLines();
  const { server, result } = await login(
    async (url, redirectUri) => {
      const state = url.searchParams.get('state')!;
      type(`?code=the-code&state=${state}`);
      await local(redirectUri, { code: 'the-code', state }).catch(() => undefined);
    },
    { pasted: lines },
  );
  await result;
  expect(server.requests).toHaveLength(1);
});

test('a refused code fails the login', async () => {
  const visit: Visit = (url, redirectUri) =>
    local(redirectUri, { code: 'the-code', state: url.searchParams.get('state')! });
  const { result } = await login(visit, {}, { status: 401, body: { error: 'invalid_client' } });
  await expect(result).rejects.toMatchObject({
    code: 'client_refused',
    hint: expect.stringContaining('Example console'),
  });
});

test('nobody comes: the error names the URL to register and the place', async () => {
  let redirectUri = '';
  const { result } = await login((_url, uri) => (redirectUri = uri), { timeoutMs: 50 });
  const error = await result.catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'login_timed_out',
    message: 'Nobody signed in within 0.05 seconds.',
  });
  expect((error as { hint: string }).hint).toContain(
    `Register exactly ${redirectUri} at Example console > Web Settings > Allowed Return URLs`,
  );
});

test('a signal ends the wait', async () => {
  const controller = new AbortController();
  const { result } = await login(() => controller.abort(), { signal: controller.signal });
  await expect(result).rejects.toMatchObject({ name: 'AbortError' });
});

test('the authorize URL is the one that the provider wants', async () => {
  const own = {
    ...provider,
    clientIdParameter: 'app_id',
    scopes: ['a', 'b'],
    scopeSeparator: ',',
    usesPkce: false,
  };
  const { url } = await makeAuthorizeRequest(own, 'client-id', 'http://localhost:8787/callback');
  const parameters = Object.fromEntries(new URL(url).searchParams);
  expect(parameters).toMatchObject({ app_id: 'client-id', scope: 'a,b', response_type: 'code' });
  expect(Object.keys(parameters).filter((name) => /client_id|challenge/.test(name))).toEqual([]);
});
