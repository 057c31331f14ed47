import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import type { GraphError } from './answers.js';
import {
  META_SCOPES,
  META_USERS,
  SANDBOX_META_APP_ID,
  SANDBOX_META_SENDER_TOKEN,
  SANDBOX_META_TOKEN,
  type SandboxMetaUser,
} from './seed.js';

/** Codes are good for minutes and one use; how many is not documented. */
const CODE_LIFE_MS = 10 * 60 * 1000;
/**
 * Seconds: one to two hours for a user's first token, about 60 days once exchanged
 * (https://developers.facebook.com/docs/facebook-login/guides/access-tokens, 2026-11-30).
 */
const SHORT_LIFE_S = 5_400;
const LONG_LIFE_S = 5_183_944;

export interface CodeRequest {
  user: string;
  scopes: readonly string[];
  redirectUri: string;
}

interface IssuedCode extends CodeRequest {
  expiresAtMs: number;
  isUsed: boolean;
}

export interface MetaToken {
  text: string;
  user: SandboxMetaUser;
  scopes: readonly string[];
  /** Absent: it never ends. */
  expiresAtMs?: number;
  /** May it read, or only send. */
  mayRead: boolean;
  state: 'good' | 'ended' | 'revoked';
}

/** The codes and tokens that the sandbox's Facebook Login and Events Manager have given out. */
export class MetaGrants {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #codes = new Map<string, IssuedCode>();
  readonly #tokens = new Map<string, MetaToken>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    const [user] = META_USERS as [SandboxMetaUser];
    this.#keep({ text: SANDBOX_META_TOKEN, user, scopes: META_SCOPES, mayRead: true });
    this.#keep({ text: SANDBOX_META_SENDER_TOKEN, user, scopes: [], mayRead: false });
  }

  issueCode(request: CodeRequest): string {
    const code = `AQ${this.#random.bytes(30).toString('base64url')}`;
    this.#codes.set(code, { ...request, expiresAtMs: this.#clock.now() + CODE_LIFE_MS, isUsed: false });
    return code;
  }

  /** A short-lived token for a code, or what Meta says against it. */
  redeem(code: string, redirectUri: string): { token: MetaToken; lifetimeS: number } | GraphError {
    const issued = this.#codes.get(code);
    if (!issued) return { code: 100, message: 'Invalid verification code format.' };
    if (issued.isUsed) return { code: 100, subcode: 36_009, message: 'This authorization code has been used.' };
    if (issued.expiresAtMs < this.#clock.now()) {
      return { code: 100, subcode: 36_007, message: 'This authorization code has expired.' };
    }
    if (issued.redirectUri !== redirectUri) return { code: 100, subcode: 36_008, message: OTHER_RETURN_URL };
    issued.isUsed = true;
    const user = META_USERS.find(({ name }) => name === issued.user)!;
    return this.#issue(user, issued.scopes, SHORT_LIFE_S);
  }

  /** A token of about 60 days for a good one. */
  extend({ user, scopes }: MetaToken): { token: MetaToken; lifetimeS: number } {
    return this.#issue(user, scopes, LONG_LIFE_S);
  }

  /** The token, where it is good now; else what Meta says against it. */
  find(text: string): MetaToken | GraphError {
    if (text === '') return { code: 104, message: 'An access token is required to request this resource.' };
    const token = this.#tokens.get(text);
    if (!token) return { code: 190, message: `Malformed access token ${text}` };
    if (token.state === 'revoked') {
      const message = `Error validating access token: The user has not authorized application ${SANDBOX_META_APP_ID}.`;
      return { code: 190, subcode: 458, message };
    }
    if (token.state === 'ended' || (token.expiresAtMs ?? Infinity) <= this.#clock.now()) {
      return { code: 190, subcode: 463, message: 'Error validating access token: Session has expired.' };
    }
    return token;
  }

  /** Revokes a token; every token without one. */
  revoke(text?: string): void {
    for (const token of this.#tokens.values()) if (text === undefined || token.text === text) token.state = 'revoked';
  }

  /** Ends a token before its time. */
  expire(text: string): void {
    const token = this.#tokens.get(text);
    if (token) token.state = 'ended';
  }

  restore(): void {
    for (const token of this.#tokens.values()) token.state = 'good';
  }

  #issue(user: SandboxMetaUser, scopes: readonly string[], lifetimeS: number): { token: MetaToken; lifetimeS: number } {
    const text = `EAA${this.#random.bytes(60).toString('hex')}`;
    const expiresAtMs = this.#clock.now() + lifetimeS * 1000;
    return { token: this.#keep({ text, user, scopes, expiresAtMs, mayRead: true }), lifetimeS };
  }

  #keep(token: Omit<MetaToken, 'state'>): MetaToken {
    const kept: MetaToken = { ...token, state: 'good' };
    this.#tokens.set(kept.text, kept);
    return kept;
  }
}

const OTHER_RETURN_URL =
  'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth ' +
  'dialog request';
