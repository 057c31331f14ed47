import { createHmac } from 'node:crypto';
import type { HttpRequest } from '../../http/http.js';
import type { Endpoint } from './compile.js';

type Signature = NonNullable<Endpoint['sign']>;

/**
 * Adds the signature of a template: an HMAC (RFC 2104) over the body, the query without `?`, or the
 * whole address, as they are sent. Pure.
 */
export function signEndpointRequest(
  sign: Signature,
  request: HttpRequest,
  variable: (name: string) => string | undefined,
): HttpRequest {
  const { header, prefix = '' } = sign;
  const secret = variable(sign.variable) ?? '';
  const signature = computeSignature(sign, secret, signedText(sign, request));
  return { ...request, headers: { ...request.headers, [header]: `${prefix}${signature}` } };
}

/** The HMAC of a text, in hex or base64. */
export function computeSignature(
  { hmac, encoding = 'hex' }: Pick<Signature, 'hmac' | 'encoding'>,
  secret: string,
  text: string | Buffer,
): string {
  return createHmac(hmac, secret).update(text).digest(encoding);
}

function signedText({ over }: Signature, { url, body = '' }: HttpRequest): string | Buffer {
  if (over === 'body') return body;
  return over === 'query' ? new URL(url).search.slice(1) : url;
}
