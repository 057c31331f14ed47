import { createHmac } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import type { HttpRequest } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import type { SigningMoment } from '../network.js';

/** The four values of OAuth 1.0a. */
interface OAuthToken {
  consumerKey: string;
  consumerSecret: string;
  token: string;
  tokenSecret: string;
}

/** Whether a token holds the four values of OAuth 1.0a, and is not a pixel token. */
export function isOAuthToken(accessToken: string): boolean {
  return readOAuthToken(accessToken) !== undefined;
}

/**
 * Signs a request with OAuth 1.0a (HMAC-SHA1) if the token holds the four values. A request with a
 * pixel token is returned unchanged. A JSON body is not part of the signature (RFC 5849, section
 * 3.4.1.3).
 */
export function signXRequest(
  request: HttpRequest,
  accessToken: string,
  { nowMs, nonce }: SigningMoment,
): HttpRequest {
  const values = readOAuthToken(accessToken);
  if (!values) return request;
  const oauth = new OAuth({
    consumer: { key: values.consumerKey, secret: values.consumerSecret },
    signature_method: 'HMAC-SHA1',
    hash_function: (base, key) => createHmac('sha1', key).update(base).digest('base64'),
  });
  oauth.getNonce = () => nonce;
  oauth.getTimeStamp = () => Math.floor(nowMs / 1000);
  const { method, url } = request;
  const signed = oauth.authorize(
    { method, url },
    { key: values.token, secret: values.tokenSecret },
  );
  return { ...request, headers: { ...request.headers, ...oauth.toHeader(signed) } };
}

function readOAuthToken(text: string): OAuthToken | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return undefined;
    const { consumerKey, consumerSecret, token, tokenSecret } = value;
    if (typeof consumerKey !== 'string' || typeof consumerSecret !== 'string') return undefined;
    if (typeof token !== 'string' || typeof tokenSecret !== 'string') return undefined;
    return { consumerKey, consumerSecret, token, tokenSecret };
  } catch {
    return undefined;
  }
}
