import type { OAuthProvider } from '../oauth/provider.js';
import { makeAmazonLogin } from './amazon/login.js';
import { isRegion } from './amazon/regions.js';
import type { Connection } from './network.js';

/** The authorization server that renews a connection's tokens; undefined where tokens are not renewed. */
export function findLogin(connection: Connection): OAuthProvider | undefined {
  if (connection.network !== 'amazon') return undefined;
  return makeAmazonLogin(isRegion(connection.region) ? connection.region : 'na');
}
