import { describe, expect, it } from 'vitest';
import { SANDBOX_ACCOUNTS, SANDBOX_TERMS_ACCOUNT } from '../../../../src/sandbox/amazon/seed.js';
import { openSandbox, sha256, type Answer } from '../test-sandbox.js';
import { apiEvent, postEvents, type Call } from './calls.js';

const EMAIL = { type: 'EMAIL', values: [sha256('test@example.com')] };
const DESCRIPTION = apiEvent()['eventDescription'] as Record<string, unknown>;
const EU = { host: 'advertising-api-eu.amazon.com', account: SANDBOX_ACCOUNTS.eu };

async function create(events: unknown[], call: Partial<Call> = {}) {
  const sandbox = await openSandbox();
  const answer = await postEvents(sandbox, { ...call, body: { events } });
  return { sandbox, status: answer.status, body: (await answer.json()) as Answer };
}

describe('Events API', () => {
  it('takes a full event and answers with it, by an index from 0', async () => {
    const event = apiEvent({
      eventDescription: { ...DESCRIPTION, dataSetName: 'game_1' },
      eventTime: '2026-02-17T13:00:01+01:00',
      eventId: 'order-1',
      value: 19.99,
      currencyCode: 'CHF',
      unitsSold: 2,
      matchKeys: [
        EMAIL,
        { type: 'FIP', values: ['2001:db8::1'] },
        { type: 'MATCH_ID', values: ['a1'] },
      ],
      consent: {
        geo: { ipAddress: '192.0.2.1' },
        amazonConsent: { amznUserData: 'GRANTED' },
        tcf: 'CP',
        gpp: 'DB',
      },
      dataProcessingOptions: {},
      customData: [{ name: 'price_before', value: '49.99', dataType: 'STRING' }],
      amazonAdEventKey: 'key',
      arefMeasurementTokens: 'AbCdEf1234.1773140400000|ZyXwVu9876.1773140300000',
      deviceInfo: { userAgent: 'x'.repeat(512) },
      partner: 'postback',
    });
    const { sandbox, status, body } = await create([
      { ...event, dataProcessingOptions: { options: 'LIMITED_DATA_USE' } },
    ]);
    expect(status).toBe(207);
    expect(body).toEqual({
      success: [
        { index: 0, event: { ...event, dataProcessingOptions: { options: 'LIMITED_DATA_USE' } } },
      ],
      error: [],
    });
    expect(sandbox.state.conversions()).toMatchObject([
      {
        api: 'events-api',
        target: 'game_1/Purchase',
        dedupeId: 'order-1',
        excluded: 'limited_data_use',
      },
    ]);
  });

  it('judges each event by itself, with the place of what is wrong', async () => {
    const { body } = await create([apiEvent(), apiEvent({ currencyCode: 'XXX' })]);
    expect(body.success.map(({ index }: { index: number }) => index)).toEqual([0]);
    expect(body.error).toEqual([
      {
        index: 1,
        errors: [
          {
            code: 'FIELD_VALUE_IS_INVALID',
            message: 'currencyCode must be one of the documented values',
            fieldLocation: 'events[1].currencyCode',
          },
        ],
      },
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no description', { eventDescription: undefined }, 'eventDescription'],
    [
      'an unknown type',
      { eventDescription: { ...DESCRIPTION, conversionType: 'BUY' } },
      'eventDescription.conversionType',
    ],
    [
      'a source of v1',
      { eventDescription: { ...DESCRIPTION, eventSource: 'FIRE_TABLET' } },
      'eventDescription.eventSource',
    ],
    [
      'another ingestion',
      { eventDescription: { ...DESCRIPTION, eventIngestionMethod: 'MMP' } },
      'eventDescription.eventIngestionMethod',
    ],
    [
      'a data set that begins with a digit',
      { eventDescription: { ...DESCRIPTION, dataSetName: '1a' } },
      'eventDescription.dataSetName',
    ],
    ['a definition id', { conversionDefinitionId: '1234567890' }, 'conversionDefinitionId'],
    ["v1's time field", { timestamp: '2026-03-10T11:00:00Z' }, 'timestamp'],
    ["v1's dedupe id", { clientDedupeId: 'a' }, 'clientDedupeId'],
    ['a time over 21 days old', { eventTime: '2026-02-17T11:59:59Z' }, 'eventTime'],
    ['a time ahead', { eventTime: '2026-03-10T12:06:00Z' }, 'eventTime'],
    ['a time without offset', { eventTime: '2026-03-10T11:00:00' }, 'eventTime'],
    ['a country in small letters', { countryCode: 'us' }, 'countryCode'],
    ['no match keys', { matchKeys: [] }, 'matchKeys'],
    [
      'two values',
      { matchKeys: [{ type: 'EMAIL', values: [sha256('a'), sha256('b')] }] },
      'matchKeys[0].values',
    ],
    [
      'a hashed device id',
      { matchKeys: [{ type: 'MAID', values: [sha256('a')] }] },
      'matchKeys[0].values[0]',
    ],
    [
      'a long match id',
      { matchKeys: [{ type: 'MATCH_ID', values: ['a'.repeat(101)] }] },
      'matchKeys[0].values[0]',
    ],
    ['a currency that is none of the list', { value: 1, currencyCode: 'BTC' }, 'currencyCode'],
    ['no units', { unitsSold: 0 }, 'unitsSold'],
    [
      'a data set of 101 signs',
      { eventDescription: { ...DESCRIPTION, dataSetName: 'a'.repeat(101) } },
      'eventDescription.dataSetName',
    ],
    [
      'an unknown data type',
      { customData: [{ name: 'a', value: 'b', dataType: 'FLOAT' }] },
      'customData[0].dataType',
    ],
    ['an unknown country', { countryCode: 'EU' }, 'countryCode'],
    ['sixteen match keys', { matchKeys: Array(16).fill(EMAIL) }, 'matchKeys'],
    [
      'an address that is no IP',
      { matchKeys: [{ type: 'FIP', values: ['localhost'] }] },
      'matchKeys[0].values[0]',
    ],
    [
      'a match id with signs',
      { matchKeys: [{ type: 'MATCH_ID', values: ['a-1'] }] },
      'matchKeys[0].values[0]',
    ],
    [
      'an e-mail in the clear',
      { matchKeys: [{ type: 'EMAIL', values: ['a@b.c'] }] },
      'matchKeys[0].values[0]',
    ],
    ['three decimals', { value: 0.001 }, 'value'],
    ['a negative purchase', { value: -0.01 }, 'value'],
    [
      'units of an event that is not a purchase',
      { eventDescription: { ...DESCRIPTION, conversionType: 'SIGN_UP' }, unitsSold: 1 },
      'unitsSold',
    ],
    ['units beyond 32 bits', { unitsSold: 2 ** 31 }, 'unitsSold'],
    ['options as text', { dataProcessingOptions: 'LIMITED_DATA_USE' }, 'dataProcessingOptions'],
    [
      'consent without user data',
      { consent: { amazonConsent: { amznAdStorage: 'DENIED' } } },
      'consent.amazonConsent.amznUserData',
    ],
    [
      'an unknown consent',
      { consent: { amazonConsent: { amznUserData: 'YES' } } },
      'consent.amazonConsent.amznUserData',
    ],
    ['a place that is no IP', { consent: { geo: { ipAddress: 'here' } } }, 'consent.geo.ipAddress'],
    [
      'fourteen custom values',
      { customData: Array(14).fill({ name: 'a', value: 'b' }) },
      'customData',
    ],
    [
      'a custom name with a dash',
      { customData: [{ name: 'a-b', value: 'c' }] },
      'customData[0].name',
    ],
    [
      'a click token without its time',
      { arefMeasurementTokens: 'AbCdEf1234' },
      'arefMeasurementTokens',
    ],
    ['a long user agent', { deviceInfo: { userAgent: 'x'.repeat(513) } }, 'deviceInfo.userAgent'],
    ['an e-mail hash as event id', { eventId: sha256('test@example.com') }, 'eventId'],
  ])('rejects %s', async (_what, changes, field) => {
    const { sandbox, body } = await create([apiEvent(changes)]);
    expect(body.success).toEqual([]);
    expect(
      body.error[0].errors.map(({ fieldLocation }: { fieldLocation: string }) => fieldLocation),
    ).toEqual([`events[0].${field}`]);
    expect(sandbox.state.conversions()).toEqual([]);
  });

  it('names at most 20 problems of one event', async () => {
    const junk = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`field${index}`, 1]));
    expect((await create([apiEvent(junk)])).body.error[0].errors).toHaveLength(20);
  });

  it.each<[string, Record<string, unknown> | undefined, boolean]>([
    ['nothing', undefined, false],
    ['an empty consent', {}, false],
    ['a TCF string', { tcf: 'CP' }, true],
    ['a GPP string', { gpp: 'DB' }, true],
    ['an address', { geo: { ipAddress: '192.0.2.1' } }, true],
    ["Amazon's own consent", { amazonConsent: { amznUserData: 'GRANTED' } }, true],
  ])("asks a European advertiser's events for consent: %s", async (_what, consent, taken) => {
    const event = apiEvent({ countryCode: 'DE', ...(consent && { consent }) });
    expect((await create([event], EU)).body.success).toHaveLength(taken ? 1 : 0);
  });

  it('takes an event whose user refused, and does not count it', async () => {
    const consent = { amazonConsent: { amznUserData: 'DENIED' } };
    const { sandbox } = await create([apiEvent({ consent })], EU);
    expect(sandbox.state.conversions()[0]?.excluded).toBe('consent_denied');
  });

  it('keeps the latest of several events with one id', async () => {
    const { sandbox } = await create([1, 2, 3].map((value) => apiEvent({ eventId: 'one', value })));
    expect(
      sandbox.state.conversions().map(({ received, event }) => [received, event['value']]),
    ).toEqual([[3, 3]]);
  });

  const one = { events: [apiEvent()] };

  it.each<[string, Partial<Call>, number, string]>([
    ['no token', { headers: { authorization: undefined } }, 401, 'UNAUTHORIZED'],
    ['no client id', { headers: { 'amazon-ads-clientid': undefined } }, 401, 'UNAUTHORIZED'],
    ['no account', { headers: { 'amazon-ads-accountid': undefined } }, 400, 'BAD_REQUEST'],
    ["another region's host", { host: 'advertising-api-fe.amazon.com' }, 401, 'UNAUTHORIZED'],
    ["another user's account", { user: 'none' }, 403, 'FORBIDDEN'],
    [
      'terms that were not accepted',
      { user: 'terms', account: SANDBOX_TERMS_ACCOUNT },
      403,
      'FORBIDDEN',
    ],
    [
      "v1's media type",
      { headers: { 'content-type': 'application/vnd.x.v1+json' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ["v1's Accept", { headers: { accept: 'application/vnd.x.v1+json' } }, 406, 'NOT_ACCEPTABLE'],
    ['a body that is no JSON', { body: '{' }, 400, 'BAD_REQUEST'],
    ["v1's frame", { body: { eventData: [apiEvent()] } }, 400, 'BAD_REQUEST'],
    ['an empty list', { body: { events: [] } }, 400, 'BAD_REQUEST'],
    ['501 events', { body: { events: Array(501).fill(apiEvent()) } }, 400, 'BAD_REQUEST'],
    ['more than 5 MB', { body: 'x'.repeat(5 * 1024 * 1024 + 1) }, 413, 'CONTENT_TOO_LARGE'],
  ])('refuses the whole request for %s', async (_what, call, status, code) => {
    const sandbox = await openSandbox();
    const answer = await postEvents(sandbox, { body: one, ...call });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ code, message: expect.any(String) });
  });

  it('takes the entity id as account as well', async () => {
    const headers = { 'amazon-ads-accountid': `ENTITY${SANDBOX_ACCOUNTS.na}` };
    const { sandbox, status } = await create(one.events, { headers });
    expect([status, sandbox.state.conversions()[0]?.account]).toEqual([207, SANDBOX_ACCOUNTS.na]);
  });

  it('takes 500 events', async () => {
    expect((await create(Array(500).fill(apiEvent()))).body.success).toHaveLength(500);
  });
});
