import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock.js';
import { readHeader, type SandboxRequest } from '../exchange.js';
import { SANDBOX_X_OAUTH, SANDBOX_X_PIXEL_TOKEN } from './seed.js';

/** How far a timestamp may be from the server's clock. */
const CLOCK_MS = 5 * 60 * 1000;
const PARAMETER = /\b(\w+)="([^"]*)"/g;

/** Who a request comes from: a pixel token or a user; a sentence where it is nobody. */
export type Identity = 'token' | 'user' | { problem: string };

/** The pixel token and the user of the sandbox, with what was revoked. */
export class XGrants {
  readonly #clock: Clock;
  readonly #nonces = new Set<string>();
  readonly #refused = new Set<'token' | 'user'>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Checks the pixel token, or the signature of OAuth 1.0a. */
  identify(request: SandboxRequest): Identity {
    const found = this.#find(request);
    if (typeof found === 'object' || !this.#refused.has(found)) return found;
    return { problem: 'Invalid or expired token' };
  }

  /** Takes back the grant of a request; both without one. */
  revoke(request?: SandboxRequest): void {
    const found = request ? this.#find(request, true) : undefined;
    for (const kind of ['token', 'user'] as const) if (found === undefined || found === kind) this.#refused.add(kind);
  }

  restore(): void {
    this.#refused.clear();
  }

  #find(request: SandboxRequest, isLook = false): Identity {
    const token = readHeader(request, 'x-pixel-token');
    if (token !== undefined) {
      return token === SANDBOX_X_PIXEL_TOKEN ? 'token' : { problem: 'Invalid pixel token' };
    }
    const header = readHeader(request, 'authorization') ?? '';
    if (!/^OAuth /i.test(header)) return { problem: 'Could not authenticate you' };
    return this.#checkSignature(request, header, isLook);
  }

  #checkSignature({ method, host, path }: SandboxRequest, header: string, isLook: boolean): Identity {
    const given = Object.fromEntries(
      [...header.matchAll(PARAMETER)].map(([, name, value]) => [name!, decodeURIComponent(value!)]),
    );
    const { oauth_signature: signature = '', ...rest } = given;
    const { consumerKey, consumerSecret, token, tokenSecret } = SANDBOX_X_OAUTH;
    const isKnown = rest['oauth_consumer_key'] === consumerKey && rest['oauth_token'] === token;
    if (!isKnown || rest['oauth_signature_method'] !== 'HMAC-SHA1') return { problem: 'Invalid or expired token' };
    const ageMs = Math.abs(this.#clock.now() - Number(rest['oauth_timestamp']) * 1000);
    if (!(ageMs <= CLOCK_MS)) return { problem: 'Timestamp out of bounds.' };
    // RFC 5849 section 3.4.1: parameters sorted and encoded; a JSON body is none of them.
    const parameters = Object.entries(rest)
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&');
    const base = [method, `https://${host}${path}`, parameters].map(encode).join('&');
    const key = `${encode(consumerSecret)}&${encode(tokenSecret)}`;
    if (!isSame(createHmac('sha1', key).update(base).digest('base64'), signature)) {
      return { problem: 'Could not authenticate you' };
    }
    const nonce = rest['oauth_nonce'] ?? '';
    if (!isLook && this.#nonces.has(nonce)) return { problem: 'Nonce was used before' };
    if (!isLook) this.#nonces.add(nonce);
    return 'user';
  }
}

/** RFC 3986, as RFC 5849 section 3.6 wants it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
