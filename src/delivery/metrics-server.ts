import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { messageOf, UsageError } from '../errors.js';

/** Where the page of metrics is served. */
export interface MetricsAddress {
  host: string;
  /** 0: any free port. */
  port: number;
}

export interface MetricsPages {
  /** Text of `/metrics`. */
  render(): Promise<string>;
  /** Whether the run works: `/healthz` answers 200, else 503. */
  isHealthy(): boolean;
}

export interface MetricsServer {
  /** URL of the page. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves metrics and health of a run until it is closed. It only answers GET and HEAD, and nothing
 * that it answers is secret.
 * @throws UsageError when the address cannot be listened at
 */
export async function serveMetrics(
  { host, port }: MetricsAddress,
  pages: MetricsPages,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    answer(request, response, pages).catch(() => response.destroy());
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new UsageError(
      'metrics_unavailable',
      `--metrics cannot be served: ${messageOf(error)}.`,
      {
        hint: 'Name a port that is free, on an address of this machine.',
        cause: error,
      },
    );
  }
  // The page must not keep a run alive that has ended.
  server.unref();
  const { port: bound } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`, close };
}

async function answer(
  { method, url = '/' }: IncomingMessage,
  response: ServerResponse,
  pages: MetricsPages,
): Promise<void> {
  const plain = { 'content-type': 'text/plain; charset=utf-8' };
  const [path] = url.split('?');
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { ...plain, allow: 'GET, HEAD' }).end('Use GET.\n');
  } else if (path === '/metrics') {
    const text = await pages.render();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(text);
  } else if (path === '/healthz') {
    const isHealthy = pages.isHealthy();
    response.writeHead(isHealthy ? 200 : 503, plain).end(isHealthy ? 'ok\n' : 'stopping\n');
  } else {
    response.writeHead(404, plain).end('Pages: /metrics, /healthz\n');
  }
}
