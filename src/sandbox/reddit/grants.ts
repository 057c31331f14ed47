import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import { SANDBOX_REDDIT_TOKEN, TOKEN_USER } from './seed.js';

/** "Within 10 minutes, exchange the code", and once. */
const CODE_LIFE_MS = 10 * 60 * 1000;

/** Seconds that an access token of an application is good for. */
export const ACCESS_TOKEN_LIFE_S = 24 * 60 * 60;

export const SCOPES = ['adsconversions', 'adsread', 'adsedit', 'adsdatadeletion'];

export interface Grant {
  user: string;
  scopes: readonly string[];
  revoked: boolean;
}

export interface CodeRequest {
  user: string;
  scopes: readonly string[];
  redirectUri: string;
  isPermanent: boolean;
}

interface AccessToken {
  grant: Grant;
  /** Infinity: a conversion token. */
  expiresAtMs: number;
}

/** The codes and tokens that the sandbox's Reddit has given out, and the conversion token of Events Manager. */
export class RedditGrants {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #codes = new Map<string, CodeRequest & { expiresAtMs: number }>();
  readonly #byRefreshToken = new Map<string, Grant>();
  readonly #access = new Map<string, AccessToken>();
  readonly #ended = new Set<string>();
  readonly #grants: Grant[] = [];

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    const grant = this.grant({ user: TOKEN_USER, scopes: ['adsconversions'] });
    this.#access.set(SANDBOX_REDDIT_TOKEN, { grant, expiresAtMs: Infinity });
  }

  issueCode(request: CodeRequest): string {
    const code = this.#text(27);
    this.#codes.set(code, { ...request, expiresAtMs: this.#clock.now() + CODE_LIFE_MS });
    return code;
  }

  /** Uses up a code; undefined where it is unknown, used or expired. */
  takeCode(code: string): CodeRequest | undefined {
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    return issued && issued.expiresAtMs >= this.#clock.now() ? issued : undefined;
  }

  grant(parts: Pick<Grant, 'user' | 'scopes'>): Grant {
    const grant = { ...parts, revoked: false };
    this.#grants.push(grant);
    return grant;
  }

  /** A refresh token of its own for each renewal; older ones stay good, as Reddit says they are permanent. */
  issueRefreshToken(grant: Grant): string {
    const token = `${this.#text(30)}-refresh`;
    this.#byRefreshToken.set(token, grant);
    return token;
  }

  findRefresh(token: string): Grant | undefined {
    const grant = this.#byRefreshToken.get(token);
    return grant?.revoked ? undefined : grant;
  }

  issueAccessToken(grant: Grant): string {
    const token = `eyJ${this.#text(48)}`;
    this.#access.set(token, { grant, expiresAtMs: this.#clock.now() + ACCESS_TOKEN_LIFE_S * 1000 });
    return token;
  }

  /** The grant behind a token that is good now. */
  findAccess(token: string): Grant | undefined {
    const access = this.#access.get(token);
    if (!access || access.expiresAtMs <= this.#clock.now() || this.#ended.has(token)) return undefined;
    return access.grant.revoked ? undefined : access.grant;
  }

  /** Revokes the grant of a token; every grant without one. */
  revoke(token?: string): void {
    if (token === undefined) for (const grant of this.#grants) grant.revoked = true;
    const grant = token === undefined ? undefined : this.#access.get(token)?.grant;
    if (grant) grant.revoked = true;
  }

  /** Ends an access token; a conversion token, which has no end by itself, is deleted until it is restored. */
  expire(token: string): void {
    if (this.#access.has(token)) this.#ended.add(token);
  }

  restore(): void {
    this.#ended.clear();
    for (const grant of this.#grants) grant.revoked = false;
  }

  #text(length: number): string {
    return this.#random.bytes(length).toString('base64url').slice(0, length);
  }
}
