import type { OAuthProvider } from '../../oauth/provider.js';

/** Host of the Data Manager API. */
export const API_ORIGIN = 'https://datamanager.googleapis.com';

/** All that conversions need; it lists no accounts, which is why the customer id has to be named. */
export const DATA_MANAGER_SCOPE = 'https://www.googleapis.com/auth/datamanager';

/** How long a refresh token lasts whose consent screen is in testing (networks.md section 4). */
export const TESTING_LASTS_DAYS = 7;

/**
 * Google's authorization server. Without `access_type=offline` it gives no refresh token, and without `prompt=consent`
 * none to somebody who has consented before (networks.md section 4).
 */
export function makeGoogleLogin(): OAuthProvider {
  return {
    title: 'Google sign-in',
    product: 'Google Ads',
    connectCommand: 'postback connect google',
    authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    scopes: [DATA_MANAGER_SCOPE],
    authorizeParameters: { access_type: 'offline', prompt: 'consent' },
    returnUrlPlace:
      'Google Cloud console > Google Auth Platform > Clients > your web client > Authorised redirect URIs (a client of type Desktop app needs none)',
    clientPlace: 'Google Cloud console > Google Auth Platform > Clients',
  };
}
