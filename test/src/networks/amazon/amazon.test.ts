import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { AuthError, ConfigError } from '../../../../src/errors.js';
import { amazon } from '../../../../src/networks/amazon/amazon.js';
import type { Mapping } from '../../../../src/goals/goal.js';
import {
  EVENT_DESCRIPTION,
  makeAmazonConnection,
  makeConversion,
  makeOutgoing,
  openAmazon,
} from '../../../kit/amazon.js';
import { measuredBodyOf } from '../../../kit/outgoing.js';

describe('open', () => {
  test('speaks CAPI v1 unless the connection says otherwise', () => {
    expect(openAmazon().limits.maxEvents).toBe(100);
    expect(openAmazon({ api: 'capi-v1' }).limits.maxEvents).toBe(100);
    expect(openAmazon({ api: 'events-api' }).limits.maxEvents).toBe(500);
  });

  test.each([
    [{ api: 'capi-v3' }, ConfigError, /expected capi-v1 or events-api/],
    [{ region: undefined }, AuthError, /no region; expected one of na, eu, fe/],
    [{ region: 'us' }, AuthError, /unknown region "us"/],
    [{ clientId: '' }, AuthError, /no client id/],
    [{ account: '' }, AuthError, /no advertiser account/],
  ])('refuses %j', (parts, kind, message) => {
    const open = (): unknown => amazon.open(makeAmazonConnection(parts), defaultSettings());
    expect(open).toThrow(kind);
    expect(open).toThrow(message);
  });
});

/** Events with every field, in text of every kind. */
const events = fc
  .record({
    text: fc.string({ unit: 'binary', maxLength: 300 }),
    email: fc.emailAddress(),
    value: fc.constantFrom('9999999999999.99', '0.01', undefined),
    quantity: fc.constantFrom(9_999_999_999_999, 2_147_483_647, undefined),
    hasMany: fc.boolean(),
  })
  .map(({ text, email, value, quantity, hasMany }): ConversionEvent => {
    const given = 'ab'.repeat(32);
    return makeConversion({
      value,
      currency: 'USD',
      quantity,
      identifiers: {
        plain: {
          email,
          first_name: 'Jo',
          last_name: 'Doe',
          address: '1 Elm',
          city: 'Rome',
          state: 'NY',
          postal_code: '12345',
        },
        hashed: { phone: given },
        country: 'US',
        rampId: hasMany ? 'x'.repeat(900) : 'XY',
        matchId: 'x'.repeat(100),
        maid: '38400000-8cf0-11bd-b23e-10b96e40000d',
        userAgent: text,
      },
      click: {
        fields: {
          amazon_ad_event_key: text,
          aref: 'aB3dE6gH9j.1795032000000|'.repeat(hasMany ? 147 : 1),
        },
      },
      consent: { amznUserData: 'GRANTED', amznAdStorage: 'GRANTED', limitedDataUse: true },
    });
  });

test.each<[string, Mapping]>([
  ['capi-v1', '9'.repeat(20)],
  ['events-api', EVENT_DESCRIPTION],
  [
    'events-api',
    { ...EVENT_DESCRIPTION, type: 'MOBILE_APP_FIRST_START', dataset: 'x'.repeat(100) },
  ],
])('%s: a body is as long as its events were measured', (api, mapping) => {
  const channel = openAmazon({ api });
  fc.assert(
    fc.property(
      fc.array(events, { minLength: 1, maxLength: 4 }),
      fc.string({ unit: 'binary' }),
      (some, goalName) => {
        const items = some.map((event) => makeOutgoing(event, mapping));
        for (const { postback } of items) postback.goalName = goalName;
        const body = measuredBodyOf(channel, items);
        expect(() => JSON.parse(body) as unknown).not.toThrow();
      },
    ),
  );
});
