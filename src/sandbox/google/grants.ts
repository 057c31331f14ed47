import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import { CLIENTS, DATA_MANAGER_SCOPE, SANDBOX_GOOGLE_CLIENT_ID, seededRefreshToken, USERS } from './seed.js';

const CODE_LIFE_MS = 10 * 60 * 1000;
/** Seconds that an access token is good for; Google says one less than an hour. */
export const ACCESS_TOKEN_LIFE_S = 3599;
/**
 * Grants of a consent screen in testing end after 7 days:
 * https://developers.google.com/identity/protocols/oauth2#expiration (2026-11-30).
 */
const TESTING_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

export interface GoogleGrant {
  refreshToken: string;
  clientId: string;
  user: string;
  scopes: readonly string[];
  expiresAtMs: number;
  revoked: boolean;
}

export interface GoogleCode {
  clientId: string;
  user: string;
  scopes: readonly string[];
  redirectUri: string;
  challenge?: string;
  /** Whether a refresh token comes with it: `access_type=offline`, and consent was asked for. */
  isOffline: boolean;
}

/** The codes, refresh tokens and access tokens that the sandbox's Google has given out. */
export class GoogleGrants {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #codes = new Map<string, GoogleCode & { expiresAtMs: number }>();
  readonly #grants = new Map<string, GoogleGrant>();
  readonly #access = new Map<string, { grant: GoogleGrant; expiresAtMs: number }>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    for (const { name } of USERS) {
      this.#keep(seededRefreshToken(name), SANDBOX_GOOGLE_CLIENT_ID, name, [DATA_MANAGER_SCOPE]);
    }
  }

  /** Whether this user has consented to this client before: without `prompt=consent` there is no new refresh token. */
  hasConsented(user: string, clientId: string): boolean {
    return [...this.#grants.values()].some((grant) => grant.user === user && grant.clientId === clientId);
  }

  issueCode(code: GoogleCode): string {
    const text = `4/0A${this.#text(40)}`;
    this.#codes.set(text, { ...code, expiresAtMs: this.#clock.now() + CODE_LIFE_MS });
    return text;
  }

  /** Uses up a code; undefined where it is unknown, used, expired or another client's. */
  takeCode(text: string, clientId: string): GoogleCode | undefined {
    const code = this.#codes.get(text);
    this.#codes.delete(text);
    return code && code.clientId === clientId && code.expiresAtMs >= this.#clock.now() ? code : undefined;
  }

  grant({ clientId, user, scopes }: GoogleCode): GoogleGrant {
    return this.#keep(`1//0${this.#text(60)}`, clientId, user, scopes);
  }

  /** The grant of a refresh token, where it is this client's and still good. */
  findGrant(refreshToken: string, clientId: string): GoogleGrant | undefined {
    const grant = this.#grants.get(refreshToken);
    return grant?.clientId === clientId && this.#isGood(grant) ? grant : undefined;
  }

  issueAccessToken(grant: GoogleGrant): string {
    const token = `ya29.${this.#text(80)}`;
    this.#access.set(token, { grant, expiresAtMs: this.#clock.now() + ACCESS_TOKEN_LIFE_S * 1000 });
    return token;
  }

  /** The grant behind an access token that is good now. */
  findAccess(token: string): GoogleGrant | undefined {
    const access = this.#access.get(token);
    return access && access.expiresAtMs > this.#clock.now() && this.#isGood(access.grant) ? access.grant : undefined;
  }

  /** Revokes the grant of an access token; every grant without one. */
  revoke(token?: string): void {
    const grants = token === undefined ? [...this.#grants.values()] : [this.#access.get(token)?.grant];
    for (const grant of grants) if (grant) grant.revoked = true;
  }

  expire(token: string): void {
    this.#access.delete(token);
  }

  restore(): void {
    for (const grant of this.#grants.values()) grant.revoked = false;
  }

  #isGood({ revoked, expiresAtMs }: GoogleGrant): boolean {
    return !revoked && expiresAtMs > this.#clock.now();
  }

  #keep(refreshToken: string, clientId: string, user: string, scopes: readonly string[]): GoogleGrant {
    const isTesting = CLIENTS.some(({ id, isTesting }) => id === clientId && isTesting);
    const expiresAtMs = isTesting ? this.#clock.now() + TESTING_LIFE_MS : Infinity;
    const grant = { refreshToken, clientId, user, scopes, expiresAtMs, revoked: false };
    this.#grants.set(refreshToken, grant);
    return grant;
  }

  #text(length: number): string {
    return this.#random.bytes(length).toString('base64url').slice(0, length);
  }
}

/** Whether a PKCE verifier fits the challenge of its code (RFC 7636 section 4.6, S256); no challenge, no verifier. */
export function checkVerifier({ challenge }: GoogleCode, verifier: string | undefined): boolean {
  if (challenge === undefined || verifier === undefined) return challenge === verifier;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
