import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient } from '../../../src/http/client.js';
import type { HttpClient } from '../../../src/http/http.js';
import type { OAuthProvider } from '../../../src/oauth/provider.js';

export const provider: OAuthProvider = {
  title: 'Login with Example',
  product: 'Example Ads',
  connectCommand: 'postback connect example',
  authorizeUrl: 'https://www.example.com/ap/oa',
  tokenUrl: 'https://api.example.com/auth/o2/token',
  scopes: ['advertising::campaign_management'],
  returnUrlHelp: 'Example console > Web Settings > Allowed Return URLs',
  clientHelp: 'Example console > Web Settings',
};

export interface TokenServer {
  url: string;
  http: HttpClient;
  requests: {
    url: string;
    headers: NodeJS.Dict<string | string[]>;
    form: Record<string, string>;
  }[];
  close(): Promise<void>;
}

export interface TokenAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Objects are sent as JSON; texts as they are. */
  body: object | string;
  hangUp?: boolean;
}

export const goodTokens = {
  access_token: 'Atza|access',
  token_type: 'bearer',
  expires_in: 3600,
  refresh_token: 'Atzr|refresh',
};

/** A token endpoint that a gateway fronts, with a client that uses the gateway. */
export async function startTokenServer(
  answer: (turn: number) => TokenAnswer,
): Promise<TokenServer> {
  const requests: TokenServer['requests'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(text));
      requests.push({ url: request.url ?? '', headers: request.headers, form });
      const { status = 200, headers, body, hangUp } = answer(requests.length - 1);
      if (hangUp) return void request.socket.destroy();
      const isText = typeof body === 'string';
      response.writeHead(status, {
        'content-type': isText ? 'text/html' : 'application/json;charset=UTF-8',
        ...headers,
      });
      response.end(isText ? body : JSON.stringify(body));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = createHttpClient({ gateway: url, timeoutMs: 10_000, userAgent: 'postback/test' });
  return {
    url,
    http,
    requests,
    close: async () => {
      await http.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
