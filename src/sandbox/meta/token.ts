import { answerJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { GrantStore } from '../oauth/grant-store.js';
import { fillWords } from '../oauth/words.js';
import { answerError, type AnswerParts, type GraphError } from './answers.js';
import { META_TOKEN_REFUSALS } from './oauth.js';
import {
  META_USERS,
  SANDBOX_META_APP_ID,
  SANDBOX_META_SENDER_TOKEN,
  type SandboxMetaUser,
} from './seed.js';

/** An access token that is good now. */
export interface MetaToken {
  user: SandboxMetaUser;
  scopes: readonly string[];
  /** `Infinity`: it has no end. */
  expiresAtMs: number;
  /** May it read, or only send. */
  mayRead: boolean;
}

/** Returns the token, where it is good now; else what Meta says against it. */
export function findToken(store: GrantStore, text: string): MetaToken | GraphError {
  const found = store.look(text);
  if (found?.state === 'good') {
    const { grant, expiresAtMs } = found;
    const user = META_USERS.find(({ name }) => name === grant.user)!;
    const mayRead = text !== SANDBOX_META_SENDER_TOKEN;
    return { user, scopes: grant.scopes, expiresAtMs, mayRead };
  }
  const { words, ...refusal } =
    META_TOKEN_REFUSALS[text === '' ? 'missing' : (found?.state ?? 'unknown')];
  return { ...refusal, message: fillWords(words, { value: text }) };
}

export interface TokenFactParts extends AnswerParts {
  store: GrantStore;
}

/** `debug_token`: what a token is. One that may only send may not ask. */
export function answerTokenFacts(
  parts: TokenFactParts,
  { query }: SandboxRequest,
  caller: MetaToken,
): SandboxAnswer {
  if (!caller.mayRead) {
    const message =
      '(#100) You must provide an app access token, or a user access token that is an owner of ' +
      'the app';
    return answerError(parts, { code: 100, message });
  }
  const token = findToken(parts.store, query.get('input_token') ?? '');
  if ('message' in token)
    return answerJson(200, { data: { is_valid: false, error: token, scopes: [] } });
  const { expiresAtMs, scopes, user } = token;
  return answerJson(200, {
    data: {
      app_id: SANDBOX_META_APP_ID,
      type: expiresAtMs === Infinity ? 'SYSTEM_USER' : 'USER',
      application: 'postback sandbox',
      expires_at: expiresAtMs === Infinity ? 0 : Math.floor(expiresAtMs / 1000),
      is_valid: true,
      scopes,
      user_id: user.name,
    },
  });
}
