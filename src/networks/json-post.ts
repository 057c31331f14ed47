import type { HttpRequest } from '../http/http.js';

/**
 * A POST of a JSON text that asks for a JSON answer. Pure.
 * @param headers those of the network, such as its token; they replace the usual ones
 */
export function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
    body,
  };
}

/** The header of a bearer token (RFC 6750). */
export function bearer(accessToken: string): { Authorization: string } {
  return { Authorization: `Bearer ${accessToken}` };
}
