import { PROFILES } from '../networks/profiles.js';
import type { HttpRequest } from './http.js';

const MASK = '***';

/** Header names that carry tokens: those of HTTP, and those that the networks declare. */
const SECRET_HEADERS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  ...PROFILES.flatMap(({ secretHeaders = [] }) => secretHeaders),
]);

/**
 * Names of query and form values that are secrets; authorization codes are single use but still
 * keys.
 */
const SECRET_VALUES: ReadonlySet<string> = new Set([
  'access_token',
  'refresh_token',
  'client_secret',
  'secret',
  'code',
  'auth_code',
  'code_verifier',
  'token',
  'password',
  'api_key',
  'client_assertion',
  ...PROFILES.flatMap(({ secretValues = [] }) => secretValues),
]);

/**
 * The request as it may be shown: tokens in headers, query and form bodies are masked. A scheme
 * word such as `Bearer` stays, so that a reader sees what kind of token is sent. Pure.
 */
export function redactRequest(request: HttpRequest): HttpRequest {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => redactHeader(name, value)),
  );
  const redacted: HttpRequest = { ...request, url: redactUrl(request.url), headers };
  if (request.body !== undefined)
    redacted.body = redactBody(request.body, contentTypeOf(request.headers));
  return redacted;
}

/** The URL with the values of secret query parameters and any login in it masked. Pure. */
export function redactUrl(url: string): string {
  const parsed = new URL(url);
  if (parsed.password) parsed.password = MASK;
  const query = parsed.search.slice(1);
  const masked = redactPairs(query);
  if (masked !== query) parsed.search = masked;
  return parsed.href;
}

function redactHeader(name: string, value: string): [string, string] {
  if (!SECRET_HEADERS.has(name.toLowerCase())) return [name, value];
  const scheme = /^(?:Bearer|Basic|OAuth)(?= )/i.exec(value)?.[0];
  return [name, scheme ? `${scheme} ${MASK}` : MASK];
}

function redactBody(body: string | Buffer, contentType: string): string | Buffer {
  if (contentType.startsWith('application/x-www-form-urlencoded'))
    return redactPairs(body.toString());
  if (!contentType.includes('json')) return body;
  // Meta and others take the token as a field of the JSON body; the rest of the text stays as
  // written.
  return body
    .toString()
    .replace(/("([A-Za-z_]+)"\s*:\s*)"(?:[^"\\]|\\.)*"/g, (whole, head: string, name: string) => {
      return isSecretValue(name) && name !== 'code' ? `${head}"${MASK}"` : whole;
    });
}

function isSecretValue(name: string): boolean {
  return SECRET_VALUES.has(name.toLowerCase());
}

function redactPairs(text: string): string {
  return text
    .split('&')
    .map((pair) => {
      const name = pair.split('=', 1)[0] ?? '';
      return isSecretValue(name) ? `${name}=${MASK}` : pair;
    })
    .join('&');
}

function contentTypeOf(headers: Record<string, string>): string {
  const entry = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type');
  return entry?.[1].toLowerCase() ?? '';
}
