import { describe, expect, it } from 'vitest';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_PROFILES,
  SANDBOX_TERMS_ACCOUNT,
} from '../../../../src/sandbox/amazon/seed.js';
import { openSandbox, sha256 } from '../test-sandbox.js';
import { importV1, postV1, v1Event, V1_TYPE, type Call } from './calls.js';

const EMAIL = { type: 'EMAIL', values: [sha256('test@example.com')] };

describe('CAPI v1', () => {
  it('takes a full event and says so by an index from 1, without an error array', async () => {
    const sandbox = await openSandbox();
    const event = v1Event({
      timestamp: '2026-03-03T13:00:01+01:00',
      clientDedupeId: 'order-1',
      value: 19.99,
      currencyCode: 'USD',
      unitsSold: 2,
      matchKeys: [EMAIL, { type: 'MAID', values: ['38400000-8cf0-11bd-b23e-10b96e40000d'] }],
    });
    const answer = await postV1(sandbox, {
      body: { source: 'SERVER_TO_SERVER', eventData: [event] },
    });
    expect(answer.status).toBe(207);
    expect(answer.headers.get('content-type')).toBe(V1_TYPE);
    expect(await answer.json()).toEqual({ success: [{ index: 1, message: 'Event received' }] });
    expect(sandbox.state.conversions()).toEqual([
      {
        network: 'amazon',
        api: 'capi-v1',
        account: SANDBOX_ACCOUNTS.na,
        region: 'na',
        target: '1234567890',
        dedupeId: 'order-1',
        received: 1,
        firstReceivedAt: '2026-03-10T12:00:00.000Z',
        lastReceivedAt: '2026-03-10T12:00:00.000Z',
        event,
      },
    ]);
  });

  it('judges each event by itself', async () => {
    const sandbox = await openSandbox();
    const body = await importV1(sandbox, [v1Event(), v1Event({ countryCode: 'USA' }), v1Event()]);
    expect(body.success.map(({ index }: { index: number }) => index)).toEqual([1, 3]);
    expect(body.error).toEqual([
      {
        index: 2,
        code: 'BAD_REQUEST',
        message: 'countryCode must be one of the documented values',
        errors: [
          {
            errorType: 'FIELD_VALUE_IS_INVALID',
            fieldName: 'countryCode',
            message: 'countryCode must be one of the documented values',
          },
        ],
      },
    ]);
    expect(sandbox.state.received()).toBe(2);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no definition', { conversionDefinitionId: undefined }, 'conversionDefinitionId'],
    [
      'a definition id that is a number',
      { conversionDefinitionId: 1234567890 },
      'conversionDefinitionId',
    ],
    ['an unknown definition', { conversionDefinitionId: '4041234567' }, 'conversionDefinitionId'],
    [
      'a definition id that cannot be',
      { conversionDefinitionId: 'first-purchase' },
      'conversionDefinitionId',
    ],
    [
      'a definition of the ad tag',
      { conversionDefinitionId: '4151234567' },
      'conversionDefinitionId',
    ],
    [
      'a listed definition of the ad tag',
      { conversionDefinitionId: '4150000001' },
      'conversionDefinitionId',
    ],
    ['no name', { name: undefined }, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['no time', { timestamp: undefined }, 'timestamp'],
    ['a time without offset', { timestamp: '2026-03-10T11:00:00' }, 'timestamp'],
    ['an impossible date', { timestamp: '2026-02-29T11:00:00Z' }, 'timestamp'],
    ['a time in milliseconds', { timestamp: 1773140400000 }, 'timestamp'],
    ['a time over 7 days old', { timestamp: '2026-03-03T11:59:59Z' }, 'timestamp'],
    ['a time ahead', { timestamp: '2026-03-10T12:06:00Z' }, 'timestamp'],
    ['a lower-case country', { countryCode: 'us' }, 'countryCode'],
    ["a country of the Events API's", { countryCode: 'ZZ' }, 'countryCode'],
    ['no match keys', { matchKeys: undefined }, 'matchKeys'],
    ['an empty list of match keys', { matchKeys: [] }, 'matchKeys'],
    ['ten match keys', { matchKeys: Array(10).fill(EMAIL) }, 'matchKeys'],
    ['a type twice', { matchKeys: [EMAIL, EMAIL] }, 'matchKeys[1].type'],
    [
      'two values',
      { matchKeys: [{ type: 'EMAIL', values: [sha256('a'), sha256('b')] }] },
      'matchKeys[0].values',
    ],
    ['no value', { matchKeys: [{ type: 'EMAIL', values: [] }] }, 'matchKeys[0].values'],
    [
      'a value that is not a list',
      { matchKeys: [{ type: 'EMAIL', values: sha256('a') }] },
      'matchKeys[0].values',
    ],
    [
      'a plain e-mail',
      { matchKeys: [{ type: 'EMAIL', values: ['test@example.com'] }] },
      'matchKeys[0].values[0]',
    ],
    [
      'an upper-case hash',
      { matchKeys: [{ type: 'PHONE', values: [sha256('1').toUpperCase()] }] },
      'matchKeys[0].values[0]',
    ],
    [
      'the hash of nothing',
      { matchKeys: [{ type: 'CITY', values: [sha256('')] }] },
      'matchKeys[0].values[0]',
    ],
    [
      'a hashed device id',
      { matchKeys: [{ type: 'MAID', values: [sha256('a')] }] },
      'matchKeys[0].values[0]',
    ],
    [
      "a type of the Events API's",
      { matchKeys: [{ type: 'MATCH_ID', values: ['a1'] }] },
      'matchKeys[0].type',
    ],
    [
      'a hash of an inherited name',
      { matchKeys: [{ type: 'constructor', values: ['a1'] }] },
      'matchKeys[0].type',
    ],
    [
      'an unknown part of a key',
      { matchKeys: [{ ...EMAIL, hashed: true }] },
      'matchKeys[0].hashed',
    ],
    [
      'a dedupe id that is a match key',
      { clientDedupeId: sha256('test@example.com') },
      'clientDedupeId',
    ],
    ['a number as dedupe id', { clientDedupeId: 1 }, 'clientDedupeId'],
    ['three decimals', { value: 1.234 }, 'value'],
    ['a value in text', { value: '1.23' }, 'value'],
    ['too much money', { value: 1e13 }, 'value'],
    ['a large refund', { value: -1e13 }, 'value'],
    ['a negative purchase', { value: -1 }, 'value'],
    [
      'a negative price',
      { conversionDefinitionId: '765432', value: -1, currencyCode: 'USD' },
      'value',
    ],
    ['a currency in small letters', { value: 1, currencyCode: 'usd' }, 'currencyCode'],
    ['a currency outside the 18', { value: 1, currencyCode: 'CHF' }, 'currencyCode'],
    ['no units', { unitsSold: 0 }, 'unitsSold'],
    ['too many units', { unitsSold: 1e13 }, 'unitsSold'],
    ['half a unit', { unitsSold: 1.5 }, 'unitsSold'],
    [
      'options as an object',
      { dataProcessingOptions: { options: 'LIMITED_DATA_USE' } },
      'dataProcessingOptions',
    ],
    ['a consent field', { consent: { tcf: 'C' } }, 'consent'],
    ["the Events API's time field", { eventTime: '2026-03-10T11:00:00Z' }, 'eventTime'],
    ['null for an optional field', { value: null }, 'value'],
  ])('rejects %s', async (_what, changes, field) => {
    const sandbox = await openSandbox();
    const body = await importV1(sandbox, [v1Event(changes)]);
    expect(body.success).toBeUndefined();
    expect(body.error[0].index).toBe(1);
    expect(body.error[0].errors.map(({ fieldName }: { fieldName: string }) => fieldName)).toEqual([
      field,
    ]);
    expect(sandbox.state.conversions()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['any id of 6 to 19 digits', { conversionDefinitionId: '9223372036854775807' }],
    [
      'a negative number that is not an amount',
      { conversionDefinitionId: '1234567894', value: -3.5 },
    ],
    [
      'a currency where it does not apply',
      { conversionDefinitionId: '1234567892', value: 1, currencyCode: 'USD' },
    ],
    ['a RampID as it is', { matchKeys: [{ type: 'RAMP_ID', values: ['XY1005wVd'] }] }],
    ['a RampID hashed', { matchKeys: [{ type: 'RAMP_ID', values: [sha256('XY1005wVd')] }] }],
    ['fractions of a second', { timestamp: '2026-03-10T11:00:00.123Z' }],
    ['the largest value', { value: 9999999999999.99 }],
  ])('takes %s', async (_what, changes) => {
    const sandbox = await openSandbox();
    expect((await importV1(sandbox, [v1Event(changes)])).success).toHaveLength(1);
  });

  it('keeps the first of several events with one dedupe id, whatever their definition', async () => {
    const sandbox = await openSandbox();
    await importV1(sandbox, [v1Event({ clientDedupeId: 'one', value: 1 })]);
    const second = v1Event({
      clientDedupeId: 'one',
      value: 2,
      conversionDefinitionId: '1234567891',
    });
    expect((await importV1(sandbox, [second, v1Event(), v1Event()])).success).toHaveLength(3);
    const kept = sandbox.state.conversions();
    expect(
      kept.map(({ dedupeId, received, event }) => [dedupeId, received, event['value']]),
    ).toEqual([
      ['one', 2, 1],
      [undefined, 1, undefined],
      [undefined, 1, undefined],
    ]);
  });

  it('marks limited data use as not counted', async () => {
    const sandbox = await openSandbox();
    await importV1(sandbox, [v1Event({ dataProcessingOptions: 'LIMITED_DATA_USE' })]);
    expect(sandbox.state.conversions()[0]?.excluded).toBe('limited_data_use');
  });

  const one = { source: 'SERVER_TO_SERVER', eventData: [v1Event()] };

  it.each<[string, Partial<Call>, number]>([
    ['no token', { headers: { authorization: undefined } }, 401],
    ['an unknown token', { token: 'Atza|nobody' }, 401],
    ['no client id', { headers: { 'amazon-advertising-api-clientid': undefined } }, 401],
    [
      "the Events API's client id header",
      {
        headers: { 'amazon-advertising-api-clientid': undefined, 'amazon-ads-clientid': 'x' },
      },
      401,
    ],
    ['another client id', { headers: { 'amazon-advertising-api-clientid': 'amzn1.other' } }, 401],
    ['no account header', { headers: { 'amazon-ads-accountid': undefined } }, 401],
    ['another account header', { headers: { 'amazon-ads-accountid': SANDBOX_ACCOUNTS.eu } }, 403],
    ['an unknown profile', { headers: { 'amazon-advertising-api-scope': '12' } }, 401],
    ["another region's host", { host: 'advertising-api-eu.amazon.com' }, 401],
    ['an account of nobody', { account: '99' }, 403],
    ["another user's account", { user: 'none' }, 403],
    ['terms that were not accepted', { user: 'terms', account: SANDBOX_TERMS_ACCOUNT }, 403],
    ['plain JSON', { headers: { 'content-type': 'application/json' } }, 415],
    ['an Accept of plain JSON', { headers: { accept: 'application/json' } }, 406],
    ['a body that is no JSON', { body: '{"source":' }, 400],
    ['a body that is an array', { body: [v1Event()] }, 400],
    ['no source', { body: { eventData: [v1Event()] } }, 400],
    ['an unknown source', { body: { ...one, source: 'MMP' } }, 400],
    ['an unknown field', { body: { ...one, ingestionMethod: 'SERVER_TO_SERVER' } }, 400],
    ['no events', { body: { source: 'SERVER_TO_SERVER' } }, 400],
    ['an empty list', { body: { source: 'SERVER_TO_SERVER', eventData: [] } }, 400],
    [
      '101 events',
      { body: { source: 'SERVER_TO_SERVER', eventData: Array(101).fill(v1Event()) } },
      400,
    ],
    ['more than 5 MB', { body: 'x'.repeat(5 * 1024 * 1024 + 1) }, 413],
  ])('refuses the whole request for %s', async (_what, call, status) => {
    const sandbox = await openSandbox();
    const answer = await postV1(sandbox, { body: one, ...call });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({
      requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
      message: expect.any(String),
      errors: [{ errorType: expect.any(String), message: expect.any(String) }],
    });
    expect(sandbox.state.conversions()).toEqual([]);
  });

  it('takes the profile of the account instead of the account header', async () => {
    const sandbox = await openSandbox();
    const headers = {
      'amazon-ads-accountid': undefined,
      'amazon-advertising-api-scope': SANDBOX_PROFILES.na,
    };
    expect((await postV1(sandbox, { body: one, headers })).status).toBe(207);
  });

  it('takes 100 events, and rejects all of them where the source is the ad tag', async () => {
    const sandbox = await openSandbox();
    const eventData = Array(100).fill(v1Event());
    const answer = await postV1(sandbox, { body: { source: 'AMAZON_AD_TAG', eventData } });
    const body = (await answer.json()) as { success?: unknown; error: unknown[] };
    expect([answer.status, body.success, body.error.length]).toEqual([207, undefined, 100]);
    expect((await importV1(sandbox, eventData)).success).toHaveLength(100);
  });
});
