import { describe, expect, it } from 'vitest';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_TERMS_ACCOUNT,
} from '../../../../src/sandbox/amazon/seed.js';
import type { Sandbox } from '../../../../src/sandbox/sandbox.js';
import { accessToken, control, openSandbox, type Answer } from '../test-sandbox.js';
import { importV1, v1Event } from './calls.js';

const V1 = 'application/vnd.dspconversiondefinition.v1+json';
const V2 = 'application/vnd.dspconversiondefinition.v2+json';

interface Ask {
  type?: string;
  accept?: string;
  account?: string;
  user?: string;
}

async function ask(
  sandbox: Sandbox,
  path: string,
  body: unknown,
  options: Ask = {},
): Promise<[number, Answer]> {
  const { type = V1, accept = V1, account = SANDBOX_ACCOUNTS.na, user = 'all' } = options;
  const url = `${sandbox.url}/advertising-api.amazon.com/accounts/${account}/dsp/conversionDefinitions${path}`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await accessToken(sandbox, user)}`,
      'amazon-advertising-api-clientid': SANDBOX_CLIENT_ID,
      'amazon-ads-accountid': account,
      'content-type': type,
      accept,
    },
    body: JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
}

const idsOf = (body: Answer): string[] =>
  body.conversionDefinitions.map(
    (row: { conversionDefinitionId: string }) => row.conversionDefinitionId,
  );

const DEFINITION = {
  name: 'Boss Beaten',
  source: 'SERVER_TO_SERVER',
  sourceType: 'WEBSITE',
  conversionType: 'OTHER',
  countingMethod: 'EVERY',
  value: 1,
};

const byId = (...values: string[]) => ({
  filters: [{ field: 'CONVERSION_DEFINITION_ID', values }],
});

describe('listing conversion definitions', () => {
  it('shows the seeded ones, the newer types only in the newer form', async () => {
    const sandbox = await openSandbox();
    const [status, older] = await ask(sandbox, '/list', {});
    const [, newer] = await ask(sandbox, '/list', {}, { accept: V2 });
    expect([status, older.maxResults, older.nextToken]).toEqual([200, 10, undefined]);
    expect(older.conversionDefinitions[0]).toEqual({
      conversionDefinitionId: '1234567890',
      name: 'First Purchase',
      source: 'SERVER_TO_SERVER',
      sourceType: 'WEBSITE',
      conversionType: 'OFF_AMAZON_PURCHASES',
      countingMethod: 'FIRST',
      value: 0,
      createTime: '2026-01-15T09:00:00Z',
      lastUpdatedTime: '2026-01-15T09:00:00Z',
    });
    expect(idsOf(newer).filter((id) => !idsOf(older).includes(id))).toEqual(['1234567895']);
    expect(idsOf(older)).toContain('9007199254740993');
  });

  it('finds every id that exists by filter, and no other', async () => {
    const sandbox = await openSandbox();
    const [, body] = await ask(
      sandbox,
      '/list',
      byId('765432', '4040000001', '4159999999', '12345', 'abcdef'),
    );
    expect(body.conversionDefinitions).toMatchObject([
      { conversionDefinitionId: '765432', source: 'SERVER_TO_SERVER' },
      { conversionDefinitionId: '4159999999', source: 'AMAZON_AD_TAG' },
    ]);
  });

  it('answers in pages', async () => {
    const sandbox = await openSandbox();
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const [, body] = await ask(
        sandbox,
        '/list',
        { maxResults: 3, ...(nextToken && { nextToken }) },
        { accept: V2 },
      );
      expect(body.conversionDefinitions.length).toBeLessThanOrEqual(3);
      seen.push(...idsOf(body));
      nextToken = body.nextToken;
    } while (nextToken);
    expect([seen.length, new Set(seen).size]).toEqual([8, 8]);
  });

  it('dates the last activity', async () => {
    const sandbox = await openSandbox();
    await importV1(sandbox, [v1Event({ conversionDefinitionId: '765432' })]);
    const [, body] = await ask(sandbox, '/list', byId('765432', '765433'));
    const times = body.conversionDefinitions.map(
      (row: { lastActivityTime?: string }) => row.lastActivityTime,
    );
    expect(times).toEqual(['2026-03-10T12:00:00.000Z', undefined]);
  });

  it.each<[string, unknown, Ask, number]>([
    ['no results', { maxResults: 0 }, {}, 400],
    ['text for a number', { maxResults: '10' }, {}, 400],
    ['another filter', { filters: [{ field: 'NAME', values: ['x'] }] }, {}, 400],
    ['eleven filters', { filters: Array(11).fill(byId('1').filters[0]) }, {}, 400],
    ['a token of nobody', { nextToken: 'x' }, {}, 400],
    ['an array', [], {}, 400],
    ['plain JSON', {}, { type: 'application/json' }, 415],
    ['the newer media type, which list does not take', {}, { type: V2 }, 415],
    ["another user's account", {}, { user: 'none' }, 403],
  ])('refuses %s', async (_what, body, options, status) => {
    const sandbox = await openSandbox();
    expect((await ask(sandbox, '/list', body, options))[0]).toBe(status);
  });
});

describe('creating conversion definitions', () => {
  it('creates them for one account, where they are listed and take events of their type', async () => {
    const sandbox = await openSandbox();
    const purchase = { ...DEFINITION, conversionType: 'OFF_AMAZON_PURCHASES' };
    const [status, { success, error }] = await ask(sandbox, '', [
      DEFINITION,
      { ...DEFINITION, name: '' },
      purchase,
    ]);
    expect([status, success.map(({ index }: { index: number }) => index), error]).toMatchObject([
      207,
      [1, 3],
      [
        {
          index: 2,
          code: 'BAD_REQUEST',
          errors: [{ errorType: 'FIELD_VALUE_IS_EMPTY', fieldName: 'name' }],
        },
      ],
    ]);
    const [other, bought] = success.map(
      (row: { conversionDefinitionId: string }) => row.conversionDefinitionId,
    );
    expect(idsOf((await ask(sandbox, '/list', {}))[1])).toEqual(
      expect.arrayContaining([other, bought]),
    );
    const negative = [other, bought].map((id) =>
      v1Event({ conversionDefinitionId: id, value: -1 }),
    );
    const answer = await importV1(sandbox, negative);
    expect([answer.success.length, answer.error[0].index]).toEqual([1, 2]);
    await control(sandbox, 'POST', '/reset');
    expect(idsOf((await ask(sandbox, '/list', {}))[1])).not.toContain(other);
  });

  it.each<[string, Record<string, unknown>, string | undefined, string]>([
    [
      'the newest type in the older form',
      { conversionType: 'MOBILE_APP_FIRST_START' },
      'conversionType',
      V1,
    ],
    [
      'the newest type in the newer form',
      { conversionType: 'MOBILE_APP_FIRST_START' },
      undefined,
      V2,
    ],
    ['a partner in the older form', { partner: 'x' }, 'partner', V1],
    ['an ad tag on a phone', { source: 'AMAZON_AD_TAG', sourceType: 'IOS' }, 'sourceType', V1],
    ['a negative purchase', { conversionType: 'OFF_AMAZON_PURCHASES', value: -1 }, 'value', V1],
    ['no counting method', { countingMethod: undefined }, 'countingMethod', V1],
    ['a name of 257 characters', { name: 'x'.repeat(257) }, 'name', V1],
  ])('judges %s', async (_what, changes, field, type) => {
    const sandbox = await openSandbox();
    const [, { error }] = await ask(sandbox, '', [{ ...DEFINITION, ...changes }], { type });
    expect(error[0]?.errors[0].fieldName).toBe(field);
  });

  it.each<[string, unknown, Ask, number]>([
    ['eleven at once', Array(11).fill(DEFINITION), {}, 400],
    ['none', [], {}, 400],
    ['one without a list', DEFINITION, {}, 400],
    [
      'terms that were not accepted',
      [DEFINITION],
      { account: SANDBOX_TERMS_ACCOUNT, user: 'terms' },
      403,
    ],
  ])('refuses %s', async (_what, body, options, status) => {
    const sandbox = await openSandbox();
    expect((await ask(sandbox, '', body, options))[0]).toBe(status);
  });
});
