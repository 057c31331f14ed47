import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock.js';
import { readHeader, type SandboxRequest } from '../exchange.js';

const PARAMETER = /\b(\w+)="([^"]*)"/g;

/** The four values of OAuth 1.0a. */
export interface SigningKeys {
  consumerKey: string;
  consumerSecret: string;
  token: string;
  tokenSecret: string;
}

/** What a network checks of a signed request, and its words. */
export interface SignatureConfig {
  keys: SigningKeys;
  /** How far a timestamp may be from the server's clock, in milliseconds. */
  clockMs: number;
  words: Readonly<Record<'keys' | 'timestamp' | 'signature' | 'nonce', string>>;
}

/** Checks signatures of OAuth 1.0a with HMAC-SHA1 (RFC 5849), and takes each nonce once. */
export class SignatureCheck {
  readonly #clock: Clock;
  readonly #config: SignatureConfig;
  readonly #nonces = new Set<string>();

  constructor(clock: Clock, config: SignatureConfig) {
    this.#clock = clock;
    this.#config = config;
  }

  /** Returns what is wrong with the signature of a request, in the network's words. */
  refuse(request: SandboxRequest): string | undefined {
    const { keys, clockMs, words } = this.#config;
    const { oauth_signature: signature = '', ...rest } = readParameters(request);
    const isKnown =
      rest['oauth_consumer_key'] === keys.consumerKey && rest['oauth_token'] === keys.token;
    if (!isKnown || rest['oauth_signature_method'] !== 'HMAC-SHA1') return words.keys;
    const ageMs = Math.abs(this.#clock.now() - Number(rest['oauth_timestamp']) * 1000);
    if (!(ageMs <= clockMs)) return words.timestamp;
    if (!isSame(sign(request, rest, keys), signature)) return words.signature;
    const nonce = rest['oauth_nonce'] ?? '';
    if (this.#nonces.has(nonce)) return words.nonce;
    this.#nonces.add(nonce);
    return undefined;
  }
}

/** Returns the token that an `Authorization: OAuth` header names; empty where there is none. */
export function readSigningToken(request: SandboxRequest): string {
  return readParameters(request)['oauth_token'] ?? '';
}

function readParameters(request: SandboxRequest): Record<string, string> {
  const header = readHeader(request, 'authorization') ?? '';
  if (!/^OAuth /i.test(header)) return {};
  return Object.fromEntries(
    [...header.matchAll(PARAMETER)].map(([, name, value]) => [name!, decodeURIComponent(value!)]),
  );
}

/** RFC 5849 section 3.4.1: parameters sorted and encoded; a JSON body is none of them. */
function sign(
  { method, host, path }: SandboxRequest,
  given: Readonly<Record<string, string>>,
  { consumerSecret, tokenSecret }: SigningKeys,
): string {
  const parameters = Object.entries(given)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const base = [method, `https://${host}${path}`, parameters].map(encode).join('&');
  const key = `${encode(consumerSecret)}&${encode(tokenSecret)}`;
  return createHmac('sha1', key).update(base).digest('base64');
}

/** RFC 3986, as RFC 5849 section 3.6 wants it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
