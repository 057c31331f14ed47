import { describe, expect, test } from 'vitest';
import { defaultSettings, type Settings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { Channel, Connection } from '../../../../src/networks/network.js';
import { reddit } from '../../../../src/networks/reddit/reddit.js';
import { DEDUPE_ID } from '../../../kit/amazon.js';
import { measuredBodyOf, makePostback } from '../../../kit/outgoing.js';

const EMAIL = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';
const click = { fields: { rdt_cid: '3184742045291813272' } };

function openReddit(connection: Partial<Connection> = {}): Channel {
  return reddit.open(
    { network: 'reddit', account: 'a2_pixel', source: 'store', ...connection },
    defaultSettings(),
  );
}

/** What the request carries of one event. */
function bodyOf(
  event: Partial<ConversionEvent>,
  mapping = 'PURCHASE',
  connection: Partial<Connection> = {},
): { data: { test_id?: string; events: unknown[] } } {
  const outgoing = makePostback(reddit, { click, ...event }, mapping);
  return JSON.parse(String(openReddit(connection).request([outgoing], 'token').body)) as ReturnType<
    typeof bodyOf
  >;
}

/** The smallest event that Reddit takes. */
const base = {
  event_at: Date.UTC(2026, 10, 18, 20, 14, 5, 678),
  action_source: 'WEBSITE',
  click_id: '3184742045291813272',
  type: { tracking_type: 'PURCHASE' },
  metadata: { conversion_id: DEDUPE_ID },
};

describe('body, field for field', () => {
  test.each<[string, Partial<ConversionEvent>, object, string?]>([
    ['smallest', {}, base],
    [
      'a custom event',
      {},
      { ...base, type: { tracking_type: 'CUSTOM', custom_event_name: 'Level 10' } },
      'custom:Level 10',
    ],
    [
      'money of a purchase, digit for digit',
      { value: '1234567890123.45', currency: 'EUR', quantity: 3 },
      {
        ...base,
        metadata: { ...base.metadata, value: 1234567890123.45, currency: 'EUR', item_count: 3 },
      },
    ],
    ['value without currency: neither', { value: '9.99' }, base],
    ['currency without value: neither', { currency: 'USD' }, base],
    ['a currency of the game: neither', { name: 'resource', value: '5', currency: 'GEM' }, base],
    [
      'goods',
      { itemId: 'sku-1', itemName: 'Starter "pack"' },
      {
        ...base,
        metadata: { ...base.metadata, products: [{ id: 'sku-1', name: 'Starter "pack"' }] },
      },
    ],
    [
      'a page',
      { pageUrl: 'https://shop.example/a?b=1' },
      { ...base, event_source_url: 'https://shop.example/a?b=1' },
    ],
    ['an app', { source: 'android' }, { ...base, action_source: 'APP' }],
    [
      'identifiers: hashed, but for what Reddit wants in clear',
      {
        identifiers: {
          plain: { email: 'Te.st+games@Example.com', last_name: 'Doe' },
          hashed: { phone: 'ab'.repeat(32) },
          ip: '203.0.113.7',
          userAgent: 'Mozilla/5.0',
        },
      },
      {
        ...base,
        user: {
          email: EMAIL,
          phone_number: 'ab'.repeat(32),
          ip_address: '203.0.113.7',
          user_agent: 'Mozilla/5.0',
        },
      },
    ],
    [
      'limited data use, with country and region',
      {
        consent: { limitedDataUse: true },
        identifiers: { plain: { state: 'CA' }, hashed: {}, country: 'US' },
      },
      {
        ...base,
        user: { data_processing_options: { modes: ['LDU'], country: 'US', region: 'CA' } },
      },
    ],
    [
      'no click id, but an e-mail address',
      {
        click: { fields: { utm_source: 'reddit' } },
        identifiers: { plain: { email: 'test@example.com' }, hashed: {} },
      },
      { ...base, click_id: undefined, user: { email: EMAIL } },
    ],
  ])('%s', (_name, event, expected, mapping) => {
    expect(bodyOf(event, mapping)).toEqual({ data: { events: [expected] } });
  });

  test('the value is written without passing through a binary float', () => {
    const outgoing = makePostback(
      reddit,
      { click, value: '0.10000000000000000001', currency: 'USD' },
      'PURCHASE',
    );
    expect(String(openReddit().request([outgoing], 'token').body)).toContain(
      '"value":0.10000000000000000001,',
    );
  });
});

describe('the test id', () => {
  test.each([
    ['a test event with a test id', true, 't2_code', 't2_code'],
    ['a test event without one', true, undefined, undefined],
    ['a real event with one', false, 't2_code', undefined],
  ])('%s', (_name, isTest, testCode, expected) => {
    const body = bodyOf({ test: isTest }, 'PURCHASE', testCode === undefined ? {} : { testCode });
    expect(body.data.test_id).toBe(expected);
    expect(openReddit(testCode === undefined ? {} : { testCode }).testMode).toBe(
      testCode !== undefined,
    );
  });
});

test('request', () => {
  const outgoing = makePostback(reddit, { click }, 'PURCHASE');
  expect(openReddit({ account: 'a2_pixel/..' }).request([outgoing], 'secret')).toEqual({
    method: 'POST',
    url: 'https://ads-api.reddit.com/api/v3/pixels/a2_pixel%2F../conversion_events',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      Authorization: 'Bearer secret',
    },
    body: expect.any(String) as string,
  });
});

test('limits', () => {
  expect(openReddit().limits).toEqual({
    maxEvents: 1000,
    maxBytes: 1_000_000,
    requestsPerSecond: 10,
    windowMs: 604_800_000,
    futureMs: 300_000,
    dedupeWindowMs: 172_800_000,
    maxTestEvents: 1,
  });
});

describe('check', () => {
  const email = { plain: { email: 'test@example.com' }, hashed: {} };
  const organic = { fields: { utm_source: 'reddit', utm_medium: 'cpc' } };
  test.each<[string, Partial<ConversionEvent>, string | undefined]>([
    ['a click id', {}, undefined],
    [
      'a hashed e-mail address instead (the product, A2)',
      { click: organic, identifiers: email },
      undefined,
    ],
    ['neither', { click: organic }, 'no_click_id'],
    [
      'only a telephone number',
      { click: organic, identifiers: { plain: { phone: '+15714120599' }, hashed: {} } },
      'no_click_id',
    ],
    [
      'an e-mail address that is none',
      { click: organic, identifiers: { plain: { email: '+@x' }, hashed: {} } },
      'no_click_id',
    ],
    [
      'limited data use, country known',
      { consent: { limitedDataUse: true }, identifiers: { ...email, country: 'US' } },
      undefined,
    ],
    ['limited data use, country unknown', { consent: { limitedDataUse: true } }, 'no_country'],
    ['a purchase below zero', { value: '-1', currency: 'USD' }, 'incomplete_event'],
    ['a purchase in no currency', { value: '1', currency: 'GEM' }, 'unsupported_currency'],
    ['anything else in no currency', { name: 'resource', value: '-1', currency: 'GEM' }, undefined],
  ])('%s', (_name, event, reason) => {
    const { postback, mapping } = makePostback(reddit, { click, ...event }, 'PURCHASE');
    const skip = openReddit().check(postback.facts, mapping);
    expect(skip?.reason).toBe(reason);
    expect(skip?.message ?? 'none').not.toContain('test@example.com');
  });
});

test('an event takes no more bytes than was said', () => {
  const settings: Partial<Settings> = {};
  const events: Partial<ConversionEvent>[] = [
    {},
    {
      value: '1234567890.12',
      currency: 'USD',
      quantity: 2_147_483_647,
      itemId: '😀\u0001'.repeat(60),
      itemName: '"\\'.repeat(60),
      pageUrl: `https://shop.example/${'ä'.repeat(500)}`,
      identifiers: {
        plain: { email: 'a@b.example', phone: '+15714120599', state: 'CA' },
        hashed: {},
        country: 'US',
        externalId: 'player-17',
        maid: '38400000-8cf0-11bd-b23e-10b96e40000d',
        ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
        userAgent: '\u2028é'.repeat(200),
      },
      source: 'ios',
      consent: { limitedDataUse: true },
      click: {
        fields: { rdt_cid: 'x'.repeat(2000), rdt_uuid: '123e4567-e89b-12d3-a456-426614174000' },
      },
    },
  ];
  for (const event of events) {
    const outgoing = makePostback(reddit, { click, ...event }, `custom:${'ü'.repeat(64)}`, {
      settings,
    });
    measuredBodyOf(openReddit(), [outgoing]);
  }
});
