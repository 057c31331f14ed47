import type { OAuthProvider } from '../../oauth/provider.js';

/** Sends conversions. */
export const CONVERSIONS_SCOPE = 'adsconversions';
/** Lists businesses, ad accounts and pixels, so that a pixel can be chosen. */
export const READ_SCOPE = 'adsread';

/** Reddit's login for developer applications (docs/reference/reddit.md#login). It knows no PKCE. */
export function makeRedditLogin(): OAuthProvider {
  return {
    title: "Reddit's login",
    product: 'Reddit Ads',
    connectCommand: 'postback connect reddit',
    authorizeUrl: 'https://www.reddit.com/api/v1/authorize',
    tokenUrl: 'https://www.reddit.com/api/v1/access_token',
    scopes: [CONVERSIONS_SCOPE, READ_SCOPE],
    scopeSeparator: ',',
    // Without it there is no refresh token, and the connection would end after a day.
    authorizeParameters: { duration: 'permanent' },
    clientAuthentication: 'basic',
    usesPkce: false,
    returnUrlHelp: 'Developer Applications of Reddit Ads > your application > redirect URI',
    clientHelp: 'Developer Applications of Reddit Ads > your application',
  };
}
