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
 * Signs a request by OAuth 1.0a, HMAC-SHA1, where the token holds the four values; one with a pixel token stays as it
 * is. A JSON body is no part of the signature (networks.md section 6).
 */
export function signXRequest(request: HttpRequest, accessToken: string, { nowMs, nonce }: SigningMoment): HttpRequest {
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
  const signed = oauth.authorize({ method, url }, { key: values.token, secret: values.tokenSecret });
  return { ...request, headers: { ...request.headers, ...oauth.toHeader(signed) } };
}

function readOAuthToken(text: string): OAuthToken | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const names = ['consumerKey', 'consumerSecret', 'token', 'tokenSecret'];
    if (!isJsonObject(value) || names.some((name) => typeof value[name] !== 'string')) return undefined;
    return value as unknown as OAuthToken;
  } catch {
    return undefined;
  }
}
