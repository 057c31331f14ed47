import type { HttpAnswer } from '../http/http.js';
import { isJsonObject } from '../json.js';
import type { Secret } from '../secret.js';
import type { TokenCall } from './provider.js';

/** Tokens as the token endpoint names them (RFC 6749, section 5.1). */
export interface TokenAnswer {
  access_token: string;
  expires_in?: number | undefined;
  refresh_token?: string | undefined;
  scope?: string | undefined;
}

/**
 * Sends a refresh token to the token endpoint (RFC 6749, section 6). Without the library: what it needs of Node's own fetch takes
 * longer to load than a short run takes, and every run that sends begins with this call.
 * @throws ConnectionFault when the endpoint cannot be reached
 */
export function postRefreshToken({ provider, client, http, signal }: TokenCall, token: Secret): Promise<HttpAnswer> {
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token.reveal() });
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
  };
  if (provider.clientAuthentication === 'basic') {
    headers['authorization'] = basicOf(client.id, client.secret.reveal());
  } else {
    form.set('client_id', client.id);
    form.set('client_secret', client.secret.reveal());
  }
  const request = { method: 'POST', url: provider.tokenUrl, headers, body: form.toString() } as const;
  return http.send(request, signal ? { signal } : {});
}

/**
 * HTTP Basic as Reddit's clients write it. RFC 6749 would have id and secret percent-encoded first (and the library does
 * it, for `-` and `_` too, which Reddit's ids are full of); Reddit does not decode them.
 */
export function basicOf(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

/** The tokens of an answer in which all is as usual; undefined for any other, which is for the library to judge. */
export function readUsualAnswer({ status, headers, body }: HttpAnswer): TokenAnswer | undefined {
  if (status !== 200 || !/^application\/json(?:;|$)/.test(headers['content-type'] ?? '')) return undefined;
  const answer = parse(body);
  if (!isJsonObject(answer)) return undefined;
  const { access_token, token_type, expires_in, refresh_token, scope, id_token } = answer;
  const isBearer = isText(access_token) && isText(token_type) && token_type.toLowerCase() === 'bearer';
  if (!isBearer || id_token !== undefined || !isLifetime(expires_in)) return undefined;
  const isWhole = [refresh_token, scope].every((value) => value === undefined || isText(value));
  return isWhole ? ({ access_token, expires_in, refresh_token, scope } as TokenAnswer) : undefined;
}

function isLifetime(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && value > 0);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
