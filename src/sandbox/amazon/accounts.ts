import type { Random } from '../../random.js';
import { answerJson, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { Route } from '../route.js';
import type { GrantStore } from '../oauth/grant-store.js';
import { createApiRoute, findScope, type Caller } from './api-route.js';
import {
  checkFields,
  checkList,
  checkText,
  checkThat,
  checkWhole,
  type Problem,
} from './field-checks.js';
import { takePage } from './paging.js';
import { createLegacyRefuse, refuseAdsApi } from './refusals.js';
import type { SandboxAccount } from './seed.js';

const JSON_TYPE = 'application/json';
const ADS_ACCOUNTS_TYPE = 'application/vnd.listaccountsresource.v1+json';

/**
 * Fewer than the 100 that may be asked for, so that clients meet a `nextToken`: Amazon may return
 * fewer as well.
 */
const ACCOUNTS_A_PAGE = 10;

const isFlag = checkThat((value) => typeof value === 'boolean', 'true or false');

const QUERY_BODY = checkFields(
  {},
  {
    advertiserAccountIdFilter: checkFields({ include: checkList(1, 100, checkText()) }),
    isGlobalAccountFilter: checkFields({ include: checkList(1, 1, isFlag) }),
    maxResults: checkWhole(10, 100),
    nextToken: checkText(),
  },
);

interface QueryBody {
  advertiserAccountIdFilter?: { include: string[] };
  isGlobalAccountFilter?: { include: boolean[] };
  maxResults?: number;
  nextToken?: string;
}

export interface AccountParts {
  grants: GrantStore;
  random: Random;
}

/**
 * The four calls by which a client finds its region and advertiser (specifications and guides of
 * Amazon as kept in the repositories that `capi-v1.ts`, `events-api.ts` and `hosts.ts` name).
 */
export function createAccountRoutes({ grants, random }: AccountParts): Route[] {
  const refuse = createLegacyRefuse(random);
  const legacy = {
    clientHeader: 'amazon-advertising-api-clientid' as const,
    answerTypes: [JSON_TYPE],
    refuse,
  };
  return [
    createApiRoute(grants, {
      ...legacy,
      method: 'GET',
      path: '/v2/profiles',
      handle: (request, _params, caller) => listProfiles(request, caller),
    }),
    createApiRoute(grants, {
      method: 'POST',
      path: '/adsApi/v1/query/advertiserAccounts',
      clientHeader: 'amazon-ads-clientid',
      contentTypes: [JSON_TYPE],
      answerTypes: [JSON_TYPE],
      refuse: refuseAdsApi,
      handle: (request, _params, caller) => queryAdvertiserAccounts(request, caller),
    }),
    createApiRoute(grants, {
      ...legacy,
      method: 'GET',
      path: '/dsp/advertisers',
      handle: (request, _params, caller) => {
        const account = findScope(caller, request, refuse);
        return 'status' in account ? account : listAdvertisers(request, account);
      },
    }),
    createApiRoute(grants, {
      ...legacy,
      method: 'POST',
      path: '/adsAccounts/list',
      contentTypes: [ADS_ACCOUNTS_TYPE],
      answerTypes: [ADS_ACCOUNTS_TYPE],
      handle: (_request, _params, caller) => listAdsAccounts(caller),
    }),
  ];
}

/** The profiles of this host's region only; `[]` where the user has none here. Ids are numbers. */
function listProfiles({ query }: SandboxRequest, { accounts }: Caller): SandboxAnswer {
  const types = query.get('profileTypeFilter')?.split(',');
  // Advertisers of Amazon DSP are agencies among the profiles.
  const shown = types === undefined || types.includes('agency') ? accounts : [];
  return answerJson(
    200,
    shown.map((account) => ({
      profileId: Number(account.profileId),
      countryCode: account.countryCode,
      currencyCode: account.currencyCode,
      timezone: account.timezone,
      accountInfo: {
        marketplaceStringId: account.marketplaceId,
        id: account.entityId,
        type: 'agency',
        name: account.name,
      },
    })),
  );
}

/**
 * The accounts that have an advertiser in this host's region, with region and DSP advertiser id.
 */
function queryAdvertiserAccounts(request: SandboxRequest, { accounts }: Caller): SandboxAnswer {
  const read = request.body.length === 0 ? { value: {} } : readJson(request);
  if (!read) return refuseAdsApi(400, 'The request body is not valid JSON.');
  const problems: Problem[] = [];
  QUERY_BODY(read.value, '', problems);
  if (problems[0]) return refuseAdsApi(400, problems[0].message);
  const {
    advertiserAccountIdFilter,
    isGlobalAccountFilter,
    maxResults = 100,
    nextToken,
  } = read.value as QueryBody;
  const ids = advertiserAccountIdFilter?.include;
  // Every account of the sandbox is a global one.
  const wanted = accounts.filter((account) => ids?.includes(globalId(account)) ?? true);
  const rows = (isGlobalAccountFilter?.include[0] ?? true) ? wanted.map(describeAccount) : [];
  const taken = takePage(rows, Math.min(maxResults, ACCOUNTS_A_PAGE), nextToken);
  if (!taken) return refuseAdsApi(400, 'nextToken is not valid');
  const { page, ...next } = taken;
  return answerJson(200, { advertiserAccounts: page, ...next });
}

function globalId({ advertiserId }: SandboxAccount): string {
  return `amzn1.ads-account.g.sandbox${advertiserId}`;
}

function describeAccount(account: SandboxAccount): object {
  const { advertiserId, countryCode, entityId, profileId } = account;
  return {
    advertiserAccountId: globalId(account),
    displayName: account.name,
    isGlobalAccount: true,
    isTestAccount: false,
    currencyCode: account.currencyCode,
    timeZoneIana: account.timezone,
    businessDetails: [{ website: 'https://example.com' }],
    status: { statusCode: 'APPROVED', statusMessage: 'The account is ready.' },
    alternateIds: [
      {
        countryCode,
        dspAdvertiserId: advertiserId,
        entityId,
        profileId,
        region: account.region.toUpperCase(),
      },
    ],
  };
}

/** `startIndex` from 0, `count` at most 100 (`GET /dsp/advertisers`, specification). */
function listAdvertisers({ query }: SandboxRequest, account: SandboxAccount): SandboxAnswer {
  const start = Number(query.get('startIndex') ?? 0);
  const count = Math.min(Number(query.get('count') ?? 100), 100);
  const { advertiserId, name, currencyCode: currency, countryCode: country, timezone } = account;
  const rows = [{ advertiserId, name, currency, country, timezone, url: 'https://example.com' }];
  return answerJson(200, { totalResults: rows.length, response: rows.slice(start, start + count) });
}

/** No DSP advertiser id here. */
function listAdsAccounts({ accounts }: Caller): SandboxAnswer {
  const adsAccounts = accounts.map((account) => ({
    adsAccountId: globalId(account),
    accountName: account.name,
    status: 'CREATED',
    alternateIds: [
      {
        countryCode: account.countryCode,
        entityId: account.entityId,
        profileId: Number(account.profileId),
      },
    ],
  }));
  return answerJson(200, { adsAccounts }, ADS_ACCOUNTS_TYPE);
}
