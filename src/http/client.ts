import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Dispatcher } from 'undici';
import { UsageError } from '../errors.js';
import { describeFault } from './connection-fault.js';
import { runExchange, type Target } from './exchange.js';
import { refusePlainHttp, throughGateway } from './gateway.js';
import { isPrivateAddress, lookupPublic, PRIVATE_ADDRESS } from './private-address.js';
import type { HttpAnswer, HttpClient, HttpRequest, SendOptions } from './http.js';

export interface HttpClientOptions {
  /** Origin through which every request goes, checked by `checkGateway`. */
  gateway?: string;
  /** How long one request may take from start to the last byte, in milliseconds. */
  timeoutMs: number;
  userAgent: string;
  /**
   * Values of `HTTPS_PROXY` and `NO_PROXY` (hosts that bypass the proxy). Not used for loopback
   * http.
   */
  proxy?: { url: string; bypass?: string };
  /** Connections to one origin at most; default 256, the bound of `delivery.concurrency`. */
  connections?: number;
  /** Bytes of an answer that are read at most, packed and unpacked; default 64 MiB. */
  maxAnswerBytes?: number;
}

const MAX_REMEMBERED_TARGETS = 1000;

const DECODERS: Record<
  string,
  (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>
> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  'x-gzip': promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
};

/**
 * The one way out of the program: keep-alive connections, one request at a time on each, no
 * redirects, the answer read whole. undici is loaded by the first request.
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
    const target = {
      origin: real.origin,
      host: new URL(url).host,
      path: `${real.pathname}${real.search}`,
    };
    if (targets.size >= MAX_REMEMBERED_TARGETS) targets.clear();
    targets.set(url, target);
    return target;
  }

  async function send(request: HttpRequest, { signal, timeoutMs: ownTimeoutMs }: SendOptions = {}) {
    const target = targetOf(request.url);
    dispatchers ??= loadDispatchers(options);
    const { publicOnly = false } = request;
    // Through a gateway, it is the gateway that connects to the host.
    const isGuarded = publicOnly && gateway === undefined;
    if (isGuarded) refusePrivateTarget(target);
    const dispatcher = (await dispatchers).to(target.origin, isGuarded);
    const answer = await runExchange({
      dispatcher,
      target,
      request,
      headers: { ...ownHeaders, ...request.headers },
      timeoutMs: ownTimeoutMs ?? timeoutMs,
      maxAnswerBytes,
      signal,
    });
    return answer.headers['content-encoding']
      ? decode(answer, target.host, maxAnswerBytes)
      : answer;
  }

  return {
    send,
    close: async () => {
      await (await dispatchers)?.close();
    },
  };
}

/** A host that is an address is not looked up, so that it is checked here. */
function refusePrivateTarget({ origin, host }: Target): void {
  const { hostname } = new URL(origin);
  if (isPrivateAddress(hostname)) throw describeFault({ code: PRIVATE_ADDRESS }, host, 0, false);
}

interface Dispatchers {
  /** @param isGuarded whether the host must be public */
  to(origin: string, isGuarded: boolean): Dispatcher;
  close(): Promise<void>;
}

async function loadDispatchers({
  proxy,
  timeoutMs,
  connections = 256,
}: HttpClientOptions): Promise<Dispatchers> {
  // Our own deadline covers the whole exchange; undici's timers (one-second steps) would only
  // double it.
  const settings = {
    connections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: timeoutMs },
  };
  if (proxy) {
    // The proxy looks up the host, and decides which may be reached.
    // Its tunnel needs methods that only undici's entry puts in place.
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
    to(origin, isGuarded) {
      const key = isGuarded ? `guarded ${origin}` : origin;
      let pool = pools.get(key);
      if (!pool) {
        const connect = isGuarded
          ? { ...settings.connect, lookup: lookupPublic }
          : settings.connect;
        pools.set(key, (pool = new Pool(origin, { ...settings, connect })));
      }
      return pool;
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function checkProxy(text: string): void {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return;
  throw new UsageError(
    'invalid_proxy',
    'Invalid proxy URL in HTTPS_PROXY; expected http://HOST:PORT.',
  );
}

async function decode(
  answer: HttpAnswer,
  host: string,
  maxOutputLength: number,
): Promise<HttpAnswer> {
  const decoder = DECODERS[answer.headers['content-encoding']!.trim().toLowerCase()];
  if (!decoder || answer.body.length === 0) return answer;
  try {
    const { 'content-encoding': _encoding, ...headers } = answer.headers;
    return { ...answer, headers, body: await decoder(answer.body, { maxOutputLength }) };
  } catch (error) {
    throw describeFault(error, host, answer.latencyMs, true);
  }
}
