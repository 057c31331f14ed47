import type { SandboxAnswer, SandboxRequest } from '../exchange.js';
import type { Route } from '../route.js';
import type { TokenCheck } from './config.js';
import type { Grant } from './grant-store.js';
import { TOKEN_CHECKS } from './token-checks.js';
import { readTokenRequest, type TokenParts, type TokenRequest } from './token-request.js';
import { fillWords } from './words.js';

/** Checks of a code after which a refused exchange may have used it up. */
const CODE_CHECKS: ReadonlySet<TokenCheck> = new Set([
  'code_used',
  'code_expired',
  'code',
  'return_url',
  'no_verifier',
  'verifier',
]);

/** The token endpoint: a code, a refresh token or an access token for tokens. */
export function createTokenRoutes(parts: TokenParts): Route[] {
  const { token } = parts.config;
  const { refuseCode } = token;
  return token.methods.map((method) => ({
    method,
    hosts: token.hosts,
    path: token.path,
    kind: 'login' as const,
    handle: (request) => answer(parts, request),
    refuse: (status) => token.refuse(parts.tools, status),
    ...(refuseCode && {
      refuseCode: (code: number, message?: string) => refuseCode(parts.tools, code, message),
    }),
  }));
}

function answer(parts: TokenParts, request: SandboxRequest): SandboxAnswer {
  const asked = readTokenRequest(parts, request);
  return refuse(parts, asked) ?? exchange(parts, asked);
}

/** The first of the network's checks that the request does not pass, as its answer. */
function refuse({ config, tools }: TokenParts, asked: TokenRequest): SandboxAnswer | undefined {
  for (const refusal of config.token.refusals) {
    const value = TOKEN_CHECKS[refusal.when](asked);
    if (value === undefined) continue;
    const isAttempt = config.codes.usedUpBy === 'attempt' && CODE_CHECKS.has(refusal.when);
    if (isAttempt && asked.code) asked.code.isUsed = true;
    const { words } = refusal;
    const filled = words === undefined ? {} : { words: fillWords(words, { value }) };
    return config.token.answerRefusal(tools, { ...refusal, ...filled });
  }
  return undefined;
}

function exchange(parts: TokenParts, asked: TokenRequest): SandboxAnswer {
  const { config, store } = parts;
  const { code, client } = asked;
  if (asked.kind === 'access')
    return succeed(parts, asked.access!.grant, config.token.access!.lifeS);
  if (asked.kind === 'refresh')
    return succeed(parts, asked.refresh!, undefined, renew(parts, asked));
  code!.isUsed = true;
  const { clientId, user, scopes } = code!;
  const isRenewable = config.refreshTokens !== undefined;
  const grant = store.addGrant({ clientId, user, scopes, isRenewable }, client?.grantLifeMs);
  const refreshToken = code!.isLasting
    ? store.issueRefreshToken(grant, config.refreshTokens!.shape)
    : undefined;
  return succeed(parts, grant, undefined, refreshToken);
}

/** The refresh token that a refresh brings. */
function renew({ config, store }: TokenParts, asked: TokenRequest): string | undefined {
  const { renewal, shape } = config.refreshTokens!;
  if (renewal === 'none') return undefined;
  return renewal === 'same'
    ? asked.given('refresh_token')
    : store.issueRefreshToken(asked.refresh!, shape);
}

function succeed(
  { config, store, tools }: TokenParts,
  grant: Grant,
  lifeS = config.accessTokens.lifeS,
  refreshToken?: string,
): SandboxAnswer {
  return config.token.answerTokens(tools, {
    accessToken: store.issueAccessToken(grant, config.accessTokens.shape, lifeS * 1000),
    lifeS,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    grant,
  });
}
