import { expect, test } from 'vitest';
import { findConsentEnd, makeAmazonLogin } from '../../../../src/networks/amazon/login.js';
import { isRegion, REGION_ADDRESSES, REGIONS } from '../../../../src/networks/amazon/regions.js';

// Amazon Ads developer documentation: API endpoints, authorization URLs, token URLs.
test.each([
  ['na', 'www.amazon.com', 'api.amazon.com', 'advertising-api.amazon.com'],
  ['eu', 'eu.account.amazon.com', 'api.amazon.co.uk', 'advertising-api-eu.amazon.com'],
  ['fe', 'apac.account.amazon.com', 'api.amazon.co.jp', 'advertising-api-fe.amazon.com'],
] as const)('region %s speaks to its own hosts', (region, authorize, token, api) => {
  expect(makeAmazonLogin(region)).toMatchObject({
    authorizeUrl: `https://${authorize}/ap/oa`,
    tokenUrl: `https://${token}/auth/o2/token`,
    scopes: ['advertising::campaign_management'],
  });
  expect(REGION_ADDRESSES[region].apiOrigin).toBe(`https://${api}`);
});

test('the audience scope is asked for on demand only', () => {
  expect(makeAmazonLogin('na', { audiences: true }).scopes).toEqual([
    'advertising::campaign_management',
    'advertising::audiences',
  ]);
});

test.each([
  ['2026-07-29T23:59:59.999Z', undefined],
  ['2026-07-30T00:00:00.000Z', '2027-07-30T00:00:00.000Z'],
  ['2027-10-01T12:00:00.000Z', '2028-09-30T12:00:00.000Z'],
])('a consent given at %s ends at %s', (given, expected) => {
  expect(findConsentEnd(Date.parse(given))).toBe(expected);
});

test('regions are written in lower case', () => {
  expect([...REGIONS, 'NA', '', undefined].map((text) => isRegion(text))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
