import type { OAuthProvider } from '../../oauth/provider.js';
import { REGION_ADDRESSES, type Region } from './regions.js';

/** Allows every conversion call; there is no scope for conversions alone. */
const CAMPAIGN_SCOPE = 'advertising::campaign_management';
/** Allows audience lists. */
const AUDIENCE_SCOPE = 'advertising::audiences';

/**
 * From this day a consent ends after 365 days; older ones last until they are revoked (refresh
 * token guide).
 */
const DATED_CONSENTS_FROM_MS = Date.UTC(2026, 6, 30);
const CONSENT_LASTS_DAYS = 365;

/** Login with Amazon at a region's own hosts. */
export function makeAmazonLogin(
  region: Region,
  { audiences = false }: { audiences?: boolean } = {},
): OAuthProvider {
  const { authorizeUrl, tokenUrl } = REGION_ADDRESSES[region];
  return {
    title: 'Login with Amazon',
    product: 'Amazon Ads',
    connectCommand: 'postback connect amazon',
    authorizeUrl,
    tokenUrl,
    scopes: audiences ? [CAMPAIGN_SCOPE, AUDIENCE_SCOPE] : [CAMPAIGN_SCOPE],
    returnUrlHelp:
      'Login with Amazon console > your security profile > Web Settings > Allowed Return URLs',
    clientHelp: 'Login with Amazon console > your security profile > Web Settings',
    clientUrl: 'https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html',
  };
}

/**
 * When a consent given at `givenAtMs` ends, ISO 8601; undefined for consents from before they were
 * dated.
 */
export function findConsentEnd(givenAtMs: number): string | undefined {
  if (givenAtMs < DATED_CONSENTS_FROM_MS) return undefined;
  return new Date(givenAtMs + CONSENT_LASTS_DAYS * 24 * 3600 * 1000).toISOString();
}
