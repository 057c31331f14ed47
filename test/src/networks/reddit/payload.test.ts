import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { sha256Hex } from '../../../../src/identity/hash.js';
import {
  prepareRedditPayload,
  type RedditPayload,
} from '../../../../src/networks/reddit/payload.js';
import { makeConversion } from '../../../kit/amazon.js';

const uuid = '123e4567-e89b-12d3-a456-426614174000';
const maid = '38400000-8cf0-11bd-b23e-10b96e40000d';
const nobody = { plain: {}, hashed: {} };

function prepare(event: Partial<ConversionEvent>): RedditPayload {
  return prepareRedditPayload(makeConversion(event), defaultSettings());
}

test('everything', () => {
  const facts = prepare({
    value: '9.990',
    currency: 'USD',
    quantity: 2,
    itemId: 'starter-pack',
    itemName: 'Starter pack',
    source: 'ios',
    pageUrl: 'https://shop.example/thanks?order=1&email=jo@example.com#top',
    identifiers: {
      plain: {
        email: 'Al.ice$+Apple@Example.Com',
        phone: '571-412-0599',
        first_name: 'Alice',
        state: 'CA',
      },
      hashed: {},
      country: 'US',
      externalId: 'player-17',
      maid,
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0',
    },
    click: { fields: { rdt_cid: ' 3184742045291813272 ', rdt_uuid: `1700000000000.${uuid}` } },
    consent: { limitedDataUse: true },
  });
  expect(facts).toEqual({
    clickId: '3184742045291813272',
    actionSource: 'APP',
    url: 'https://shop.example/thanks?order=1',
    purchase: true,
    value: '9.99',
    currency: 'USD',
    units: 2,
    itemId: 'starter-pack',
    itemName: 'Starter pack',
    limited: { country: 'US', region: 'CA' },
    user: {
      email: 'ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976',
      phone_number: sha256Hex('+15714120599'),
      external_id: sha256Hex('player-17'),
      uuid,
      ip_address: '203.0.113.7',
      user_agent: 'Mozilla/5.0',
      idfa: maid,
    },
  });
  expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
});

test('nothing but what is there', () => {
  expect(prepare({ name: 'wishlist_add' })).toEqual({ actionSource: 'WEBSITE', user: {} });
});

describe('where it happened', () => {
  test.each([
    [undefined, 'WEBSITE'],
    ['website', 'WEBSITE'],
    ['app', 'APP'],
    ['android', 'APP'],
    ['ios', 'APP'],
    ['fire_tv', 'APP'],
    ['offline', 'PHYSICAL_STORE'],
  ] as const)('%s', (source, actionSource) => {
    expect(prepare(source === undefined ? {} : { source }).actionSource).toBe(actionSource);
  });

  const pageUrl = 'https://game.example/';
  test.each<[Partial<ConversionEvent>, string]>([
    [{ surface: 'app' }, 'APP'],
    [{ surface: 'app', pageUrl }, 'APP'],
    [{ surface: 'web' }, 'WEBSITE'],
    [{ pageUrl }, 'WEBSITE'],
    [{ surface: 'app', source: 'website' }, 'WEBSITE'],
  ])('follows from %j', (event, actionSource) => {
    expect(prepare(event).actionSource).toBe(actionSource);
  });
});

describe('whose advertising id it is', () => {
  test.each<[Partial<ConversionEvent>, object]>([
    [{ source: 'ios' }, { idfa: maid }],
    [{ source: 'android' }, { aaid: maid }],
    [{ properties: { idfa: maid } }, { idfa: maid }],
    [{ properties: { gaid: maid } }, { aaid: maid }],
    [{ source: 'android', properties: { idfa: maid } }, { aaid: maid }],
    [{}, {}],
    [
      { source: 'ios', identifiers: { ...nobody, maid: '00000000-0000-0000-0000-000000000000' } },
      {},
    ],
    [{ source: 'ios', identifiers: { ...nobody, maid: 'jo@example.com' } }, {}],
  ])('%j', (event, user) => {
    expect(prepare({ identifiers: { ...nobody, maid }, ...event }).user).toEqual(user);
  });
});

describe('ids in clear: of another shape they are left out', () => {
  test.each<[string, Partial<ConversionEvent>]>([
    ['a click id with an @', { click: { fields: { rdt_cid: 'jo@example.com' } } }],
    ['a cookie that holds no UUID', { click: { fields: { rdt_uuid: '1700000000.abcd-uuid' } } }],
    ['an address that is no IP address', { identifiers: { ...nobody, ip: '10 Main St' } }],
    ['a page that is not a web page', { pageUrl: 'file:///home/jo/index.html' }],
    ['a quantity of nothing', { quantity: 0 }],
    ['half a thing', { quantity: 1.5 }],
  ])('%s', (_name, event) => {
    expect(prepare({ name: 'lead', ...event })).toEqual({ actionSource: 'WEBSITE', user: {} });
  });
});

describe('limited data use', () => {
  test.each<[Partial<ConversionEvent['identifiers']>, object]>([
    [{}, {}],
    [{ country: 'US' }, { country: 'US' }],
    [
      { country: 'US', plain: { state: 'us-ca' } },
      { country: 'US', region: 'US-CA' },
    ],
    [{ country: 'US', plain: { state: 'California' } }, { country: 'US' }],
  ])('%j', (identifiers, limited) => {
    const facts = prepare({
      consent: { limitedDataUse: true },
      identifiers: { ...nobody, ...identifiers },
    });
    expect(facts.limited).toEqual(limited);
  });
});

test('a hashed external id is passed on', () => {
  const identifiers = { ...nobody, externalId: sha256Hex('player-17').toUpperCase() };
  expect(prepare({ identifiers }).user).toEqual({ external_id: sha256Hex('player-17') });
});
