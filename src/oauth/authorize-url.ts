import { throughGateway } from '../http/gateway.js';
import { Secret } from '../secret.js';
import type { OAuthProvider } from './provider.js';

/**
 * A consent that is asked for: the URL to open, and what is needed to believe and redeem the
 * answer.
 */
export interface AuthorizeRequest {
  url: string;
  /** Ties the answer to this request. */
  state: string;
  /** PKCE code verifier (RFC 7636). */
  verifier: Secret;
}

/**
 * Makes the URL of the consent page: authorization code, PKCE S256, random state. Login with Amazon
 * takes the method for `plain` where none is named, so it always is (developer.amazon.com,
 * Authorization Code Grant).
 */
export async function makeAuthorizeRequest(
  provider: OAuthProvider,
  clientId: string,
  redirectUri: string,
  gateway?: string,
): Promise<AuthorizeRequest> {
  const { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } =
    await import('oauth4webapi');
  const verifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  const url = new URL(provider.authorizeUrl);
  const {
    scopes,
    scopeSeparator = ' ',
    clientIdParameter = 'client_id',
    usesPkce = true,
  } = provider;
  const challenge = {
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  const parameters = {
    [clientIdParameter]: clientId,
    ...(scopes.length > 0 ? { scope: scopes.join(scopeSeparator) } : {}),
    response_type: 'code',
    redirect_uri: redirectUri,
    state,
    ...(usesPkce ? challenge : {}),
    ...provider.authorizeParameters,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: throughGateway(url.href, gateway), state, verifier: new Secret(verifier) };
}
