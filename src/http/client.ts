import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Dispatcher } from 'undici';
import { UsageError } from '../errors.js';
import { describeFault } from './connection-fault.js';
import { runExchange, type Target } from './exchange.js';
import { refusePlainHttp, throughGateway } from './gateway.js';
import type { HttpAnswer, HttpClient, HttpRequest, SendOptions } from './http.js';

export interface HttpClientOptions {
  /** Origin through which every request goes, checked by `checkGateway`. */
  gateway?: string;
  /** How long one request may take from start to the last byte, in milliseconds. */
  timeoutMs: number;
  userAgent: string;
  /** The value of `HTTPS_PROXY`, and of `NO_PROXY`: hosts that are reached directly. Never used for loopback http. */
  proxy?: { url: string; bypass?: string };
  /** Connections to one origin at most; default 256, the bound of `delivery.concurrency`. */
  connections?: number;
  /** Bytes of an answer that are read at most, packed and unpacked; default 64 MiB. */
  maxAnswerBytes?: number;
}

const MAX_REMEMBERED_TARGETS = 1000;

const DECODERS: Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  'x-gzip': promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
};

/**
 * The one way out of the program: keep-alive connections, one request at a time on each, no redirects, the answer read
 * whole. undici is loaded by the first request.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { gateway, timeoutMs, maxAnswerBytes = 64 * 1024 * 1024 } = options;
  const ownHeaders = { 'user-agent': options.userAgent, 'accept-encoding': 'identity' };
  if (options.proxy) checkProxy(options.proxy.url);
  const targets = new Map<string, Target>();
  let dispatchers: Promise<Dispatchers> | undefined;

  function targetOf(url: string): Target {
    const known = targets.get(url);
    if (known) return known;
    const real = new URL(throughGateway(url, gateway));
    refusePlainHttp(real);
    const target = { origin: real.origin, host: new URL(url).host, path: `${real.pathname}${real.search}` };
    if (targets.size >= MAX_REMEMBERED_TARGETS) targets.clear();
    targets.set(url, target);
    return target;
  }

  async function send(request: HttpRequest, { signal, timeoutMs: ownTimeoutMs, onDeparture }: SendOptions = {}) {
    const target = targetOf(request.url);
    dispatchers ??= loadDispatchers(options);
    const dispatcher = (await dispatchers).to(target.origin);
    const answer = await runExchange({
      dispatcher,
      target,
      request,
      headers: { ...ownHeaders, ...request.headers },
      timeoutMs: ownTimeoutMs ?? timeoutMs,
      maxAnswerBytes,
      signal,
      onDeparture,
    });
    return answer.headers['content-encoding'] ? decode(answer, target.host, maxAnswerBytes) : answer;
  }

  return {
    send,
    close: async () => {
      await (await dispatchers)?.close();
    },
  };
}

interface Dispatchers {
  to(origin: string): Dispatcher;
  close(): Promise<void>;
}

async function loadDispatchers({ proxy, timeoutMs, connections = 256 }: HttpClientOptions): Promise<Dispatchers> {
  // Our own deadline covers the whole exchange; undici's timers (one-second steps) would only double it.
  const settings = { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: timeoutMs } };
  if (proxy) {
    // The proxy's tunnel needs methods that only undici's entry puts in place.
    const { EnvHttpProxyAgent } = await import('undici');
    // Empty texts keep undici from reading the environment itself.
    const agent = new EnvHttpProxyAgent({
      ...settings,
      httpProxy: '',
      httpsProxy: proxy.url,
      noProxy: proxy.bypass ?? '',
    });
    return { to: () => agent, close: () => agent.close() };
  }
  const { default: Pool } = await import('undici/lib/dispatcher/pool.js');
  const pools = new Map<string, InstanceType<typeof Pool>>();
  return {
    to(origin) {
      let pool = pools.get(origin);
      if (!pool) pools.set(origin, (pool = new Pool(origin, settings)));
      return pool;
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function checkProxy(text: string): void {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return;
  throw new UsageError('invalid_proxy', 'The proxy in HTTPS_PROXY is not a URL like http://HOST:PORT.');
}

async function decode(answer: HttpAnswer, host: string, maxOutputLength: number): Promise<HttpAnswer> {
  const decoder = DECODERS[answer.headers['content-encoding']!.trim().toLowerCase()];
  if (!decoder || answer.body.length === 0) return answer;
  try {
    const { 'content-encoding': _encoding, ...headers } = answer.headers;
    return { ...answer, headers, body: await decoder(answer.body, { maxOutputLength }) };
  } catch (error) {
    throw describeFault(error, host, answer.latencyMs, true);
  }
}
