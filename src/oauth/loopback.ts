import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, UsageError } from '../errors.js';
import type { Secret } from '../secret.js';
import { readConsentAnswer } from './consent-answer.js';
import type { Page } from './pages.js';
import {
  makeConnectedPage,
  makeDeniedPage,
  makeFailedPage,
  makeSignedInPage,
  makeStrayPage,
  PAGE_HEADERS,
} from './pages.js';
import type { OAuthProvider } from './provider.js';
import { textBefore } from '../text-ends.js';

/**
 * Tried in this order. Login with Amazon compares return URLs whole, so each one must be registered
 * beforehand.
 */
export const DEFAULT_PORTS: readonly number[] = [8787, 8788, 8789];

export interface Expectation {
  provider: OAuthProvider;
  state: string;
  /**
   * Exchanges the code and does what follows. The browser waits for it, so that its page reports
   * the final result; `terminal`: a question at the terminal comes first, and the page says so.
   * Called once.
   */
  redeem: (code: Secret) => Promise<unknown>;
}

/** A server on this machine that waits for one redirect. */
export interface Loopback {
  /** `http://localhost:<port>/callback`. */
  redirectUri: string;
  /**
   * Resolves when a code has been redeemed and its page was sent. Rejects with the AuthError of a
   * refusal or with what `redeem` threw, after the page that says so was sent. Strangers and wrong
   * states do not end the wait.
   */
  waitForCode(expectation: Expectation): Promise<void>;
  close(): Promise<void>;
}

/**
 * Listens on the first of the ports that is free, on 127.0.0.1 and, where there is one, on ::1:
 * browsers differ in what they take `localhost` for.
 * @throws UsageError when none of the ports can be had.
 */
export async function openLoopback(ports: readonly number[] = DEFAULT_PORTS): Promise<Loopback> {
  for (const port of ports) {
    const servers = await listenOnBoth(port);
    if (servers) return makeLoopback(servers);
  }
  const names = ports.length === 1 ? `Port ${ports[0]} is` : `Ports ${ports.join(', ')} are`;
  throw new UsageError(
    'no_free_port',
    `${names} in use or reserved, so the browser cannot return to postback.`,
    {
      hint:
        'Stop the process that uses it, or choose another port with --port and register its ' +
        'return URL.',
    },
  );
}

function makeLoopback(servers: Server[]): Loopback {
  const { port } = servers[0]!.address() as AddressInfo;
  let expectation: Expectation | undefined;
  let outcome: Promise<Page> | undefined;
  let finalError: { error: unknown } | undefined;
  let resolvers: { resolve: () => void; reject: (error: unknown) => void };
  const ended = new Promise<void>((resolve, reject) => (resolvers = { resolve, reject }));
  // If a pasted code came first, nothing awaits this promise; a later rejection must not crash the
  // process.
  ended.catch(() => undefined);

  /**
   * The page for a callback. A second callback while the first is being redeemed gets the same
   * page.
   */
  function answerCallback(
    parameters: URLSearchParams,
    { provider, state, redeem }: Expectation,
  ): Promise<Page> {
    const answer = readConsentAnswer(parameters, state, provider, true);
    if (answer.kind === 'wrong-state' || answer.kind === 'empty')
      return Promise.resolve(makeStrayPage());
    outcome ??= (async () => {
      if (answer.kind !== 'code') {
        finalError = { error: answer.error };
        const { product } = provider;
        return answer.kind === 'denied'
          ? makeDeniedPage(product)
          : makeFailedPage(product, answer.error.message);
      }
      try {
        const result = await redeem(answer.code);
        return result === 'terminal'
          ? makeSignedInPage(provider.product)
          : makeConnectedPage(provider.product);
      } catch (error) {
        finalError = { error };
        return makeFailedPage(provider.product, messageOf(error));
      }
    })();
    return outcome;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    // Also fires if the browser has disconnected. The result is still valid.
    const sent = new Promise((resolve) => response.once('close', resolve));
    const refused = refuseStranger(request);
    if (refused || !expectation) {
      sendPlain(response, refused ?? 503);
      return;
    }
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const page = await answerCallback(searchParams, expectation);
    response.writeHead(page.status, PAGE_HEADERS).end(page.html);
    await sent;
    if (!outcome) return;
    await outcome;
    if (finalError) resolvers.reject(finalError.error);
    else resolvers.resolve();
  }

  for (const server of servers)
    server.on('request', (request, response) => void serve(request, response));
  return {
    redirectUri: `http://localhost:${port}/callback`,
    waitForCode(expected) {
      expectation = expected;
      return ended;
    },
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

/**
 * Returns the status for requests other than a user's `GET /callback`, so that probes, icons and
 * prefetches do not use up the code.
 */
function refuseStranger(request: IncomingMessage): number | undefined {
  const path = textBefore(request.url ?? '', /[?#]/);
  if (path !== '/callback') return 404;
  if (request.method !== 'GET') return 405;
  const purpose = `${String(request.headers['sec-purpose'])} ${String(request.headers['purpose'])}`;
  return /prefetch|prerender|preview/i.test(purpose) ? 503 : undefined;
}

function sendPlain(response: ServerResponse, status: number): void {
  const { 'content-type': _html, ...headers } = PAGE_HEADERS;
  const allow = status === 405 ? { allow: 'GET' } : {};
  response.writeHead(status, { ...headers, ...allow, 'content-type': 'text/plain; charset=utf-8' });
  response.end('postback is waiting for GET /callback.\n');
}

async function listenOnBoth(port: number): Promise<Server[] | undefined> {
  const first = await listen(port, '127.0.0.1');
  if (typeof first === 'string') return undefined;
  const second = await listen((first.address() as AddressInfo).port, '::1');
  if (typeof second !== 'string') return [first, second];
  // Where ::1 is someone else's, `localhost` may lead the browser there, and the code with it.
  if (second === 'taken') {
    await closeServer(first);
    return undefined;
  }
  return [first];
}

async function listen(port: number, host: string): Promise<Server | 'taken' | 'no-such-address'> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
    return server;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return 'no-such-address';
    // Windows reserves whole ranges of ports and answers EACCES there.
    if (code === 'EADDRINUSE' || code === 'EACCES') return 'taken';
    throw error;
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
