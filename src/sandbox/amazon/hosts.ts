/** Amazon's regions. */
export const REGIONS = ['na', 'eu', 'fe'] as const;
export type Region = (typeof REGIONS)[number];

interface RegionHosts {
  api: string;
  authorize: string;
  token: string;
}

/**
 * The hosts of each region (https://github.com/idealerror/amazon-ads-api-docs/tree/08dc185c,
 * 2025-09).
 */
export const REGION_HOSTS: Readonly<Record<Region, RegionHosts>> = {
  na: { api: 'advertising-api.amazon.com', authorize: 'www.amazon.com', token: 'api.amazon.com' },
  eu: {
    api: 'advertising-api-eu.amazon.com',
    authorize: 'eu.account.amazon.com',
    token: 'api.amazon.co.uk',
  },
  fe: {
    api: 'advertising-api-fe.amazon.com',
    authorize: 'apac.account.amazon.com',
    token: 'api.amazon.co.jp',
  },
};

/** All hosts of one kind. */
export function listHosts(kind: keyof RegionHosts): string[] {
  return REGIONS.map((region) => REGION_HOSTS[region][kind]);
}

/** The region that a host serves. */
export function findRegion(host: string): Region {
  const region = REGIONS.find((name) => Object.values(REGION_HOSTS[name]).includes(host));
  if (!region) throw new TypeError(`no region of ${host}`);
  return region;
}
