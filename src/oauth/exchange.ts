import type * as OAuth from 'oauth4webapi';
import { AuthError, NetworkError, PostbackError } from '../errors.js';
import type { HttpAnswer } from '../http/http.js';
import { ConnectionFault } from '../http/http.js';
import { cleanOutsideText } from '../outside-text.js';
import { Secret } from '../secret.js';
import { rememberAnswers } from './answer-secrets.js';
import type { CodeRedemption, OAuthProvider, TokenCall, TokenGrant } from './provider.js';

/**
 * Taken where a provider does not say how long a token lives (RFC 6749 leaves it open); Amazon's
 * live an hour.
 */
const DEFAULT_LIFETIME_S = 3600;

/**
 * Redeems an authorization code.
 * @throws AuthError when the provider refuses code or client; NetworkError when it cannot be
 *   reached or fails.
 */
export async function exchangeCode(
  given: TokenCall,
  redemption: CodeRedemption,
): Promise<TokenGrant> {
  const call = rememberAnswers(given);
  const { provider } = call;
  if (provider.redeem) return provider.redeem(call, redemption);
  const { code, redirectUri, verifier } = redemption;
  return askTokenEndpoint(
    call,
    'code',
    async (oauth, { server, client, authentication, options }) => {
      const parameters = new URLSearchParams({ code: code.reveal() });
      // Where the answer carried a state it has been checked: on the callback, or in the paste.
      const checked = oauth.validateAuthResponse(server, client, parameters, oauth.skipStateCheck);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        checked,
        redirectUri,
        verifier.reveal(),
        options,
      );
      return oauth.processAuthorizationCodeResponse(server, client, response);
    },
  );
}

/**
 * Gets a new access token for a refresh token.
 * @throws AuthError when the provider refuses grant (`grant_refused`) or client; NetworkError when
 *   it cannot be reached.
 */
export async function refreshGrant(given: TokenCall, refreshToken: Secret): Promise<TokenGrant> {
  const call = rememberAnswers(given);
  return askTokenEndpoint(
    call,
    'refresh',
    async (oauth, { server, client, authentication, options }) => {
      const token = refreshToken.reveal();
      const response = await oauth.refreshTokenGrantRequest(
        server,
        client,
        authentication,
        token,
        options,
      );
      return oauth.processRefreshTokenResponse(server, client, response);
    },
  );
}

type Grant = 'code' | 'refresh';

interface Prepared {
  server: OAuth.AuthorizationServer;
  client: OAuth.Client;
  authentication: OAuth.ClientAuth;
  options: OAuth.TokenEndpointRequestOptions;
}

async function askTokenEndpoint(
  call: TokenCall,
  grant: Grant,
  ask: (oauth: typeof OAuth, prepared: Prepared) => Promise<OAuth.TokenEndpointResponse>,
): Promise<TokenGrant> {
  const { provider } = call;
  const oauth = await import('oauth4webapi');
  const prepared: Prepared = {
    server: { issuer: new URL(provider.tokenUrl).origin, token_endpoint: provider.tokenUrl },
    client: { client_id: call.client.id },
    authentication: authenticate(oauth, call),
    options: { [oauth.customFetch]: makeFetch(call) },
  };
  try {
    return readGrant(await ask(oauth, prepared), call);
  } catch (error) {
    throw explain(oauth, error, provider, grant);
  }
}

function readGrant(answer: OAuth.TokenEndpointResponse, { clock }: TokenCall): TokenGrant {
  const tokens: TokenGrant = {
    accessToken: new Secret(answer.access_token),
    expiresAtMs: clock.now() + (answer.expires_in ?? DEFAULT_LIFETIME_S) * 1000,
  };
  if (answer.refresh_token) tokens.refreshToken = new Secret(answer.refresh_token);
  if (answer.scope) tokens.scopes = answer.scope.split(' ').filter(Boolean);
  return tokens;
}

function authenticate(oauth: typeof OAuth, { provider, client }: TokenCall): OAuth.ClientAuth {
  const secret = client.secret.reveal();
  return provider.clientAuthentication === 'basic'
    ? showBasic(secret)
    : oauth.ClientSecretPost(secret);
}

/**
 * HTTP Basic as Reddit's clients write it. RFC 6749 would have id and secret percent-encoded first
 * (and the library does it, for `-` and `_` too, which Reddit's ids are full of); Reddit does not
 * decode them.
 */
function showBasic(secret: string): OAuth.ClientAuth {
  return (_server, client, _body, headers) => {
    headers.set(
      'authorization',
      `Basic ${Buffer.from(`${client.client_id}:${secret}`).toString('base64')}`,
    );
  };
}

/** A fetch over our own client, so that gateway, proxy and time-outs hold for tokens too. */
function makeFetch({
  http,
  signal,
}: TokenCall): NonNullable<OAuth.TokenEndpointRequestOptions[typeof OAuth.customFetch]> {
  return async (url, { body, headers }) => {
    const request = { method: 'POST', url, headers, body: String(body) } as const;
    return toResponse(await http.send(request, signal ? { signal } : {}));
  };
}

function toResponse({ status, headers, body }: HttpAnswer): Response {
  const hasBody = ![204, 205, 304].includes(status);
  return new Response(hasBody ? new Uint8Array(body) : null, { status, headers });
}

/** The library's errors hold the whole answer, tokens included: none is passed on as a cause. */
function explain(
  oauth: typeof OAuth,
  error: unknown,
  provider: OAuthProvider,
  grant: Grant,
): unknown {
  if (error instanceof PostbackError) return error;
  if (error instanceof ConnectionFault) return unreachable(provider, error);
  if (error instanceof oauth.ResponseBodyError) {
    return refusal(provider, grant, {
      error: error.error,
      description: error.error_description,
      status: error.status,
    });
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const first = error.cause[0]?.parameters;
    return refusal(provider, grant, {
      error: first?.['error'] ?? 'invalid_client',
      description: first?.['error_description'],
      status: error.status,
    });
  }
  if (
    error instanceof oauth.OperationProcessingError ||
    error instanceof oauth.UnsupportedOperationError
  ) {
    const isRefused = error.cause instanceof Response && error.cause.status === 401;
    // Without the words of RFC 6749, as Reddit answers.
    if (isRefused) return refusal(provider, grant, { error: 'invalid_client', status: 401 });
    const status = error.cause instanceof Response ? ` (HTTP ${error.cause.status})` : '';
    const message = `${provider.title} sent a response that postback does not understand${status}.`;
    return new NetworkError('token_endpoint_failed', message, { hint: 'Try again in a minute.' });
  }
  return error;
}

function unreachable({ title }: OAuthProvider, error: ConnectionFault): NetworkError {
  return new NetworkError(
    'token_endpoint_unreachable',
    `${title} cannot be reached. ${error.message}`,
    {
      hint: 'Check your internet connection (HTTPS_PROXY is respected) and try again.',
      cause: error,
    },
  );
}

/** What the token endpoint answered (RFC 6749, section 5.2). */
interface TokenRefusal {
  error: string;
  description?: string | undefined;
  /** Of HTTP. */
  status: number;
}

function refusal(
  provider: OAuthProvider,
  grant: Grant,
  { error: code, description, status }: TokenRefusal,
): PostbackError {
  const next = provider.connectCommand;
  const said = cleanOutsideText(`${code}${description ? `: ${description}` : ''}`).replace(
    /\.$/,
    '',
  );
  // Slow down and server trouble pass; so do error words that come with them.
  if (status === 429 || status >= 500) {
    const message = `${provider.title} failed with HTTP ${status} (${said}).`;
    return new NetworkError('token_endpoint_failed', message, { hint: 'Try again in a minute.' });
  }
  if (code === 'invalid_grant' && grant === 'refresh') {
    return new AuthError(
      'grant_refused',
      `${provider.title} refused the refresh token (${said}).`,
      {
        hint: 'The consent was revoked or has expired. Connect again. Mappings are kept.',
        next,
      },
    );
  }
  if (code === 'invalid_grant') {
    return new AuthError('code_refused', `${provider.title} refused the code (${said}).`, {
      hint: 'A code works only once and for a few minutes. Start the login again.',
      next,
    });
  }
  if (code === 'invalid_client' || code === 'unauthorized_client') {
    return new AuthError(
      'client_refused',
      `${provider.title} refused the client id or its secret (${said}).`,
      {
        hint: `Compare both with those in the ${provider.clientHelp}, then connect again.`,
        next,
      },
    );
  }
  return new AuthError(
    'token_refused',
    `${provider.title} refused the request with HTTP ${status} (${said}).`,
    {
      next,
    },
  );
}
