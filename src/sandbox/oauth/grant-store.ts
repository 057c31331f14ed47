import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import type { SandboxRequest } from '../exchange.js';
import type { SandboxNetwork } from '../sandbox-network.js';

/** The form of a code or token: `prefix`, `length` random characters, `suffix`. */
export interface TokenShape {
  prefix?: string;
  length: number;
  encoding: 'base64url' | 'hex';
  suffix?: string;
}

/** The consent of one user to one application. */
export interface Grant {
  clientId: string;
  user: string;
  scopes: readonly string[];
  expiresAtMs: number;
  isRevoked: boolean;
  /** Whether its access tokens can be renewed. */
  isRenewable: boolean;
}

/** A grant that exists from the start, with its tokens. */
export interface SeededGrant {
  clientId?: string;
  user?: string;
  scopes?: readonly string[];
  refreshToken?: string;
  /** Tokens that end by revocation alone. */
  accessTokens?: readonly string[];
}

/** What the login remembers of a code. */
export interface CodeRequest {
  clientId: string;
  user: string;
  scopes: readonly string[];
  redirectUri: string;
  challenge?: string;
  challengeMethod?: string;
  /** Whether a refresh token comes with the access token. */
  isLasting: boolean;
}

export interface IssuedCode extends CodeRequest {
  expiresAtMs: number;
  isUsed: boolean;
}

export interface AccessToken {
  grant: Grant;
  /** `Infinity`: it has no end by itself. */
  expiresAtMs: number;
  /** Whether a fault ended it before its time. */
  isEnded: boolean;
}

export type AccessState = 'good' | 'revoked' | 'expired';

/** The codes, grants and tokens that the sandbox of one network has given out. */
export class GrantStore {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #grants: Grant[] = [];
  readonly #codes = new Map<string, IssuedCode>();
  readonly #refresh = new Map<string, Grant>();
  readonly #access = new Map<string, AccessToken>();

  constructor({ clock, random }: { clock: Clock; random: Random }, seeds: readonly SeededGrant[]) {
    this.#clock = clock;
    this.#random = random;
    for (const { refreshToken, accessTokens = [], ...seed } of seeds) {
      const isRenewable = refreshToken !== undefined;
      const grant = this.addGrant({ clientId: '', user: '', scopes: [], isRenewable, ...seed });
      if (isRenewable) this.#refresh.set(refreshToken, grant);
      for (const text of accessTokens)
        this.#access.set(text, { grant, expiresAtMs: Infinity, isEnded: false });
    }
  }

  issueCode(request: CodeRequest, shape: TokenShape, lifeMs: number): string {
    const text = this.#draw(shape);
    const expiresAtMs = this.#clock.now() + lifeMs;
    this.#codes.set(text, { ...request, expiresAtMs, isUsed: false });
    return text;
  }

  /** Returns a code that was given out, used or expired ones too. */
  findCode(text: string): IssuedCode | undefined {
    return this.#codes.get(text);
  }

  /** @param lifeMs of the grant and all its tokens; absent: until it is revoked */
  addGrant(parts: Omit<Grant, 'expiresAtMs' | 'isRevoked'>, lifeMs = Infinity): Grant {
    const grant = { ...parts, expiresAtMs: this.#clock.now() + lifeMs, isRevoked: false };
    this.#grants.push(grant);
    return grant;
  }

  /** Whether this user has consented to this client before. */
  hasConsented(user: string, clientId: string): boolean {
    return this.#grants.some((grant) => grant.user === user && grant.clientId === clientId);
  }

  issueRefreshToken(grant: Grant, shape: TokenShape): string {
    const text = this.#draw(shape);
    this.#refresh.set(text, grant);
    return text;
  }

  /** Returns the grant of a refresh token if it is this client's and still good. */
  findRefresh(text: string, clientId: string): Grant | undefined {
    const grant = this.#refresh.get(text);
    return grant?.clientId === clientId && this.#isGood(grant) ? grant : undefined;
  }

  issueAccessToken(grant: Grant, shape: TokenShape, lifeMs: number): string {
    const text = this.#draw(shape);
    this.#access.set(text, { grant, expiresAtMs: this.#clock.now() + lifeMs, isEnded: false });
    return text;
  }

  /** Returns an access token that was given out, with its present state. */
  look(text: string): (AccessToken & { state: AccessState }) | undefined {
    const access = this.#access.get(text);
    return access && { ...access, state: this.#stateOf(access) };
  }

  /** Returns the grant of a currently valid access token. */
  findAccess(text: string): Grant | undefined {
    const access = this.look(text);
    return access?.state === 'good' ? access.grant : undefined;
  }

  /** Revokes the grant of an access or refresh token; every grant without a token. */
  revoke(text?: string): void {
    const one = text === undefined ? undefined : this.#access.get(text)?.grant;
    const grants = text === undefined ? this.#grants : [one ?? this.#refresh.get(text)];
    for (const grant of grants) if (grant) grant.isRevoked = true;
  }

  /** Ends an access token. Its grant stays good, so that a refresh gives the next one. */
  expire(text: string): void {
    const access = this.#access.get(text);
    if (access) access.isEnded = true;
  }

  /** Undoes revocations, and the end of tokens that nothing could renew. */
  restore(): void {
    for (const grant of this.#grants) grant.isRevoked = false;
    for (const access of this.#access.values())
      if (!access.grant.isRenewable) access.isEnded = false;
  }

  /** What the faults of a sandbox do to the token that `readToken` finds in a request. */
  faults(
    readToken: (request: SandboxRequest) => string,
  ): Pick<SandboxNetwork, 'revoke' | 'expire' | 'restore'> {
    return {
      revoke: (request) => this.revoke(request && readToken(request)),
      expire: (request) => this.expire(readToken(request)),
      restore: () => this.restore(),
    };
  }

  #stateOf({ grant, expiresAtMs, isEnded }: AccessToken): AccessState {
    if (grant.isRevoked) return 'revoked';
    return !isEnded && expiresAtMs > this.#clock.now() && this.#isGood(grant) ? 'good' : 'expired';
  }

  #isGood({ isRevoked, expiresAtMs }: Grant): boolean {
    return !isRevoked && expiresAtMs > this.#clock.now();
  }

  #draw({ prefix = '', length, encoding, suffix = '' }: TokenShape): string {
    const text = this.#random.bytes(length).toString(encoding).slice(0, length);
    return `${prefix}${text}${suffix}`;
  }
}
