import { AuthError } from '../../errors.js';
import type { CodeRedemption, OAuthProvider, TokenCall, TokenGrant } from '../../oauth/provider.js';
import { Secret } from '../../secret.js';
import { DIALOG_URL, GRAPH_URL } from './graph.js';
import { callGraph, GraphRefusal } from './graph-call.js';

const TOKEN_URL = `${GRAPH_URL}/oauth/access_token`;
const APP_HELP = 'Meta App Dashboard (developers.facebook.com/apps) > your app';
/** "Error validating application": the app id is none. */
const NO_APPLICATION = 101;
const CLIENT_SECRET = /client secret|app secret/i;
/** The code was used, has expired, or belongs to another return URL. */
const INVALID_PARAMETER = 100;

/**
 * Facebook Login for an app that may report conversions and read ad accounts and pixels
 * (docs/reference/meta.md#login). Its code is redeemed for a token of about an hour, and that one
 * at once for one of about 60 days.
 */
export function makeMetaLogin(): OAuthProvider {
  return {
    title: 'Facebook Login',
    product: 'Meta',
    connectCommand: 'postback connect meta',
    authorizeUrl: DIALOG_URL,
    tokenUrl: TOKEN_URL,
    scopes: ['ads_management', 'business_management', 'ads_read'],
    scopeSeparator: ',',
    usesPkce: false,
    redeem: redeemCode,
    returnUrlHelp: `${APP_HELP} > Facebook Login > Settings > Valid OAuth Redirect URIs`,
    clientHelp: `${APP_HELP} > App settings > Basic`,
  };
}

async function redeemCode(
  call: TokenCall,
  { code, redirectUri }: CodeRedemption,
): Promise<TokenGrant> {
  const short = await askForToken(call, { redirect_uri: redirectUri, code: code.reveal() });
  const token = short.accessToken.reveal();
  return askForToken(call, { grant_type: 'fb_exchange_token', fb_exchange_token: token });
}

/** The documented form is a GET with everything in the query. */
async function askForToken(
  { client, http, clock, provider, signal }: TokenCall,
  parameters: Record<string, string>,
): Promise<TokenGrant> {
  const query = new URLSearchParams({
    client_id: client.id,
    client_secret: client.secret.reveal(),
    ...parameters,
  });
  const url = `${TOKEN_URL}?${query.toString()}`;
  try {
    const request = { method: 'GET', url, headers: { accept: 'application/json' } } as const;
    const answer = await callGraph(signal ? { http, signal } : { http }, request);
    const { access_token: accessToken, expires_in: lifetimeS } = answer;
    if (typeof accessToken !== 'string' || accessToken === '')
      throw explain(new GraphRefusal(200, NO_TOKEN), provider);
    return {
      accessToken: new Secret(accessToken),
      ...(typeof lifetimeS === 'number' && lifetimeS > 0
        ? { expiresAtMs: clock.now() + lifetimeS * 1000 }
        : {}),
    };
  } catch (error) {
    throw error instanceof GraphRefusal ? explain(error, provider) : error;
  }
}

const NO_TOKEN = { isTransient: false, message: 'the response contains no token' };

function explain(
  refusal: GraphRefusal,
  { title, connectCommand: next, clientHelp }: OAuthProvider,
): AuthError {
  const { error, said } = refusal;
  if (error.code === NO_APPLICATION || CLIENT_SECRET.test(error.words ?? '')) {
    return new AuthError('client_refused', `${title} refused the app id or its secret: ${said}.`, {
      hint: `Compare both with those in the ${clientHelp}, then connect again.`,
      next,
    });
  }
  if (error.code === INVALID_PARAMETER) {
    return new AuthError('code_refused', `${title} refused the code: ${said}.`, {
      hint: 'A code works only once and for a few minutes. Start the login again.',
      next,
    });
  }
  return new AuthError('token_refused', `${title} returned no token: ${said}.`, { next });
}
