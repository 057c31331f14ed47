import { AuthError } from '../../errors.js';
import type { Connection } from '../network.js';
import type { Region } from './regions.js';
import { isRegion, REGION_ADDRESSES, REGIONS } from './regions.js';

/** Where a channel sends, and as whom. */
export interface AmazonTarget {
  region: Region;
  /** `https://HOST` of the region's API. */
  origin: string;
  account: string;
  clientId: string;
  profileId?: string;
}

/**
 * The target of a connection. @throws AuthError when its region, client id or account is missing.
 */
export function readTarget({ region, clientId, account, profileId }: Connection): AmazonTarget {
  if (!isRegion(region)) {
    const found = region ? `the unknown region "${region}"` : 'no region';
    throw incomplete(`${found}; expected one of ${REGIONS.join(', ')}`);
  }
  if (!clientId) throw incomplete('no client id');
  if (!account) throw incomplete('no advertiser account');
  const target: AmazonTarget = {
    region,
    origin: REGION_ADDRESSES[region].apiOrigin,
    account,
    clientId,
  };
  return profileId ? { ...target, profileId } : target;
}

function incomplete(found: string): AuthError {
  return new AuthError('incomplete_connection', `The Amazon connection has ${found}.`, {
    hint: 'Connect again. Goals and mappings are kept.',
    next: 'postback connect amazon',
  });
}
