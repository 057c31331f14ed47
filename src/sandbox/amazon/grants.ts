import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import { AUDIENCE_SCOPE, CAMPAIGN_SCOPE, SANDBOX_CLIENT_ID, seededRefreshToken, USERS } from './seed.js';

/** A code is good for 5 minutes and one use (https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html, 2026-11-30). */
const CODE_LIFE_MS = 5 * 60 * 1000;

/** Seconds that an access token is good for (https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html, 2026-11-30). */
export const ACCESS_TOKEN_LIFE_S = 3600;

export interface Grant {
  refreshToken: string;
  clientId: string;
  user: string;
  scopes: readonly string[];
  revoked: boolean;
}

export interface CodeRequest {
  clientId: string;
  user: string;
  scopes: readonly string[];
  redirectUri: string;
  challenge?: string;
  challengeMethod: string;
}

interface IssuedCode extends CodeRequest {
  expiresAtMs: number;
}

interface AccessToken {
  grant: Grant;
  expiresAtMs: number;
}

/** The codes, refresh tokens and access tokens that the sandbox's Login with Amazon has given out. */
export class Grants {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #codes = new Map<string, IssuedCode>();
  readonly #byRefreshToken = new Map<string, Grant>();
  readonly #access = new Map<string, AccessToken>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    const scopes = [CAMPAIGN_SCOPE, AUDIENCE_SCOPE];
    for (const { name } of USERS) {
      this.#addGrant({ refreshToken: seededRefreshToken(name), clientId: SANDBOX_CLIENT_ID, user: name, scopes });
    }
  }

  issueCode(request: CodeRequest): string {
    const code = `AN${this.#text(18)}`;
    this.#codes.set(code, { ...request, expiresAtMs: this.#clock.now() + CODE_LIFE_MS });
    return code;
  }

  /** Uses up a code; undefined where it is unknown, used, expired or another client's. */
  takeCode(code: string, clientId: string): CodeRequest | undefined {
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    if (!issued || issued.clientId !== clientId || issued.expiresAtMs < this.#clock.now()) return undefined;
    return issued;
  }

  /** A new grant with a refresh token of its own. */
  grant({ clientId, user, scopes }: CodeRequest): Grant {
    return this.#addGrant({ refreshToken: `Atzr|${this.#text(48)}`, clientId, user, scopes });
  }

  /** The grant of a refresh token, where it is this client's and not revoked. */
  findGrant(refreshToken: string, clientId: string): Grant | undefined {
    const grant = this.#byRefreshToken.get(refreshToken);
    return grant && grant.clientId === clientId && !grant.revoked ? grant : undefined;
  }

  issueAccessToken(grant: Grant): string {
    const now = this.#clock.now();
    for (const [token, { expiresAtMs }] of this.#access) if (expiresAtMs <= now) this.#access.delete(token);
    const token = `Atza|${this.#text(48)}`;
    this.#access.set(token, { grant, expiresAtMs: now + ACCESS_TOKEN_LIFE_S * 1000 });
    return token;
  }

  /** The grant behind an access token that is good now. */
  findAccess(token: string): Grant | undefined {
    const access = this.#access.get(token);
    if (!access || access.expiresAtMs <= this.#clock.now() || access.grant.revoked) return undefined;
    return access.grant;
  }

  /** Revokes the grant of an access or refresh token; every grant without a token. */
  revoke(token?: string): void {
    const grant = token === undefined ? undefined : (this.#access.get(token)?.grant ?? this.#byRefreshToken.get(token));
    if (grant) grant.revoked = true;
    if (token === undefined) for (const each of this.#byRefreshToken.values()) each.revoked = true;
  }

  /** Ends an access token; its grant stays good. */
  expire(token: string): void {
    this.#access.delete(token);
  }

  restore(): void {
    for (const grant of this.#byRefreshToken.values()) grant.revoked = false;
  }

  #addGrant(grant: Omit<Grant, 'revoked'>): Grant {
    const added = { ...grant, revoked: false };
    this.#byRefreshToken.set(added.refreshToken, added);
    return added;
  }

  #text(length: number): string {
    return this.#random.bytes(length).toString('base64url').slice(0, length);
  }
}

/** Whether a PKCE verifier fits the challenge of its code (RFC 7636 section 4.6); no challenge, no verifier. */
export function checkVerifier({ challenge, challengeMethod }: CodeRequest, verifier: string | undefined): boolean {
  if (challenge === undefined) return verifier === undefined;
  if (verifier === undefined) return false;
  if (challengeMethod === 'plain') return verifier === challenge;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
