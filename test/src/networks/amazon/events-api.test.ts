import { describe, expect, test } from 'vitest';
import type { Settings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { EventDescription } from '../../../../src/goals/goal.js';
import {
  DEDUPE_ID,
  EVENT_DESCRIPTION,
  makeConversion,
  makeOutgoing,
  openAmazon,
} from '../../../kit/amazon.js';

const EMAIL = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';
const identifiers = { plain: { email: 'test@example.com' }, hashed: {}, country: 'US' };
const api = { api: 'events-api' };
const channel = openAmazon(api);
const lead: EventDescription = { name: 'Lead', type: 'LEAD', source: 'IOS', dataset: 'my_set' };

function bodyOf(
  event: Partial<ConversionEvent>,
  mapping: EventDescription = EVENT_DESCRIPTION,
  settings: Partial<Settings> = {},
): unknown {
  const outgoing = makeOutgoing(makeConversion({ identifiers, ...event }), mapping, settings);
  return JSON.parse(String(openAmazon(api, settings).request([outgoing], 'token').body));
}

/** The smallest event that Amazon takes (docs/reference/amazon.md#events-api-events). */
const base = {
  eventDescription: {
    name: 'First purchase',
    conversionType: 'OFF_AMAZON_PURCHASES',
    eventSource: 'WEBSITE',
    eventIngestionMethod: 'SERVER_TO_SERVER',
  },
  eventTime: '2026-11-18T20:14:05.678Z',
  countryCode: 'US',
  matchKeys: [{ type: 'EMAIL', values: [EMAIL] }],
  eventId: DEDUPE_ID,
};
const leadBase = {
  ...base,
  eventDescription: {
    name: 'Lead',
    conversionType: 'LEAD',
    eventSource: 'IOS',
    eventIngestionMethod: 'SERVER_TO_SERVER',
    dataSetName: 'my_set',
  },
};

describe('body, field for field', () => {
  const money = { value: '9.99', currency: 'CHF', quantity: 3 };
  const sent = { value: 9.99, currencyCode: 'CHF', unitsSold: 3 };
  const count = { 'amazon.unsupportedCurrency': 'count' } as const;
  test.each<[string, Partial<ConversionEvent>, object, EventDescription?, Partial<Settings>?]>([
    ['smallest', {}, base],
    ['purchase', money, { ...base, ...sent }],
    [
      'the mapping says what is a purchase',
      { ...money, name: 'checkout_done' },
      { ...base, ...sent },
    ],
    ['no purchase: no money, no units; a data set', money, leadBase, lead],
    ['value without currency: neither', { value: '9.99' }, base],
    [
      'unsupported currency, counted',
      { ...money, currency: 'AOA' },
      { ...base, unitsSold: 3 },
      undefined,
      count,
    ],
    ['more units than an int32 holds', { quantity: 2_147_483_648 }, base],
    ['TCF', { consent: { tcf: 'CPXx' } }, { ...base, consent: { tcf: 'CPXx' } }],
    ['GPP', { consent: { gpp: 'DBAB~CP' } }, { ...base, consent: { gpp: 'DBAB~CP' } }],
    [
      'Amazon consent, denied',
      { consent: { amznUserData: 'DENIED', amznAdStorage: 'GRANTED' } },
      { ...base, consent: { amazonConsent: { amznUserData: 'DENIED', amznAdStorage: 'GRANTED' } } },
    ],
    [
      'limited data use',
      { consent: { limitedDataUse: true } },
      { ...base, dataProcessingOptions: { options: 'LIMITED_DATA_USE' } },
    ],
    [
      'the click',
      {
        click: { fields: { aref: 'aB3dE6gH9j.1795032000000|bad', amazon_ad_event_key: 'key "1"' } },
      },
      { ...base, amazonAdEventKey: 'key "1"', arefMeasurementTokens: 'aB3dE6gH9j.1795032000000' },
    ],
    [
      'the device, no IP address',
      { identifiers: { ...identifiers, userAgent: 'Mozilla/5.0', ip: '203.0.113.7' } },
      { ...base, deviceInfo: { userAgent: 'Mozilla/5.0' } },
    ],
    [
      'MATCH_ID',
      { identifiers: { plain: {}, hashed: {}, country: 'US', matchId: 'A1' } },
      { ...base, matchKeys: [{ type: 'MATCH_ID', values: ['A1'] }] },
    ],
  ])('%s', (_name, event, expected, mapping, settings) => {
    expect(bodyOf(event, mapping, settings)).toEqual({ events: [expected] });
  });
});

test.each([
  ['na', 'https://advertising-api.amazon.com'],
  ['eu', 'https://advertising-api-eu.amazon.com'],
  ['fe', 'https://advertising-api-fe.amazon.com'],
])('request in %s: never a Scope', (region, origin) => {
  const outgoing = makeOutgoing(makeConversion({ identifiers }), EVENT_DESCRIPTION);
  expect(
    openAmazon({ ...api, region, profileId: '777' }).request([outgoing], 'Atza|token'),
  ).toEqual({
    method: 'POST',
    url: `${origin}/adsApi/v1/create/events`,
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'Amazon-Ads-ClientId': 'amzn1.application-oa2-client.1',
      'Amazon-Ads-AccountId': '4567890123',
      Authorization: 'Bearer Atza|token',
    },
    body: expect.any(String) as string,
  });
});

test('limits; the window is a setting', () => {
  const limits = { maxEvents: 500, maxBytes: 1_000_000, requestsPerSecond: 5, futureMs: 300_000 };
  expect(channel.limits).toEqual({ ...limits, windowMs: 604_800_000 });
  expect(openAmazon(api, { 'amazon.eventsApiWindowDays': 21 }).limits.windowMs).toBe(1_814_400_000);
});

describe('check', () => {
  const german = { identifiers: { ...identifiers, country: 'DE' } };
  const fromFull = { 'consent.amazonFromLevel': 'full' } as const;
  test.each<[string, string, Partial<ConversionEvent>, string | undefined, Partial<Settings>?]>([
    ['sendable', 'na', {}, undefined],
    [
      'no identifier',
      'na',
      { identifiers: { plain: {}, hashed: {}, country: 'US' } },
      'no_match_key',
    ],
    ['no country', 'na', { identifiers: { ...identifiers, country: undefined } }, 'no_country'],
    ['European advertiser', 'eu', {}, 'eu_consent_missing'],
    ['European person', 'na', german, 'eu_consent_missing'],
    [
      'an IP address does not count as consent',
      'na',
      { identifiers: { ...german.identifiers, ip: '203.0.113.7' } },
      'eu_consent_missing',
    ],
    ['denied is a signal', 'na', { ...german, consent: { amznUserData: 'DENIED' } }, undefined],
    ['TCF', 'eu', { consent: { tcf: 'CPXx' } }, undefined],
    ['level full, by setting', 'eu', german, undefined, fromFull],
    [
      'level anonymous',
      'eu',
      { ...german, consentLevel: 'anonymous' },
      'eu_consent_missing',
      fromFull,
    ],
    ['unsupported currency', 'na', { value: '1', currency: 'AOA' }, 'unsupported_currency'],
    ['a currency of 81', 'na', { value: '1', currency: 'CHF' }, undefined],
    ['negative purchase', 'na', { value: '-1', currency: 'USD' }, 'incomplete_event'],
  ])('%s', (_name, region, event, reason, settings = {}) => {
    const { postback, mapping } = makeOutgoing(
      makeConversion({ identifiers, ...event }),
      EVENT_DESCRIPTION,
      settings,
    );
    expect(openAmazon({ ...api, region }, settings).check(postback.facts, mapping)?.reason).toBe(
      reason,
    );
  });

  test('money is judged for purchases only; a definition id belongs to the other contract', () => {
    const { postback } = makeOutgoing(
      makeConversion({ identifiers, value: '-1', currency: 'AOA' }),
      lead,
    );
    expect(channel.check(postback.facts, lead)).toBeUndefined();
    expect(channel.check(postback.facts, '1')?.reason).toBe('unmapped_goal');
  });
});
