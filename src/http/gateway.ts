import { UsageError } from '../errors.js';
import { textBefore, trimEndOf } from '../text-ends.js';

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Checks the text of a gateway and returns it without trailing slashes.
 * @throws UsageError if it is not an http(s) origin, has credentials, a query or a fragment, or is
 *   plain http beyond loopback.
 */
export function checkGateway(text: string): string {
  const url = parseUrl(text);
  if (!url || url.username || url.password || url.search || url.hash) {
    throw new UsageError(
      'invalid_gateway',
      'Invalid gateway URL; expected https://HOST or http://127.0.0.1:PORT.',
      {
        hint: 'Use an origin with an optional path, and no credentials, query or fragment.',
      },
    );
  }
  refusePlainHttp(url);
  return `${url.origin}${trimEndOf(url.pathname, /\//)}`;
}

/**
 * A gateway as it may be shown, before it is checked too: whatever may be a login, query or
 * fragment is `***`. Pure.
 */
export function showGateway(text: string): string {
  const start = textBefore(text, /[?#]/);
  const login = start.lastIndexOf('@');
  const scheme = /^[a-z][a-z0-9+.-]{0,20}:\/\//i.exec(start)?.[0] ?? '';
  const shown = login < 0 ? start : `${scheme}***${start.slice(login)}`;
  return start === text ? shown : `${shown}${text.charAt(start.length)}***`;
}

/**
 * Where a request to `url` really goes: `https://HOST/PATH?q` becomes `GATEWAY/HOST/PATH?q`.
 * Without a gateway the URL is returned as it is. `gateway` has been through {@link checkGateway}.
 * Pure.
 */
export function throughGateway(url: string, gateway: string | undefined): string {
  if (gateway === undefined) return url;
  const { host, pathname, search } = new URL(url);
  return `${gateway}/${host}${pathname}${search}`;
}

/**
 * Plain http is for the sandbox and for tests: tokens and hashed identifiers never cross a network
 * in the clear.
 * @throws UsageError when `url` is neither https nor http on loopback.
 */
export function refusePlainHttp(url: URL): void {
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname)) return;
  throw new UsageError(
    'insecure_url',
    `Requests to ${url.protocol}//${url.host} would not be encrypted.`,
    {
      hint:
        'Plain http is allowed only for 127.0.0.1, localhost and [::1]. Use https for other ' +
        'hosts.',
    },
  );
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text.trim());
  } catch {
    return undefined;
  }
}
