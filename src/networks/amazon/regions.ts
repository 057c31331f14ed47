/** Amazon's regions: the API host decides which data is seen. */
export const REGIONS = ['na', 'eu', 'fe'] as const;

export type Region = (typeof REGIONS)[number];

interface RegionAddresses {
  title: string;
  apiOrigin: string;
  authorizeUrl: string;
  tokenUrl: string;
}

/**
 * The addresses of each region. Codes and tokens work in every region, whichever host gave them
 * (Amazon Ads developer documentation, "Authorization"; docs/networks.md).
 */
export const REGION_ADDRESSES: Readonly<Record<Region, RegionAddresses>> = {
  na: {
    title: 'North America',
    apiOrigin: 'https://advertising-api.amazon.com',
    authorizeUrl: 'https://www.amazon.com/ap/oa',
    tokenUrl: 'https://api.amazon.com/auth/o2/token',
  },
  eu: {
    title: 'Europe',
    apiOrigin: 'https://advertising-api-eu.amazon.com',
    authorizeUrl: 'https://eu.account.amazon.com/ap/oa',
    tokenUrl: 'https://api.amazon.co.uk/auth/o2/token',
  },
  fe: {
    title: 'Far East',
    apiOrigin: 'https://advertising-api-fe.amazon.com',
    authorizeUrl: 'https://apac.account.amazon.com/ap/oa',
    tokenUrl: 'https://api.amazon.co.jp/auth/o2/token',
  },
};

/** Whether `text` names a region. */
export function isRegion(text: string | undefined): text is Region {
  return (REGIONS as readonly (string | undefined)[]).includes(text);
}
