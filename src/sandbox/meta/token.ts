import { answerJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { AnswerParts } from './answers.js';
import { answerError } from './answers.js';
import type { MetaGrants, MetaToken } from './grants.js';
import { SANDBOX_META_APP_ID, SANDBOX_META_APP_SECRET } from './seed.js';

export interface TokenParts extends AnswerParts {
  grants: MetaGrants;
}

/** `oauth/access_token`: a code for a short-lived token, or `fb_exchange_token` for a long-lived one. */
export function answerToken(parts: TokenParts, request: SandboxRequest): SandboxAnswer {
  const given = request.method === 'POST' ? new URLSearchParams(request.body.toString('utf8')) : request.query;
  const missing = ['client_id', 'client_secret'].find((name) => !given.get(name));
  if (missing !== undefined) return answerError(parts, { code: 101, message: `Missing ${missing} parameter.` });
  if (given.get('client_id') !== SANDBOX_META_APP_ID) {
    const message = 'Error validating application. Cannot get application info due to a system error.';
    return answerError(parts, { code: 101, message });
  }
  if (given.get('client_secret') !== SANDBOX_META_APP_SECRET) {
    // The code of an unknown error, and no status of one.
    return answerError(parts, { code: 1, message: 'Error validating client secret.', isTransient: false }, 400);
  }
  return given.get('grant_type') === 'fb_exchange_token' ? exchange(parts, given) : redeem(parts, given);
}

function redeem(parts: TokenParts, given: URLSearchParams): SandboxAnswer {
  const missing = ['code', 'redirect_uri'].find((name) => !given.get(name));
  if (missing !== undefined) return answerError(parts, { code: 100, message: `Missing ${missing} parameter.` });
  const redeemed = parts.grants.redeem(given.get('code')!, given.get('redirect_uri')!);
  return 'message' in redeemed ? answerError(parts, redeemed) : answerWith(redeemed.token, redeemed.lifetimeS);
}

function exchange(parts: TokenParts, given: URLSearchParams): SandboxAnswer {
  const token = parts.grants.find(given.get('fb_exchange_token') ?? '');
  if ('message' in token) return answerError(parts, token);
  const extended = parts.grants.extend(token);
  return answerWith(extended.token, extended.lifetimeS);
}

function answerWith({ text }: MetaToken, lifetimeS: number): SandboxAnswer {
  return answerJson(200, { access_token: text, token_type: 'bearer', expires_in: lifetimeS });
}

/** `debug_token`: what a token is. One that may only send may not ask. */
export function answerTokenFacts(parts: TokenParts, { query }: SandboxRequest, caller: MetaToken): SandboxAnswer {
  if (!caller.mayRead) {
    const message = '(#100) You must provide an app access token, or a user access token that is an owner of the app';
    return answerError(parts, { code: 100, message });
  }
  const token = parts.grants.find(query.get('input_token') ?? '');
  if ('message' in token) return answerJson(200, { data: { is_valid: false, error: token, scopes: [] } });
  const { expiresAtMs, scopes, user } = token;
  return answerJson(200, {
    data: {
      app_id: SANDBOX_META_APP_ID,
      type: expiresAtMs === undefined ? 'SYSTEM_USER' : 'USER',
      application: 'postback sandbox',
      expires_at: expiresAtMs === undefined ? 0 : Math.floor(expiresAtMs / 1000),
      is_valid: true,
      scopes,
      user_id: user.name,
    },
  });
}
