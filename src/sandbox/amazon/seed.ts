import type { SandboxSeed } from '../seed.js';
import type { Region } from './hosts.js';

/** The registered application of the sandbox. These are public constants, not secrets. */
export const SANDBOX_CLIENT_ID = 'amzn1.application-oa2-client.sandbox';
export const SANDBOX_CLIENT_SECRET = 'sandbox-secret';

/** An application that may log in but is not approved for the Ads API. */
export const SANDBOX_UNAPPROVED_CLIENT_ID = 'amzn1.application-oa2-client.sandbox-unapproved';

/**
 * A refresh token that is granted from the start: user `all`, both scopes, for CI and `--sandbox`.
 */
export const SANDBOX_REFRESH_TOKEN = 'Atzr|sandbox-refresh-token';

/** DSP advertiser id per region, as the user `all` (and `na`, `eu`, `fe`) has them. */
export const SANDBOX_ACCOUNTS: Readonly<Record<Region, string>> = {
  na: '1234567890123',
  eu: '2345678901234',
  fe: '3456789012345',
};

/** Profile id per region, for the Scope header. */
export const SANDBOX_PROFILES: Readonly<Record<Region, string>> = {
  na: '1111222233334441',
  eu: '1111222233334442',
  fe: '1111222233334443',
};

/** An advertiser that has not accepted the Conversions API terms: 403 on every conversion call. */
export const SANDBOX_TERMS_ACCOUNT = '4034034034034';

export const CAMPAIGN_SCOPE = 'advertising::campaign_management';
export const AUDIENCE_SCOPE = 'advertising::audiences';

/** The grant of `--sandbox`, and definitions that the goal templates are mapped to there. */
export const AMAZON_SEED: SandboxSeed = {
  connection: {
    network: 'amazon',
    account: SANDBOX_ACCOUNTS.na,
    accountName: 'Sandbox',
    region: 'na',
    api: 'capi-v1',
    profileId: SANDBOX_PROFILES.na,
    clientId: SANDBOX_CLIENT_ID,
    scopes: [CAMPAIGN_SCOPE, AUDIENCE_SCOPE],
  },
  secrets: { clientSecret: SANDBOX_CLIENT_SECRET, refreshToken: SANDBOX_REFRESH_TOKEN },
  mappings: {
    'first-purchase': '1234567890',
    'wishlist-add': '1234567894',
    'email-captured': '1234567892',
  },
};

/**
 * The scopes that exist
 * (https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html, 2026-11-30).
 */
export const KNOWN_SCOPES: readonly string[] = [
  CAMPAIGN_SCOPE,
  AUDIENCE_SCOPE,
  'advertising::test:create_account',
  'cpc_advertising:campaign_management',
  'profile',
];

export interface SandboxClient {
  id: string;
  secret: string;
  /** Whether the Ads API takes its tokens. */
  approved: boolean;
}

export const CLIENTS: readonly SandboxClient[] = [
  { id: SANDBOX_CLIENT_ID, secret: SANDBOX_CLIENT_SECRET, approved: true },
  { id: SANDBOX_UNAPPROVED_CLIENT_ID, secret: SANDBOX_CLIENT_SECRET, approved: false },
];

/** One advertiser in one region. */
export interface SandboxAccount {
  advertiserId: string;
  name: string;
  region: Region;
  profileId: string;
  entityId: string;
  countryCode: string;
  currencyCode: string;
  timezone: string;
  marketplaceId: string;
  termsAccepted: boolean;
}

const MARKETS: Readonly<
  Record<
    Region,
    Pick<SandboxAccount, 'countryCode' | 'currencyCode' | 'timezone' | 'marketplaceId'>
  >
> = {
  na: {
    countryCode: 'US',
    currencyCode: 'USD',
    timezone: 'America/Los_Angeles',
    marketplaceId: 'ATVPDKIKX0DER',
  },
  eu: {
    countryCode: 'GB',
    currencyCode: 'GBP',
    timezone: 'Europe/London',
    marketplaceId: 'A1F83G8C2ARO7P',
  },
  fe: {
    countryCode: 'JP',
    currencyCode: 'JPY',
    timezone: 'Asia/Tokyo',
    marketplaceId: 'A1VC38T7YXB528',
  },
};

function makeAccount(
  region: Region,
  advertiserId: string,
  profileId: string,
  name: string,
): SandboxAccount {
  const entityId = `ENTITY${advertiserId}`;
  return {
    advertiserId,
    name,
    region,
    profileId,
    entityId,
    ...MARKETS[region],
    termsAccepted: true,
  };
}

const NA = makeAccount(
  'na',
  SANDBOX_ACCOUNTS.na,
  SANDBOX_PROFILES.na,
  'Sandbox Games (North America)',
);
const EU = makeAccount('eu', SANDBOX_ACCOUNTS.eu, SANDBOX_PROFILES.eu, 'Sandbox Games (Europe)');
const FE = makeAccount('fe', SANDBOX_ACCOUNTS.fe, SANDBOX_PROFILES.fe, 'Sandbox Games (Far East)');
const NO_TERMS = {
  ...makeAccount(
    'na',
    SANDBOX_TERMS_ACCOUNT,
    '1111222233334403',
    'Sandbox Games (terms not accepted)',
  ),
  termsAccepted: false,
};
const MANY = Array.from({ length: 12 }, (_, index) => {
  const number = String(index + 1).padStart(2, '0');
  return makeAccount(
    'na',
    `56789012345${number}`,
    `11112222333355${number}`,
    `Sandbox Studio ${number}`,
  );
});

export const ACCOUNTS: readonly SandboxAccount[] = [NA, EU, FE, NO_TERMS, ...MANY];

/** A person who can log in at the sandbox's consent page. */
export interface SandboxUser {
  name: string;
  about: string;
  accounts: readonly SandboxAccount[];
}

export const USERS: readonly SandboxUser[] = [
  { name: 'na', about: 'one advertiser in North America', accounts: [NA] },
  { name: 'eu', about: 'one advertiser in Europe', accounts: [EU] },
  { name: 'fe', about: 'one advertiser in the Far East', accounts: [FE] },
  { name: 'two', about: 'two advertisers, in North America and Europe', accounts: [NA, EU] },
  { name: 'all', about: 'one advertiser in each region', accounts: [NA, EU, FE] },
  { name: 'many', about: 'twelve advertisers in North America', accounts: MANY },
  {
    name: 'terms',
    about: 'one advertiser that has not accepted the Conversions API terms',
    accounts: [NO_TERMS],
  },
  { name: 'none', about: 'no advertiser at all', accounts: [] },
];

/** The refresh token that a user has granted from the start. */
export function seededRefreshToken(user: string): string {
  return user === 'all' ? SANDBOX_REFRESH_TOKEN : `${SANDBOX_REFRESH_TOKEN}-${user}`;
}
