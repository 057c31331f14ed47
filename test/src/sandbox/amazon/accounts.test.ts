import { describe, expect, it } from 'vitest';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_PROFILES,
} from '../../../../src/sandbox/amazon/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { accessToken, headersOf, openSandbox, type Answer } from '../test-sandbox.js';

const HOSTS = {
  na: 'advertising-api.amazon.com',
  eu: 'advertising-api-eu.amazon.com',
  fe: 'advertising-api-fe.amazon.com',
} as const;

interface Ask {
  user?: string;
  region?: keyof typeof HOSTS;
  headers?: Record<string, string | undefined>;
  body?: unknown;
}

async function ask(
  sandbox: Sandbox,
  method: string,
  path: string,
  options: Ask = {},
): Promise<[number, Answer]> {
  const { user = 'all', region = 'na', headers = {}, body } = options;
  const answer = await fetch(`${sandbox.url}/${HOSTS[region]}${path}`, {
    method,
    headers: headersOf({
      authorization: `Bearer ${await accessToken(sandbox, user)}`,
      'amazon-advertising-api-clientid': SANDBOX_CLIENT_ID,
      'amazon-ads-clientid': SANDBOX_CLIENT_ID,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return [answer.status, await answer.json()];
}

describe('GET /v2/profiles', () => {
  it.each([
    ['all', 'na', [SANDBOX_PROFILES.na]],
    ['all', 'eu', [SANDBOX_PROFILES.eu]],
    ['two', 'fe', []],
    ['none', 'na', []],
  ] as const)('shows user %s what is at %s', async (user, region, ids) => {
    const sandbox = await openSandbox();
    const [status, rows] = await ask(sandbox, 'GET', '/v2/profiles', { user, region });
    expect([status, rows.map(({ profileId }: { profileId: number }) => String(profileId))]).toEqual(
      [200, ids],
    );
  });

  it('describes a profile as the Ads API does', async () => {
    const sandbox = await openSandbox();
    expect((await ask(sandbox, 'GET', '/v2/profiles', { region: 'eu' }))[1]).toEqual([
      {
        profileId: Number(SANDBOX_PROFILES.eu),
        countryCode: 'GB',
        currencyCode: 'GBP',
        timezone: 'Europe/London',
        accountInfo: {
          marketplaceStringId: 'A1F83G8C2ARO7P',
          id: `ENTITY${SANDBOX_ACCOUNTS.eu}`,
          type: 'agency',
          name: 'Sandbox Games (Europe)',
        },
      },
    ]);
  });

  it.each([
    ['seller', 0],
    ['vendor,agency', 1],
  ])('filters by type %s', async (types, count) => {
    const sandbox = await openSandbox();
    expect((await ask(sandbox, 'GET', `/v2/profiles?profileTypeFilter=${types}`))[1]).toHaveLength(
      count,
    );
  });
});

describe('POST /adsApi/v1/query/advertiserAccounts', () => {
  const PATH = '/adsApi/v1/query/advertiserAccounts';

  it('names region and DSP advertiser id', async () => {
    const sandbox = await openSandbox();
    const body = { isGlobalAccountFilter: { include: [true] } };
    const [status, { advertiserAccounts, ...others }] = await ask(sandbox, 'POST', PATH, {
      region: 'fe',
      body,
    });
    expect([status, others]).toEqual([200, {}]);
    expect(advertiserAccounts).toMatchObject([
      {
        advertiserAccountId: `amzn1.ads-account.g.sandbox${SANDBOX_ACCOUNTS.fe}`,
        isTestAccount: false,
        alternateIds: [
          {
            countryCode: 'JP',
            dspAdvertiserId: SANDBOX_ACCOUNTS.fe,
            entityId: `ENTITY${SANDBOX_ACCOUNTS.fe}`,
            profileId: SANDBOX_PROFILES.fe,
            region: 'FE',
          },
        ],
      },
    ]);
  });

  it('answers in pages of ten', async () => {
    const sandbox = await openSandbox();
    const [, first] = await ask(sandbox, 'POST', PATH, { user: 'many' });
    const body = { maxResults: 100, nextToken: first.nextToken };
    const [, second] = await ask(sandbox, 'POST', PATH, { user: 'many', body });
    expect([
      first.advertiserAccounts.length,
      second.advertiserAccounts.length,
      second.nextToken,
    ]).toEqual([10, 2, undefined]);
    const names = [...first.advertiserAccounts, ...second.advertiserAccounts].map(
      ({ displayName }) => displayName,
    );
    expect(new Set(names).size).toBe(12);
  });

  it.each<[string, unknown, number]>([
    ['by id', { advertiserAccountIdFilter: { include: ['amzn1.ads-account.g.other'] } }, 0],
    ['by not being global', { isGlobalAccountFilter: { include: [false] } }, 0],
    ['by nothing', {}, 1],
  ])('filters %s', async (_what, body, count) => {
    const sandbox = await openSandbox();
    expect((await ask(sandbox, 'POST', PATH, { body }))[1].advertiserAccounts).toHaveLength(count);
  });

  it.each<[string, unknown]>([
    ['too many results', { maxResults: 101 }],
    ['too few results', { maxResults: 9 }],
    ['a token of nobody', { nextToken: 'x' }],
    ['an unknown field', { filter: [] }],
  ])('refuses %s', async (_what, body) => {
    const sandbox = await openSandbox();
    expect(await ask(sandbox, 'POST', PATH, { body })).toEqual([
      400,
      { code: 'BAD_REQUEST', message: expect.any(String) },
    ]);
  });
});

describe('GET /dsp/advertisers', () => {
  it.each<[string, string | undefined, string]>([
    ['no profile', undefined, 'Scope header is missing'],
    ['an unknown profile', '1', 'No matching advertiser found for scope'],
    ["another region's profile", SANDBOX_PROFILES.eu, 'No matching advertiser found for scope'],
    ["another user's profile", '1111222233334403', 'Not authorized to access scope'],
  ])('refuses %s', async (_what, scope, details) => {
    const sandbox = await openSandbox();
    const answer = await ask(sandbox, 'GET', '/dsp/advertisers', {
      headers: { 'amazon-advertising-api-scope': scope },
    });
    expect(answer).toEqual([401, { code: 'UNAUTHORIZED', details, requestId: expect.any(String) }]);
  });

  it.each([
    ['', 1],
    ['?startIndex=1&count=50', 0],
  ])('lists the advertiser of a profile %s', async (query, shown) => {
    const sandbox = await openSandbox();
    const headers = { 'amazon-advertising-api-scope': SANDBOX_PROFILES.na };
    const [status, { totalResults, response }] = await ask(
      sandbox,
      'GET',
      `/dsp/advertisers${query}`,
      { headers },
    );
    expect([status, totalResults, response.length]).toEqual([200, 1, shown]);
    if (shown)
      expect(response[0]).toMatchObject({
        advertiserId: SANDBOX_ACCOUNTS.na,
        currency: 'USD',
        country: 'US',
      });
  });
});

describe('POST /adsAccounts/list', () => {
  const type = 'application/vnd.listaccountsresource.v1+json';

  it('lists accounts without a DSP advertiser id', async () => {
    const sandbox = await openSandbox();
    const headers = { 'content-type': type, accept: type };
    const [status, { adsAccounts }] = await ask(sandbox, 'POST', '/adsAccounts/list', {
      headers,
      body: {},
    });
    expect([status, adsAccounts.length]).toEqual([200, 1]);
    expect(Object.keys(adsAccounts[0].alternateIds[0])).toEqual([
      'countryCode',
      'entityId',
      'profileId',
    ]);
  });

  it.each([
    [415, { 'content-type': 'application/json', accept: type }],
    [406, { 'content-type': type, accept: 'application/json' }],
  ])('answers %i to plain JSON', async (status, headers) => {
    const sandbox = await openSandbox();
    expect((await ask(sandbox, 'POST', '/adsAccounts/list', { headers, body: {} }))[0]).toBe(
      status,
    );
  });
});
