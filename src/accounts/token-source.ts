import type { Clock } from '../clock.js';
import { withFileLock } from '../config/file-lock.js';
import { AuthError, NetworkError } from '../errors.js';
import type { HttpClient } from '../http/http.js';
import type { Connection } from '../networks/connection.js';
import type { NetworkName } from '../networks/names.js';
import { refreshGrant } from '../oauth/exchange.js';
import type { OAuthProvider, TokenGrant } from '../oauth/provider.js';
import type { Secret } from '../secret.js';
import type { Connected } from './connections.js';
import type { Credentials } from './credentials.js';
import { variableOf } from './environment.js';
import { checkSecrets, findStrayCharacter } from './malformed-secret.js';
import type { TokenSource } from './tokens.js';

export interface TokenSourceParts {
  http: HttpClient;
  clock: Clock;
  /** The authorization server; by default the one of the connection's network. */
  provider?: OAuthProvider;
}

/** A token that ends sooner is renewed before it is used. */
const MARGIN_MS = 60_000;

/** Errors of the token endpoint for an invalid grant or client (RFC 6749, section 5.2). */
const STATUS_OF_REFUSAL: Readonly<Record<string, number>> = {
  grant_refused: 400,
  client_refused: 401,
  token_ended: 401,
};

/** The credentials with a renewed token, and without what was known of the old one. */
function withGrant(credentials: Credentials, grant: TokenGrant, refreshToken: Secret): Credentials {
  const { refused: _refused, accessTokenExpiresAtMs: _ended, ...rest } = credentials;
  return {
    ...rest,
    // Amazon returns the same refresh token; a provider that rotates them returns a new one.
    refreshToken: grant.refreshToken ?? refreshToken,
    accessToken: grant.accessToken,
    ...(grant.expiresAtMs === undefined ? {} : { accessTokenExpiresAtMs: grant.expiresAtMs }),
  };
}

/**
 * Returns access tokens for one connection. All processes share stored tokens: a process that
 * refreshes holds a lock, and processes that waited for the lock use the stored result. Tokens of
 * the environment stay in memory.
 */
export function createTokenSource(
  connected: Connected,
  { http, clock, provider }: TokenSourceParts,
): TokenSource {
  const { store, workspace } = connected;
  const { network } = connected.credentials.connection;
  let login = provider;
  let held = connected.credentials;
  let renewing: Promise<string> | undefined;

  const usable = (credentials: Credentials, stale?: string) => {
    const { accessTokenExpiresAtMs = Infinity } = credentials;
    const token = readAccessToken(credentials);
    return token !== stale && accessTokenExpiresAtMs > clock.now() + MARGIN_MS ? token : undefined;
  };

  async function refresh(signal: AbortSignal | undefined): Promise<string> {
    login ??= await findLogin(held.connection);
    const { connection, refreshToken, clientSecret } = held;
    if (!login || !refreshToken || !clientSecret || connection.clientId === undefined)
      throw refuseFixedToken(network);
    const call = {
      provider: login,
      client: { id: connection.clientId, secret: clientSecret },
      http,
      clock,
    };
    const grant = await refreshGrant(signal ? { ...call, signal } : call, refreshToken);
    const stray = findStrayCharacter(grant.accessToken.reveal());
    if (stray !== undefined) {
      const message = `${login.title} returned an access token that contains an invalid character: ${stray}.`;
      throw new NetworkError('token_endpoint_failed', message, { hint: 'Try again in a minute.' });
    }
    const renewed = (credentials: Credentials): Credentials =>
      withGrant(credentials, grant, refreshToken);
    await store?.revise(workspace, network, (stored) =>
      isSameGrant(stored, held) ? renewed(stored) : stored,
    );
    held = renewed(held);
    return grant.accessToken.reveal();
  }

  async function refreshStored(
    stale: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    if (!store) return refresh(signal);
    const refreshOnce = async (): Promise<string> => {
      held = store.find(workspace, network) ?? refuseRemoved(network);
      return usable(held, stale) ?? (await refresh(signal));
    };
    // A lock of its own: the file's must not be held while we wait for an answer.
    return withFileLock(`${store.path}.${workspace}.${network}`, refreshOnce, {
      report: store.report,
      signal,
    });
  }

  async function renewOnce(
    stale: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    try {
      return await refreshStored(stale, signal);
    } catch (error) {
      if (!(error instanceof AuthError) || !(error.code in STATUS_OF_REFUSAL)) throw error;
      await markRefused(STATUS_OF_REFUSAL[error.code]!);
      const explained = error.code === 'grant_refused' ? explainRefusal(error) : error;
      throw held.connection.source === 'environment'
        ? blameVariables(explained, network)
        : explained;
    }
  }

  /**
   * Adds the provider's explanation of the likely cause, if any, to the message, which runs show.
   */
  function explainRefusal(error: AuthError): AuthError {
    const { connection, accessTokenExpiresAtMs } = held;
    const connectedAtMs = Date.parse(connection.connectedAt ?? '');
    const words = login?.explainRefusal?.({
      nowMs: clock.now(),
      ...(Number.isNaN(connectedAtMs) ? {} : { connectedAtMs }),
      ...(accessTokenExpiresAtMs === undefined ? {} : { workedUntilMs: accessTokenExpiresAtMs }),
    });
    if (words === undefined) return error;
    const { code, message, hint, next } = error;
    return new AuthError(code, `${message} ${words}`, {
      ...(hint && { hint }),
      ...(next && { next }),
      cause: error,
    });
  }

  async function markRefused(status: number): Promise<void> {
    const refused = { atMs: clock.now(), status };
    await store?.revise(workspace, network, (stored) =>
      isSameGrant(stored, held) ? { ...stored, refused } : stored,
    );
  }

  function renew(stale: string | undefined, signal: AbortSignal | undefined): Promise<string> {
    renewing ??= renewOnce(stale, signal).finally(() => (renewing = undefined));
    return renewing;
  }

  let checked: Credentials | undefined;
  function checkOnce(): void {
    if (checked === held) return;
    checkSecrets(held);
    checked = held;
  }

  return {
    accessToken: async (signal) => {
      checkOnce();
      return usable(held) ?? renew(undefined, signal);
    },
    renew: async (stale, signal) => usable(held, stale) ?? renew(stale, signal),
    reportRefused: ({ status }) => markRefused(status),
  };
}

/** Most commands renew no token: the networks are loaded when one does. */
async function findLogin(connection: Connection): Promise<OAuthProvider | undefined> {
  const { findNetwork } = await import('../networks/registry.js');
  return findNetwork(connection.network)?.findLogin?.(connection);
}

/** Returns the token for a channel: the access token, or all four secrets of OAuth 1.0a as JSON. */
export function readAccessToken({
  accessToken,
  tokenSecret,
  clientSecret,
  connection,
}: Credentials): string | undefined {
  if (!accessToken || !tokenSecret) return accessToken?.reveal();
  return JSON.stringify({
    consumerKey: connection.clientId ?? '',
    consumerSecret: clientSecret?.reveal() ?? '',
    token: accessToken.reveal(),
    tokenSecret: tokenSecret.reveal(),
  });
}

/**
 * Whether the stored grant is still the one in use. After a new connection, the stored one must not
 * be overwritten.
 */
function isSameGrant(a: Credentials, b: Credentials): boolean {
  if (a.refreshToken || b.refreshToken)
    return a.refreshToken?.reveal() === b.refreshToken?.reveal();
  return a.accessToken?.reveal() === b.accessToken?.reveal();
}

/** Connecting again changes nothing while variables hold the grant: names the variables instead. */
function blameVariables(error: AuthError, network: NetworkName): AuthError {
  const [id, secret, token] = ['CLIENT_ID', 'CLIENT_SECRET', 'REFRESH_TOKEN'].map((name) =>
    variableOf(network, name),
  );
  const advice: Readonly<Record<string, string>> = {
    grant_refused: `The consent was revoked or has expired. Put a new refresh token into ${token}`,
    client_refused: `Put the values of one client into ${id} and ${secret}`,
    token_ended: `Put a valid grant into ${variableOf(network, '*')}`,
  };
  return new AuthError(error.code, error.message, {
    hint: `${advice[error.code]}, or unset the variables and run postback connect ${network}.`,
    next: 'postback doctor',
    cause: error,
  });
}

function refuseFixedToken(network: NetworkName): AuthError {
  return new AuthError(
    'token_ended',
    `The access token for ${network} is no longer valid and cannot be refreshed.`,
    {
      hint: 'Connect again with a new token. Mappings are kept.',
      next: `postback connect ${network}`,
    },
  );
}

/** @throws AuthError */
function refuseRemoved(network: NetworkName): never {
  throw new AuthError(
    'not_connected',
    `The connection to ${network} was removed while it was in use.`,
    {
      next: `postback connect ${network}`,
    },
  );
}
