import { describe, expect, test } from 'vitest';
import type { Settings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { DEDUPE_ID, makeConversion, makeOutgoing, openAmazon } from '../../../kit/amazon.js';

const EMAIL = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';
const identifiers = { plain: { email: 'test@example.com' }, hashed: {}, country: 'US' };
const channel = openAmazon();

/** What the request carries of one event. */
function bodyOf(event: Partial<ConversionEvent>, settings: Partial<Settings> = {}): unknown {
  const outgoing = makeOutgoing(
    makeConversion({ identifiers, ...event }),
    '1234567890123456789',
    settings,
  );
  return JSON.parse(String(openAmazon({}, settings).request([outgoing], 'token').body));
}

/** The smallest event that Amazon takes (docs/reference/amazon.md#capi-v1-events). */
const base = {
  conversionDefinitionId: '1234567890123456789',
  name: 'First Purchase',
  timestamp: '2026-11-18T20:14:05Z',
  countryCode: 'US',
  matchKeys: [{ type: 'EMAIL', values: [EMAIL] }],
  clientDedupeId: DEDUPE_ID,
};

describe('body, field for field', () => {
  const money = { value: '9.995', currency: 'USD', quantity: 3 };
  test.each<[string, Partial<ConversionEvent>, object, Partial<Settings>?]>([
    ['smallest', {}, base],
    ['purchase', money, { ...base, value: 10, currencyCode: 'USD', unitsSold: 3 }],
    ['value without currency: neither', { value: '9.99' }, base],
    ['currency without value: neither', { currency: 'USD' }, base],
    [
      'a free purchase',
      { value: '0', currency: 'JPY' },
      { ...base, value: 0, currencyCode: 'JPY' },
    ],
    ['no purchase: no money, no units', { ...money, name: 'lead' }, base],
    [
      'unsupported currency, counted',
      { ...money, currency: 'CHF' },
      { ...base, unitsSold: 3 },
      { 'amazon.unsupportedCurrency': 'count' },
    ],
    [
      'limited data use',
      { consent: { limitedDataUse: true } },
      { ...base, dataProcessingOptions: 'LIMITED_DATA_USE' },
    ],
    [
      'no consent, click or device field here',
      {
        consent: { tcf: 'CPXx', amznUserData: 'GRANTED' },
        click: { fields: { aref: 'aB3dE6gH9j.1795032000000', amazon_ad_event_key: 'key' } },
        identifiers: { ...identifiers, userAgent: 'Mozilla/5.0', ip: '203.0.113.7', matchId: 'A1' },
      },
      base,
    ],
  ])('%s', (_name, event, expected, settings) => {
    expect(bodyOf(event, settings)).toEqual({ source: 'SERVER_TO_SERVER', eventData: [expected] });
  });

  test('ten match key types: the nine strongest go, one value each, MATCH_ID never', () => {
    const hash = (digit: string): string => digit.repeat(64);
    const body = bodyOf({
      identifiers: {
        plain: {},
        hashed: {
          email: hash('1'),
          phone: hash('2'),
          first_name: hash('3'),
          last_name: hash('4'),
          address: hash('5'),
          postal_code: hash('6'),
          city: hash('7'),
          state: hash('8'),
        },
        country: 'US',
        maid: '38400000-8cf0-11bd-b23e-10b96e40000d',
        rampId: 'XY1000',
        matchId: 'A1',
      },
    });
    expect(body).toHaveProperty('eventData.0.matchKeys', [
      { type: 'EMAIL', values: [hash('1')] },
      { type: 'PHONE', values: [hash('2')] },
      { type: 'MAID', values: ['38400000-8cf0-11bd-b23e-10b96e40000d'] },
      { type: 'RAMP_ID', values: ['XY1000'] },
      { type: 'FIRST_NAME', values: [hash('3')] },
      { type: 'LAST_NAME', values: [hash('4')] },
      { type: 'ADDRESS', values: [hash('5')] },
      { type: 'POSTAL', values: [hash('6')] },
      { type: 'CITY', values: [hash('7')] },
    ]);
  });

  test('text is JSON whatever the goal is called, and several events are one array', () => {
    const outgoing = makeOutgoing(makeConversion({ identifiers }), '1');
    outgoing.postback.goalName = 'Käufe "ab\\c\u2028" 😀\n';
    const body = JSON.parse(String(channel.request([outgoing, outgoing], 'token').body)) as {
      eventData: unknown[];
    };
    expect(body.eventData).toEqual(
      Array(2).fill({ ...base, conversionDefinitionId: '1', name: 'Käufe "ab\\c\u2028" 😀\n' }),
    );
  });
});

describe('request', () => {
  const outgoing = makeOutgoing(makeConversion({ identifiers }), '1');
  const headers = {
    'Content-Type': 'application/vnd.dspconversioneventimport.v1+json',
    Accept: 'application/vnd.dspconversioneventimport.v1+json',
    'Amazon-Advertising-API-ClientId': 'amzn1.application-oa2-client.1',
    'Amazon-Ads-AccountId': '4567890123',
    Authorization: 'Bearer Atza|token',
  };
  test.each([
    [{}, 'https://advertising-api.amazon.com', headers],
    [{ region: 'eu' }, 'https://advertising-api-eu.amazon.com', headers],
    [{ region: 'fe' }, 'https://advertising-api-fe.amazon.com', headers],
    [
      { profileId: '777' },
      'https://advertising-api.amazon.com',
      { ...headers, 'Amazon-Advertising-API-Scope': '777' },
    ],
  ])('%j', (connection, origin, expected) => {
    expect(openAmazon(connection).request([outgoing], 'Atza|token')).toEqual({
      method: 'POST',
      url: `${origin}/accounts/4567890123/dsp/conversionDefinitions/eventData`,
      headers: expected,
      body: expect.any(String) as string,
    });
  });
});

test('limits', () => {
  expect(channel.limits).toEqual({
    maxEvents: 100,
    maxBytes: 1_000_000,
    requestsPerSecond: 5,
    windowMs: 604_800_000,
    futureMs: 300_000,
  });
});

describe('check', () => {
  test.each<[string, Partial<ConversionEvent>, string | undefined, Partial<Settings>?]>([
    ['sendable', {}, undefined],
    ['no identifier', { identifiers: { plain: {}, hashed: {}, country: 'US' } }, 'no_match_key'],
    [
      'only a MATCH_ID',
      { identifiers: { plain: {}, hashed: {}, country: 'US', matchId: 'A1' } },
      'no_match_key',
    ],
    ['no country', { identifiers: { ...identifiers, country: undefined } }, 'no_country'],
    ['no consent signal is needed', { identifiers: { ...identifiers, country: 'DE' } }, undefined],
    ['unsupported currency', { value: '1', currency: 'CHF' }, 'unsupported_currency'],
    [
      '... counted',
      { value: '1', currency: 'CHF' },
      undefined,
      { 'amazon.unsupportedCurrency': 'count' },
    ],
    ['... of no purchase', { name: 'lead', value: '-1', currency: 'CHF' }, undefined],
    ['negative purchase', { value: '-1', currency: 'USD' }, 'incomplete_event'],
  ])('%s', (_name, event, reason, settings = {}) => {
    const { postback, mapping } = makeOutgoing(
      makeConversion({ identifiers, ...event }),
      '1',
      settings,
    );
    const skip = openAmazon({ region: 'eu' }, settings).check(postback.facts, mapping);
    expect(skip?.reason).toBe(reason);
    expect(skip?.message ?? 'none').not.toContain('test@example.com');
  });

  test('a mapping of the other contract', () => {
    const { postback } = makeOutgoing(makeConversion({ identifiers }), '1');
    const mapping = { name: 'n', type: 'OTHER', source: 'WEBSITE' };
    expect(channel.check(postback.facts, mapping)?.reason).toBe('unmapped_goal');
  });
});
