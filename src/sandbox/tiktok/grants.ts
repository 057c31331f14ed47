import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import { seededTikTokToken, TIKTOK_USERS, type SandboxTikTokUser } from './seed.js';

/** How long a code is good; no official page says it, third-party pages say an hour. */
const CODE_LIFE_MS = 60 * 60 * 1000;
const TOKEN_BYTES = 20;

interface IssuedCode {
  user: string;
  expiresAtMs: number;
  used: boolean;
}

interface Token {
  user: string;
  state: 'good' | 'ended' | 'revoked';
}

/** The codes and access tokens that the sandbox's business portal has given out. Tokens end by revocation only. */
export class TikTokGrants {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #codes = new Map<string, IssuedCode>();
  readonly #tokens = new Map<string, Token>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    for (const { name } of TIKTOK_USERS) this.#tokens.set(seededTikTokToken(name), { user: name, state: 'good' });
  }

  issueCode(user: string): string {
    const code = this.#random.bytes(TOKEN_BYTES).toString('hex');
    this.#codes.set(code, { user, expiresAtMs: this.#clock.now() + CODE_LIFE_MS, used: false });
    return code;
  }

  /** A new token for a code; a sentence where the code is no good. */
  redeem(code: string): { token: string; user: SandboxTikTokUser } | string {
    const issued = this.#codes.get(code);
    if (!issued) return 'Auth_code is invalid.';
    if (issued.used) return 'Auth_code is used.';
    if (issued.expiresAtMs < this.#clock.now()) return 'Auth_code is expired.';
    issued.used = true;
    const token = this.#random.bytes(TOKEN_BYTES).toString('hex');
    this.#tokens.set(token, { user: issued.user, state: 'good' });
    return { token, user: findUser(issued.user)! };
  }

  /** Who granted a token that is good. */
  findUser(token: string): SandboxTikTokUser | undefined {
    const found = this.#tokens.get(token);
    return found?.state === 'good' ? findUser(found.user) : undefined;
  }

  /** Revokes a token; every token without one. */
  revoke(token?: string): void {
    for (const [text, held] of this.#tokens) if (token === undefined || text === token) held.state = 'revoked';
  }

  /** Ends a token for good: there is no other way to a new one than consent. */
  expire(token: string): void {
    const held = this.#tokens.get(token);
    if (held) held.state = 'ended';
  }

  /** Undoes revocations, and the end of tokens that were there from the start. */
  restore(): void {
    for (const held of this.#tokens.values()) held.state = 'good';
  }
}

function findUser(name: string): SandboxTikTokUser | undefined {
  return TIKTOK_USERS.find((user) => user.name === name);
}
