import { UsageError } from '../errors.js';
import { trimEndOf } from '../text-ends.js';

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Checks the text of a gateway and returns it without trailing slashes.
 * @throws UsageError when it is no http(s) origin, carries a login, query or fragment, or is plain http beyond loopback.
 */
export function checkGateway(text: string): string {
  const url = parseUrl(text);
  if (!url || url.username || url.password || url.search || url.hash) {
    throw new UsageError('invalid_gateway', 'The gateway is not a URL like https://HOST or http://127.0.0.1:PORT.', {
      hint: 'Give an origin, with a path at most: no login, no query, no fragment.',
    });
  }
  refusePlainHttp(url);
  return `${url.origin}${trimEndOf(url.pathname, /\//)}`;
}

/**
 * Where a request to `url` really goes: `https://HOST/PATH?q` becomes `GATEWAY/HOST/PATH?q`. Without a gateway the URL
 * is returned as it is. `gateway` has been through {@link checkGateway}. Pure.
 */
export function throughGateway(url: string, gateway: string | undefined): string {
  if (gateway === undefined) return url;
  const { host, pathname, search } = new URL(url);
  return `${gateway}/${host}${pathname}${search}`;
}

/**
 * Plain http is for the sandbox and for tests: tokens and hashed identifiers never cross a network in the clear.
 * @throws UsageError when `url` is neither https nor http on loopback.
 */
export function refusePlainHttp(url: URL): void {
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname)) return;
  throw new UsageError('insecure_url', `${url.protocol}//${url.host} would be spoken to in the clear.`, {
    hint: 'Plain http is allowed on 127.0.0.1, localhost and [::1] only; use https elsewhere.',
  });
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text.trim());
  } catch {
    return undefined;
  }
}
