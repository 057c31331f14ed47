import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AuthError } from '../../../src/errors.js';
import { openLoopback, type Loopback } from '../../../src/oauth/loopback.js';
import { provider } from './token-server.js';

const STATE = 'expected-state';
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

interface Ask {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  host?: string;
}

async function ask(
  loopback: Loopback,
  { path = '/callback', method = 'GET', headers = {}, host }: Ask,
) {
  const { port } = new URL(loopback.redirectUri);
  const request = http.request({
    host: host ?? '127.0.0.1',
    port,
    path,
    method,
    headers,
    agent: false,
  });
  request.end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, text };
}

async function start(redeem: (code: string) => Promise<void> = async () => undefined) {
  const loopback = await openLoopback([0]);
  open.push(loopback);
  const codes: string[] = [];
  const waiting = loopback.waitForCode({
    provider,
    state: STATE,
    redeem: async (code) => {
      codes.push(code.reveal());
      await redeem(code.reveal());
    },
  });
  return { loopback, waiting, codes };
}

const good = `/callback?code=the-code&state=${STATE}`;

describe('what does not count', () => {
  test.each<[string, Ask, number]>([
    ['another path', { path: `/?code=the-code&state=${STATE}` }, 404],
    ['a longer path', { path: `/callback/x?code=the-code&state=${STATE}` }, 404],
    ['the icon', { path: '/favicon.ico' }, 404],
    ['HEAD', { method: 'HEAD', path: good }, 405],
    ['OPTIONS', { method: 'OPTIONS', path: good }, 405],
    ['POST', { method: 'POST', path: good }, 405],
    ['a prefetch', { path: good, headers: { 'Sec-Purpose': 'prefetch' } }, 503],
    ['a prerender', { path: good, headers: { 'Sec-Purpose': 'prefetch;prerender' } }, 503],
    ['an old prefetch', { path: good, headers: { Purpose: 'prefetch' } }, 503],
    ['a wrong state', { path: '/callback?code=stolen&state=other' }, 400],
    ['no state', { path: '/callback?code=stolen' }, 400],
    ['a denial with a wrong state', { path: '/callback?error=access_denied&state=other' }, 400],
    ['no code', { path: `/callback?state=${STATE}` }, 400],
  ])('%s: the wait goes on', async (_name, stray, status) => {
    const { loopback, waiting, codes } = await start();
    expect((await ask(loopback, stray)).status).toBe(status);
    expect(codes).toEqual([]);
    expect((await ask(loopback, { path: good })).status).toBe(200);
    await waiting;
    expect(codes).toEqual(['the-code']);
  });
});

test('the connected page comes after the code was redeemed, and cannot be kept or linked', async () => {
  const order: string[] = [];
  const { loopback, waiting } = await start(async () => void order.push('redeemed'));
  const page = await ask(loopback, { path: good });
  order.push('page');
  await waiting;
  expect(order).toEqual(['redeemed', 'page']);
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<h1>Connected</h1>') });
  expect(page.text).not.toMatch(/the-code|expected-state/);
  expect(page.headers).toMatchObject({
    connection: 'close',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringMatching(/^default-src 'none'/),
  });
});

test('two callbacks at once redeem the code once and get the same page', async () => {
  const { loopback, waiting, codes } = await start();
  const pages = await Promise.all([ask(loopback, { path: good }), ask(loopback, { path: good })]);
  await waiting;
  expect(codes).toEqual(['the-code']);
  expect(pages.map(({ status }) => status)).toEqual([200, 200]);
});

test.each([
  ['error=access_denied', 'consent_denied', 'Consent was denied'],
  [
    'error=temporarily_unavailable&error_description=%3Cb%3Elater%3C/b%3E',
    'consent_failed',
    'Connection failed',
  ],
])('%s ends the wait with its own page', async (query, code, title) => {
  const { loopback, waiting, codes } = await start();
  const failure = expect(waiting).rejects.toMatchObject({ code, next: 'postback connect example' });
  const page = await ask(loopback, { path: `/callback?${query}&state=${STATE}` });
  await failure;
  expect(page).toMatchObject({ status: 400, text: expect.stringContaining(`<h1>${title}</h1>`) });
  expect(page.text).not.toContain('<b>');
  expect(codes).toEqual([]);
});

test('a code that is refused ends the wait with its reason, on the page too', async () => {
  const refused = new AuthError('code_refused', 'The code was refused.');
  const { loopback, waiting } = await start(() => Promise.reject(refused));
  const failure = expect(waiting).rejects.toBe(refused);
  const page = await ask(loopback, { path: good });
  await failure;
  expect(page).toMatchObject({
    status: 400,
    text: expect.stringContaining('The code was refused.'),
  });
});

test('a browser that goes away meanwhile loses nothing', async () => {
  let gone: () => void = () => undefined;
  const { loopback, waiting, codes } = await start(
    () => new Promise((resolve) => (gone = resolve)),
  );
  const request = http.get(
    `${loopback.redirectUri.replace('localhost', '127.0.0.1')}?code=the-code&state=${STATE}`,
  );
  request.on('error', () => gone());
  while (codes.length === 0) await new Promise((resolve) => setImmediate(resolve));
  request.destroy(new Error('closed by its user'));
  await waiting;
  expect(codes).toEqual(['the-code']);
});

test('listens on ::1 too, where there is one', async () => {
  const { loopback, waiting } = await start();
  const page = await ask(loopback, { path: good, host: '::1' }).catch((error: unknown) =>
    String((error as NodeJS.ErrnoException).code),
  );
  if (typeof page === 'string') {
    expect(page).toMatch(/EADDRNOTAVAIL|EAFNOSUPPORT|ECONNREFUSED/);
    return;
  }
  expect(page).toMatchObject({ status: 200 });
  await waiting;
});

describe('ports', () => {
  async function occupy(host: string): Promise<number | undefined> {
    const server = net.createServer();
    server.listen(0, host);
    const [failed] = (await Promise.race([once(server, 'listening'), once(server, 'error')])) as [
      Error?,
    ];
    if (failed) return undefined;
    open.push(server);
    return (server.address() as AddressInfo).port;
  }

  test.each(['127.0.0.1', '::1'])('a port that is taken on %s is passed over', async (host) => {
    const taken = await occupy(host);
    if (taken === undefined) {
      expect(host).toBe('::1');
      return;
    }
    const loopback = await openLoopback([taken, 0]);
    open.push(loopback);
    expect(loopback.redirectUri).toMatch(/^http:\/\/localhost:\d+\/callback$/);
    expect(loopback.redirectUri).not.toContain(`:${taken}/`);
  });

  test('none free: the error names them and --port', async () => {
    const [a, b] = [(await occupy('127.0.0.1'))!, (await occupy('127.0.0.1'))!];
    await expect(openLoopback([a, b])).rejects.toMatchObject({
      code: 'no_free_port',
      message: `Ports ${a}, ${b} are in use or reserved, so the browser cannot return to postback.`,
      hint: expect.stringContaining('--port'),
    });
  });
});
