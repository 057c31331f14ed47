import type { ConnectCall, Connector, FoundAccounts } from '../connector.js';
import { discoverAccounts } from './discovery.js';
import { findConsentEnd, makeAmazonLogin } from './login.js';
import { AMAZON_PROFILE } from './profile.js';
import { isRegion, REGIONS } from './regions.js';

/** Amazon Ads: Login with Amazon, then the advertiser is looked for in every region. */
export const amazonConnector: Connector = {
  regions: REGIONS,
  hasAudiences: true,
  pasted: 'refresh',
  ...AMAZON_PROFILE.connect,
  tokenHelp: makeAmazonLogin('na').clientHelp,
  makeLogin: ({ region, audiences }) =>
    makeAmazonLogin(isRegion(region) ? region : 'na', { audiences }),
  findAccounts: findAdvertisers,
  findConsentEnd,
};

async function findAdvertisers({
  http,
  accessToken,
  clientId = '',
  wanted,
  signal,
}: ConnectCall): Promise<FoundAccounts> {
  const { region, account } = wanted;
  const { candidates, warnings } = await discoverAccounts({
    http,
    clientId,
    accessToken,
    ...(isRegion(region) && account ? { named: { region, account } } : {}),
    ...(signal ? { signal } : {}),
  });
  return {
    candidates,
    warnings: warnings.map((warning) => `${warning} Advertisers in that region are not listed.`),
  };
}
