import { AuthError } from '../../errors.js';
import type { CodeRedemption, OAuthProvider, TokenCall, TokenGrant } from '../../oauth/provider.js';
import { Secret } from '../../secret.js';
import { TIKTOK_API } from './addresses.js';
import type { ApiAnswer } from './api-answer.js';
import { callTikTok, describeRefusal } from './api-call.js';

const CONNECT = 'postback connect tiktok';
const APP_HELP = 'TikTok API for Business portal > My Apps > your app > App detail';

/**
 * The business portal: `app_id` and `auth_code` stand for client id and code, permissions are set
 * on the app and not asked for, and the token is exchanged as JSON
 * (docs/reference/tiktok.md#login). No official page says how long a token lives: it is taken to
 * last until TikTok refuses it.
 */
export const TIKTOK_LOGIN: OAuthProvider = {
  title: 'TikTok for Business',
  product: 'the TikTok Events API',
  connectCommand: CONNECT,
  authorizeUrl: TIKTOK_API.authorize,
  tokenUrl: TIKTOK_API.token,
  scopes: [],
  clientIdParameter: 'app_id',
  codeParameter: 'auth_code',
  usesPkce: false,
  redeem,
  returnUrlHelp: `${APP_HELP} > Advertiser redirect URL`,
  clientHelp: APP_HELP,
};

async function redeem(
  { client, http, signal }: TokenCall,
  { code }: CodeRedemption,
): Promise<TokenGrant> {
  const body = JSON.stringify({
    app_id: client.id,
    secret: client.secret.reveal(),
    auth_code: code.reveal(),
  });
  const call = signal ? { http, signal } : { http };
  const answer = await callTikTok(call, { method: 'POST', url: TIKTOK_API.token, body });
  const token = answer.data['access_token'];
  if (answer.code !== 0 || typeof token !== 'string' || token === '') throw refuse(answer);
  const { scope } = answer.data;
  const grant: TokenGrant = { accessToken: new Secret(token) };
  // Permissions of the app, by their numbers.
  if (Array.isArray(scope)) grant.scopes = scope.map(String);
  return grant;
}

function refuse(answer: ApiAnswer): AuthError {
  const isCode = /auth_?code/i.test(answer.words);
  const message =
    `TikTok for Business refused the ${isCode ? 'code' : 'app id or its secret'} ` +
    `(${describeRefusal(answer)}).`;
  if (isCode) {
    const hint = 'A code works only once and for at most an hour. Start the login again.';
    return new AuthError('code_refused', message, { hint, next: CONNECT });
  }
  const hint = `Compare both with those in the ${APP_HELP}, then connect again.`;
  return new AuthError('client_refused', message, { hint, next: CONNECT });
}
