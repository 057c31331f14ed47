import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A query message of the protocol that commits: `Q`, a length of 11, `COMMIT` and a NUL. */
const COMMIT = Buffer.from('Q\0\0\0\x0bCOMMIT\0', 'latin1');

/** A proxy in front of a PostgreSQL server. */
export interface CommitProxy {
  port: number;
  /** How many answers to COMMIT were swallowed. */
  swallowed(): number;
  close(): Promise<void>;
}

/**
 * Starts a proxy that swallows the answers to some commits: the server commits, and both
 * connections end before the client hears of it.
 * @param swallows asked for each commit
 */
export async function startCommitProxy(
  serverPort: number,
  swallows: () => boolean,
): Promise<CommitProxy> {
  let swallowed = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    let isSwallowing = false;
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (chunk) => {
      if (chunk.includes(COMMIT) && swallows()) isSwallowing = true;
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (!isSwallowing) {
        client.write(chunk);
        return;
      }
      swallowed++;
      end();
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    swallowed: () => swallowed,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
