import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../errors.js';

export interface Listener {
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Binds an HTTP server with keep-alive to a loopback address.
 * @throws UsageError `port_in_use` when another program holds the port; `port_refused` when the
 *   system denies it.
 */
export function listen(handler: RequestListener, host: string, port: number): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 30_000, noDelay: true }, handler);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      // A socket that breaks is the client's affair, never the sandbox's end.
      server.on('clientError', (_error, socket) => socket.destroy());
      const { port: bound } = server.address() as AddressInfo;
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({
        url: `http://${name}:${bound}`,
        port: bound,
        close: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): UsageError {
  const inUse = error.code === 'EADDRINUSE';
  return new UsageError(
    inUse ? 'port_in_use' : 'port_refused',
    inUse
      ? `Port ${port} on ${host} is already in use.`
      : `Port ${port} on ${host} cannot be used (${error.code ?? error.message}).`,
    { hint: 'Choose another port with --port, or --port 0 for any free one.', cause: error },
  );
}
