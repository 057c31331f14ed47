import type { ConnectCall, Connector, FoundAccounts } from '../connector.js';
import { discoverAccounts } from './discovery.js';
import { findConsentEnd, makeAmazonLogin } from './login.js';
import { AMAZON_APIS } from './mapping.js';
import { isRegion, REGIONS } from './regions.js';

/** Amazon Ads: Login with Amazon, then the advertiser is looked for in every region. */
export const amazonConnector: Connector = {
  apis: AMAZON_APIS,
  regions: REGIONS,
  hasAudiences: true,
  pasted: 'refresh',
  accountWord: 'advertiser',
  accountFlag: '--account',
  tokenPlace: makeAmazonLogin('na').clientPlace,
  makeLogin: ({ region, audiences }) => makeAmazonLogin(isRegion(region) ? region : 'na', { audiences }),
  findAccounts: findAdvertisers,
  findConsentEnd,
};

async function findAdvertisers({
  http,
  accessToken,
  clientId = '',
  wish,
  signal,
}: ConnectCall): Promise<FoundAccounts> {
  const { region, account } = wish;
  const { candidates, warnings } = await discoverAccounts({
    http,
    clientId,
    accessToken,
    ...(isRegion(region) && account ? { named: { region, account } } : {}),
    ...(signal ? { signal } : {}),
  });
  return { candidates, warnings: warnings.map((warning) => `${warning} Advertisers there are not listed.`) };
}
