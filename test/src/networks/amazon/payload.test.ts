import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../../src/config/settings.js';
import type { Identifiers } from '../../../../src/events/conversion-event.js';
import { HASHED_FIELDS } from '../../../../src/events/conversion-event.js';
import { EMPTY_HASH, sha256Hex } from '../../../../src/identity/hash.js';
import type { AmazonPayload } from '../../../../src/networks/amazon/payload.js';
import { prepareAmazonPayload } from '../../../../src/networks/amazon/payload.js';
import { makeConversion } from '../../../kit/amazon.js';

const settings = defaultSettings();
const uuid = '38400000-8cf0-11bd-b23e-10b96e40000d';

function keysOf(identifiers: Partial<Identifiers>, parts = settings): AmazonPayload['keys'] {
  const full = { plain: {}, hashed: {}, country: 'US', ...identifiers };
  return prepareAmazonPayload(makeConversion({ identifiers: full }), parts).keys;
}

describe('raw match keys', () => {
  test.each([
    [{ maid: uuid }, { MAID: uuid }],
    [{ maid: ` ${uuid.toUpperCase()} ` }, { MAID: uuid.toUpperCase() }],
    [{ maid: '00000000-0000-0000-0000-000000000000' }, {}],
    [{ maid: 'jo@example.com' }, {}],
    [{ rampId: 'XY1000bXVLtXl-IXDvGOByKHtOW1fg7' }, { RAMP_ID: 'XY1000bXVLtXl-IXDvGOByKHtOW1fg7' }],
    [{ rampId: 'jo@example.com' }, {}],
    [{ rampId: 'a"b' }, {}],
    [{ matchId: 'A1b2' }, { MATCH_ID: 'A1b2' }],
    [{ matchId: 'x'.repeat(100) }, { MATCH_ID: 'x'.repeat(100) }],
    [{ matchId: 'x'.repeat(101) }, {}],
    [{ matchId: 'a-b' }, {}],
    [{ ip: '203.0.113.7', externalId: 'player-1' }, {}],
  ])('%j', (identifiers, keys) => {
    expect(keysOf(identifiers)).toEqual(keys);
  });

  test('RAMP_ID is hashed where the setting says so, but not twice', () => {
    const hash = { ...settings, 'amazon.rampId': 'hash' as const };
    expect(keysOf({ rampId: 'XY1000' }, hash)).toEqual({ RAMP_ID: sha256Hex('XY1000') });
    expect(keysOf({ rampId: sha256Hex('XY1000') }, hash)).toEqual({ RAMP_ID: sha256Hex('XY1000') });
  });
});

test('everything, for both contracts', () => {
  const facts = prepareAmazonPayload(
    makeConversion({
      value: '9.990',
      currency: 'USD',
      quantity: 2,
      identifiers: {
        plain: { email: 'Test@Example.com' },
        hashed: { phone: 'ab'.repeat(32) },
        country: 'US',
        userAgent: 'Mozilla/5.0',
      },
      click: { fields: { aref: 'aB3dE6gH9j.1795032000000', amazon_ad_event_key: ' key-1 ' } },
      consent: { tcf: 'CPXx', limitedDataUse: true },
    }),
    settings,
  );
  expect(facts).toEqual({
    keys: {
      EMAIL: '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b',
      PHONE: 'ab'.repeat(32),
    },
    country: 'US',
    purchase: true,
    value: '9.99',
    currency: 'USD',
    units: 2,
    consent: { tcf: 'CPXx' },
    limitedDataUse: true,
    aref: 'aB3dE6gH9j.1795032000000',
    adEventKey: 'key-1',
    userAgent: 'Mozilla/5.0',
  });
  expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
});

test('nothing but what is there', () => {
  expect(prepareAmazonPayload(makeConversion({ name: 'wishlist_add' }), settings)).toEqual({
    keys: {},
  });
});

test.each([0, -1, 1.5, NaN, 1e13])('quantity %d is left out', (quantity) => {
  expect(prepareAmazonPayload(makeConversion({ quantity }), settings)).not.toHaveProperty('units');
});

test('the user agent is cut to 512 characters, never through one', () => {
  const identifiers = { plain: {}, hashed: {}, userAgent: `${'x'.repeat(511)}😀` };
  expect(prepareAmazonPayload(makeConversion({ identifiers }), settings).userAgent).toBe(
    'x'.repeat(511),
  );
});

describe('settings', () => {
  test('amazon.defaultCountry stands in for a missing country only', () => {
    const withDefault = { ...settings, 'amazon.defaultCountry': 'de' };
    const event = makeConversion({ identifiers: { plain: {}, hashed: {}, country: 'US' } });
    expect(prepareAmazonPayload(makeConversion(), withDefault).country).toBe('DE');
    expect(prepareAmazonPayload(event, withDefault).country).toBe('US');
  });

  test('identity.phoneCountry and amazon.emailPlus reach the rules', () => {
    const chosen = {
      ...settings,
      'identity.phoneCountry': 'GB',
      'amazon.emailPlus': 'keep' as const,
    };
    expect(keysOf({ plain: { phone: '020 7946 0018', email: 'a+b@c.example' } }, chosen)).toEqual({
      EMAIL: sha256Hex('a+b@c.example'),
      PHONE: sha256Hex('442079460018'),
    });
  });
});

test('no identifier is left in plain text, and no empty one hashed', () => {
  const field = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.emailAddress(),
    fc.constantFrom('', ' ', '+1 571 412 0599'),
  );
  const plain = fc.record(Object.fromEntries(HASHED_FIELDS.map((name) => [name, field])));
  const country = fc.constantFrom('US', 'GB', 'FR', 'JP', undefined);
  fc.assert(
    fc.property(plain, country, field, (texts, code, id) => {
      const identifiers = {
        plain: texts,
        hashed: {},
        ip: id,
        externalId: id,
        ...(code ? { country: code } : {}),
      };
      const facts = prepareAmazonPayload(makeConversion({ name: 'lead', identifiers }), settings);
      for (const hash of Object.values(facts.keys)) {
        expect(hash).toMatch(/^[0-9a-f]{64}$/);
        expect(hash).not.toBe(EMPTY_HASH);
      }
      expect({ ...facts, keys: {} }).toEqual({ keys: {}, ...(code ? { country: code } : {}) });
    }),
  );
});
