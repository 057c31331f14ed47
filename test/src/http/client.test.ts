import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.js';
import { createHttpClient, type HttpClientOptions } from '../../../src/http/client.js';
import { ConnectionFault, type HttpClient, type HttpRequest } from '../../../src/http/http.js';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function serve(handler: http.RequestListener): Promise<string> {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that answers every connection with these bytes and hangs up. */
async function serveBytes(bytes: string): Promise<string> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function makeClient(options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({ timeoutMs: 5000, userAgent: 'postback/test', ...options });
  open.push(client);
  return client;
}

const get = (url: string): HttpRequest => ({ method: 'GET', url, headers: {} });

async function faultOf(promise: Promise<unknown>): Promise<ConnectionFault> {
  const error = await promise.then(
    () => new Error('an answer came'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConnectionFault);
  return error as ConnectionFault;
}

test('sends a request as it is and reads the answer whole', async () => {
  const url = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('X-Amzn-RequestId', 'r1');
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.statusCode = 207;
      response.write(JSON.stringify([request.method, request.url, request.headers['x-own']]));
      response.end(Buffer.concat(chunks));
    });
  });
  const body = Buffer.from('{"id":12345678901234567890}');
  const answer = await makeClient().send({
    method: 'POST',
    url: `${url}/p?q=1`,
    headers: { 'X-Own': 'yes' },
    body,
  });
  expect(answer).toMatchObject({
    status: 207,
    headers: { 'x-amzn-requestid': 'r1', 'set-cookie': 'a=1, b=2' },
  });
  expect(answer.body.toString()).toBe(`["POST","/p?q=1","yes"]${body.toString()}`);
  expect(answer.latencyMs).toBeGreaterThanOrEqual(0);
});

test('goes through the gateway, names itself, and does not follow redirects', async () => {
  const gateway = await serve((request, response) => {
    response
      .writeHead(302, { location: '/elsewhere' })
      .end(`${request.url} ${request.headers['user-agent']}`);
  });
  const answer = await makeClient({ gateway }).send(
    get('https://advertising-api.amazon.com/v2/profiles?a=b'),
  );
  expect(answer.status).toBe(302);
  expect(answer.body.toString()).toBe('/advertising-api.amazon.com/v2/profiles?a=b postback/test');
});

test('keeps connections for the next requests', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('ok');
  });
  const client = makeClient();
  for (let turn = 0; turn < 20; turn++) await client.send(get(url));
  // A second one may open while the first is still being handed back.
  expect(ports.size).toBeLessThanOrEqual(2);
});

test('opens no more connections than it may', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    setImmediate(() => response.end('ok'));
  });
  const client = makeClient({ connections: 2 });
  const { signal } = new AbortController();
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => client.send(get(url), { signal })),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(ports.size).toBeLessThanOrEqual(2);
});

test.each([
  ['gzip', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['br', zlib.brotliCompressSync],
  ['identity', (body: Buffer) => body],
] as const)('unpacks %s', async (encoding, pack) => {
  const url = await serve((_request, response) => {
    response.setHeader('content-encoding', encoding).end(pack(Buffer.from('{"a":1}')));
  });
  expect((await makeClient().send(get(url))).body.toString()).toBe('{"a":1}');
});

describe('connection faults', () => {
  test.each([
    ['closed before the head', '', 'ECONNRESET'],
    ['short of its length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a"', 'TRUNCATED'],
    [
      'short of its last chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"a"\r\n',
      'TRUNCATED',
    ],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n', 'BAD_ANSWER'],
    [
      'packed, and broken off',
      'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f',
      'TRUNCATED',
    ],
  ])('an answer that is %s', async (_name, bytes, code) => {
    const fault = await faultOf(makeClient().send(get(await serveBytes(bytes))));
    expect(fault.code).toBe(code);
  });

  test('nobody listens', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const fault = await faultOf(
      makeClient().send(get(`http://127.0.0.1:${port}/p?access_token=secret`)),
    );
    expect(fault.code).toBe('ECONNREFUSED');
    expect(fault.message).toBe(`No response from 127.0.0.1:${port}: the connection was refused.`);
  });

  test('an unknown host', async () => {
    const fault = await faultOf(makeClient().send(get('https://nowhere.invalid/')));
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(fault.code);
  });

  test.each([
    ['no head', () => undefined],
    ['a body that never ends', (response: http.ServerResponse) => void response.write('{')],
  ])('a time-out with %s', async (_name, start) => {
    const url = await serve((_request, response) => start(response));
    const fault = await faultOf(makeClient().send(get(url), { timeoutMs: 100 }));
    expect(fault.code).toBe('ETIMEDOUT');
  });

  test('an answer without end', async () => {
    const url = await serve((_request, response) => {
      const more = () => response.write(Buffer.alloc(1024), more);
      more();
    });
    expect((await faultOf(makeClient({ maxAnswerBytes: 4096 }).send(get(url)))).code).toBe(
      'TOO_LARGE',
    );
  });

  test('a small answer that unpacks to a large one', async () => {
    const url = await serve((_request, response) => {
      response.setHeader('content-encoding', 'gzip').end(zlib.gzipSync(Buffer.alloc(100_000)));
    });
    expect((await faultOf(makeClient({ maxAnswerBytes: 4096 }).send(get(url)))).code).toBe(
      'TOO_LARGE',
    );
  });
});

test.each(['before', 'during'])(
  'an abort %s the request rejects with an AbortError',
  async (when) => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort());
    if (when === 'before') controller.abort();
    const sent = makeClient().send(get(url), { signal: controller.signal });
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  },
);

test('refuses plain http beyond loopback, and a proxy that is no URL', async () => {
  await expect(makeClient().send(get('http://amazon.example/'))).rejects.toBeInstanceOf(UsageError);
  expect(() => makeClient({ proxy: { url: 'nowhere' } })).toThrow(
    expect.objectContaining({ code: 'invalid_proxy' }),
  );
});

test('a header that cannot be sent is a fault of ours, not of the connection', async () => {
  const url = await serve((_request, response) => response.end());
  const sent = makeClient().send({ method: 'GET', url, headers: { authorization: 'Bearer a\nb' } });
  await expect(sent).rejects.not.toBeInstanceOf(ConnectionFault);
  await expect(sent).rejects.not.toThrow(/Bearer/);
});

test('https goes through the proxy, loopback http past it', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = http.createServer().listen(0, '127.0.0.1');
  proxy.on('connect', (request, socket) => {
    asked.push(request.url);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await once(proxy, 'listening');
  open.push(proxy);
  const direct = await serve((_request, response) => response.end('direct'));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const client = makeClient({ proxy: { url, bypass: 'other.invalid' } });
  expect((await client.send(get(direct))).body.toString()).toBe('direct');
  expect((await faultOf(client.send(get('https://amazon.invalid/')))).code).toBe('PROXY_REFUSED');
  await faultOf(client.send(get('https://other.invalid/')));
  expect(asked).toEqual(['amazon.invalid:443']);
});
