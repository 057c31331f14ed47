import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AuthError, NetworkError } from '../../../../src/errors.js';
import { createHttpClient } from '../../../../src/http/client.js';
import { discoverAccounts } from '../../../../src/networks/amazon/discovery.js';

interface Call {
  route: string;
  headers: IncomingHttpHeaders;
  body: string;
}
/** A text is a 200; a number a bare status; `hang-up` no answer. */
type Answers = Record<string, string | number | ((call: Call) => string | number)>;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const HOSTS = {
  na: 'advertising-api.amazon.com',
  eu: 'advertising-api-eu.amazon.com',
  fe: 'advertising-api-fe.amazon.com',
};
const ACCOUNTS = 'adsApi/v1/query/advertiserAccounts';

/** Discovers against hosts that answer by `region path`, `path` or, failing both, 401. */
async function discover(answers: Answers, named?: { region: 'na' | 'eu' | 'fe'; account: string }) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const [, host, path] = /^\/([^/]+)\/([^?]*)/.exec(request.url ?? '') ?? [];
      const region = Object.entries(HOSTS).find(([, name]) => name === host)?.[0];
      const call = { route: `${region} ${path}`, headers: request.headers, body };
      calls.push(call);
      const found = answers[call.route] ?? answers[path ?? ''] ?? 401;
      const answer = typeof found === 'function' ? found(call) : found;
      if (answer === 'hang-up') return void request.socket.destroy();
      response.writeHead(typeof answer === 'number' ? answer : 200, {
        'content-type': 'application/json',
      });
      response.end(typeof answer === 'number' ? '{"message":"Unauthorized"}' : answer);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = createHttpClient({ gateway, timeoutMs: 10_000, userAgent: 'postback/test' });
  closers.push(
    () => http.close(),
    () => server.close(),
  );
  const result = discoverAccounts({
    http,
    clientId: 'client-id',
    accessToken: 'Atza|t',
    ...(named ? { named } : {}),
  }).catch((e: unknown) => e);
  return { result: (await result) as Awaited<ReturnType<typeof discoverAccounts>>, calls };
}

const account = (fields: object, ...alternateIds: object[]) => ({
  advertiserAccountId: 'amzn1.ads-account.g.x',
  displayName: 'Example Studio',
  status: { statusCode: 'APPROVED', statusMessage: '' },
  alternateIds,
  ...fields,
});
const accountsOf = (...accounts: object[]) => JSON.stringify({ advertiserAccounts: accounts });

test('asks all three hosts as the specification says', async () => {
  const { calls } = await discover({ [ACCOUNTS]: '{}', 'v2/profiles': '[]' });
  expect(calls.map(({ route }) => route).sort()).toEqual(
    ['na', 'eu', 'fe']
      .flatMap((region) => [`${region} ${ACCOUNTS}`, `${region} v2/profiles`])
      .sort(),
  );
  const [query, profiles] = [
    calls.find((c) => c.route.endsWith('Accounts'))!,
    calls.find((c) => c.body === '')!,
  ];
  expect(query.headers).toMatchObject({
    authorization: 'Bearer Atza|t',
    'amazon-ads-clientid': 'client-id',
    'content-type': 'application/json',
  });
  expect(JSON.parse(query.body)).toEqual({
    isGlobalAccountFilter: { include: [true] },
    maxResults: 100,
  });
  expect(profiles.headers).toMatchObject({
    authorization: 'Bearer Atza|t',
    'amazon-advertising-api-clientid': 'client-id',
  });
});

test('merges what hosts and calls say; the region comes from the account, else from the host', async () => {
  const eu = { dspAdvertiserId: '2', region: 'EU', countryCode: 'GB' };
  const na =
    '{"dspAdvertiserId":9223372036854775807,"profileId":9007199254740993,"countryCode":"US"}';
  const { result } = await discover({
    [`na ${ACCOUNTS}`]: accountsOf(account({ isTestAccount: true }, 'NA' as never, eu)).replace(
      '"NA"',
      na,
    ),
    [`eu ${ACCOUNTS}`]: accountsOf(account({ displayName: 'Again' }, { ...eu, profileId: '22' })),
    [`fe ${ACCOUNTS}`]: accountsOf(
      account({ displayName: 'Sponsored only' }, { entityId: 'ENTITY1', profileId: '3' }),
    ),
    'v2/profiles': '[]',
  });
  const test = { name: 'Example Studio', isTest: true, source: 'advertiserAccounts' };
  expect(result).toEqual({
    candidates: [
      {
        ...test,
        region: 'na',
        account: '9223372036854775807',
        profileId: '9007199254740993',
        country: 'US',
      },
      { ...test, region: 'eu', account: '2', profileId: '22', country: 'GB' },
    ],
    warnings: [],
  });
});

test('follows nextToken, and leaves closed accounts out', async () => {
  const { result, calls } = await discover({
    [`na ${ACCOUNTS}`]: ({ body }) =>
      body.includes('nextToken')
        ? accountsOf(account({}, { dspAdvertiserId: '2' }))
        : JSON.stringify({
            advertiserAccounts: [
              account({ status: { statusCode: 'ARCHIVED' } }, { dspAdvertiserId: '1' }),
            ],
            nextToken: 'page-2',
          }),
  });
  expect(result.candidates.map((candidate) => candidate.account)).toEqual(['2']);
  const bodies = calls
    .filter(({ route }) => route === `na ${ACCOUNTS}`)
    .map(({ body }) => JSON.parse(body) as object);
  expect(bodies).toMatchObject([{ maxResults: 100 }, { nextToken: 'page-2' }]);
});

test('finds advertisers through DSP profiles where the newer call is closed', async () => {
  const profile = (profileId: string, type: string) => ({
    profileId: Number(profileId),
    countryCode: 'DE',
    accountInfo: { id: `ENTITY${profileId}`, type, name: 'Agency' },
  });
  const { result, calls } = await discover({
    'eu v2/profiles': JSON.stringify([
      profile('7', 'agency'),
      profile('8', 'seller'),
      profile('9', 'agency'),
    ]),
    'eu dsp/advertisers': ({ headers }) =>
      headers['amazon-advertising-api-scope'] === '9'
        ? 403
        : '{"totalResults":1,"response":[{"advertiserId":12345678901234567890,"name":"Game\\u001b[2J One"}]}',
  });
  expect(result.candidates).toEqual([
    {
      region: 'eu',
      account: '12345678901234567890',
      name: 'Game [2J One',
      profileId: '7',
      country: 'DE',
      isTest: false,
      source: 'profiles',
    },
  ]);
  expect(calls.filter(({ route }) => route === 'eu dsp/advertisers')).toHaveLength(2);
});

test('a host that is down is named, the others count', async () => {
  const { result } = await discover({
    [`na ${ACCOUNTS}`]: accountsOf(account({}, { dspAdvertiserId: '1' })),
    [`eu ${ACCOUNTS}`]: 503,
    'eu v2/profiles': 503,
  });
  expect(result.candidates).toHaveLength(1);
  expect(result.warnings).toEqual(['advertising-api-eu.amazon.com responded with HTTP 503.']);
});

describe('an advertiser that was named', () => {
  const list = 'accounts/77/dsp/conversionDefinitions/list';
  const empty = { [ACCOUNTS]: '{}', 'v2/profiles': '[]' };
  const named = { region: 'eu', account: '77' } as const;

  test('counts where no list shows it but its definitions may be read', async () => {
    const { result, calls } = await discover({ ...empty, [`eu ${list}`]: '{}' }, named);
    expect(result.candidates).toEqual([
      { region: 'eu', account: '77', name: '77', isTest: false, source: 'definitions' },
    ]);
    const call = calls.find(({ route }) => route === `eu ${list}`)!;
    expect(call.headers).toMatchObject({
      'amazon-ads-accountid': '77',
      'content-type': 'application/vnd.dspconversiondefinition.v1+json',
    });
  });

  test('is not asked for again where a list shows it, and is not believed where it is refused', async () => {
    const shown = {
      ...empty,
      [`eu ${ACCOUNTS}`]: accountsOf(account({}, { dspAdvertiserId: '77' })),
    };
    const { result, calls } = await discover(shown, named);
    expect(result.candidates).toMatchObject([{ account: '77', source: 'advertiserAccounts' }]);
    expect(calls.some(({ route }) => route.includes('conversionDefinitions'))).toBe(false);
    const refused = await discover({ ...empty, [`eu ${list}`]: 403 }, named);
    expect(refused.result).toMatchObject({ code: 'no_account_found' });
  });
});

describe('nothing found', () => {
  test.each<[string, Answers, typeof AuthError | typeof NetworkError, string]>([
    ['all refuse', {}, AuthError, 'client_not_approved'],
    ['all forbid', { [ACCOUNTS]: 403, 'v2/profiles': 401 }, AuthError, 'client_not_approved'],
    [
      'all are empty',
      { [ACCOUNTS]: '{"advertiserAccounts":[]}', 'v2/profiles': '[]' },
      AuthError,
      'no_account_found',
    ],
    ['one is empty, two refuse', { 'na v2/profiles': '[]' }, AuthError, 'no_account_found'],
    [
      'one throttles',
      { [ACCOUNTS]: '{}', 'fe v2/profiles': 429, [`fe ${ACCOUNTS}`]: 429 },
      NetworkError,
      'discovery_failed',
    ],
    [
      'no answer',
      { [ACCOUNTS]: 'hang-up', 'v2/profiles': 'hang-up' },
      NetworkError,
      'discovery_failed',
    ],
    [
      'no JSON',
      { [ACCOUNTS]: '<html>', 'v2/profiles': '<html>' },
      NetworkError,
      'discovery_failed',
    ],
  ])('%s', async (_name, answers, type, code) => {
    const { result } = await discover(answers);
    expect(result).toBeInstanceOf(type);
    expect(result).toMatchObject({
      code,
      next: 'postback connect amazon',
      hint: expect.any(String),
    });
  });
});
