import { readHeader, readMediaType } from '../exchange.js';
import type { TokenCheck } from './config.js';
import { fitsChallenge } from './pkce.js';
import type { TokenRequest } from './token-request.js';

type Check = (asked: TokenRequest) => string | undefined;

/** Returns what is wrong, for the words of the refusal; undefined where nothing is. */
export const TOKEN_CHECKS: Readonly<Record<TokenCheck, Check>> = {
  agent: ({ config, request }) => when(config.mayAsk?.(request) === false),
  bearer: ({ request }) => when(/^bearer /i.test(readHeader(request, 'authorization') ?? '')),
  media_type: ({ request }) => when(readMediaType(request) !== 'application/x-www-form-urlencoded'),
  body: ({ isReadable }) => when(!isReadable),
  repeated: ({ repeated }) => repeated,
  no_grant_type: (asked) => missing(asked, 'grant_type'),
  grant_type: ({ kind, given }) => when(kind === undefined, given('grant_type')),
  no_client: (asked) => missing(asked, 'client_id'),
  client: ({ client, clientId }) => when(client === undefined, clientId),
  no_client_secret: (asked) => missing(asked, 'client_secret'),
  client_secret: ({ client, clientSecret }) =>
    when(client === undefined || client.secret !== clientSecret),
  no_code: (asked) => (asked.kind === 'code' ? missing(asked, 'code') : undefined),
  no_return_url: (asked) => (asked.kind === 'code' ? missing(asked, 'redirect_uri') : undefined),
  code_used: ({ code }) => when(code?.isUsed === true),
  code_expired: ({ isCodeExpired }) => when(isCodeExpired),
  code: ({ kind, code, isCodeExpired, clientId }) => {
    const isGood = code && !code.isUsed && !isCodeExpired && code.clientId === clientId;
    return when(kind === 'code' && !isGood, 'code');
  },
  return_url: ({ code, given }) =>
    when(code !== undefined && code.redirectUri !== given('redirect_uri'), 'redirect_uri'),
  no_verifier: ({ code, given }) =>
    when(code?.challenge !== undefined && given('code_verifier') === undefined, 'code_verifier'),
  verifier: ({ code, given }) =>
    when(code !== undefined && !fitsChallenge(code, given('code_verifier')), 'code_verifier'),
  no_refresh_token: (asked) =>
    asked.kind === 'refresh' ? missing(asked, 'refresh_token') : undefined,
  refresh_token: ({ kind, refresh }) => when(kind === 'refresh' && !refresh, 'refresh_token'),
  no_token: (asked) =>
    asked.kind === 'access' ? missing(asked, asked.config.access!.parameter) : undefined,
  token_revoked: ({ kind, access }) => when(kind === 'access' && access?.state === 'revoked'),
  token_expired: ({ kind, access }) => when(kind === 'access' && access?.state === 'expired'),
  token: ({ kind, access, given, config }) =>
    when(kind === 'access' && access?.state !== 'good', given(config.access?.parameter ?? '')),
};

function when(isWrong: boolean, value = ''): string | undefined {
  return isWrong ? value : undefined;
}

/** An empty text counts as missing in a form (RFC 6749 section 3.2), and as given in JSON. */
function missing({ config, given, nameOf }: TokenRequest, name: string): string | undefined {
  const value = given(name);
  const isMissing = value === undefined || (value === '' && config.reads === 'form');
  return isMissing ? nameOf(name) : undefined;
}
