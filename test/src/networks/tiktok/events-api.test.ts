import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { sha256Hex } from '../../../../src/identity/hash.js';
import type { Connection } from '../../../../src/networks/network.js';
import { DEDUPE_ID } from '../../../kit/amazon.js';
import {
  makeTikTokEvent,
  makeTikTokOutgoing,
  openTikTok,
  PAGE_URL,
  TTCLID,
} from '../../../kit/tiktok.js';
import { measuredBodyOf } from '../../../kit/outgoing.js';

const nobody = { plain: {}, hashed: {} };

/** The body as text and as JSON. */
function bodyOf(
  event: Partial<ConversionEvent>,
  connection: Partial<Connection> = {},
  mapping = 'Purchase',
) {
  const outgoing = makeTikTokOutgoing(makeTikTokEvent(event), mapping);
  const text = String(openTikTok(connection).request([outgoing], 'token').body);
  return { text, json: JSON.parse(text) as { data: Record<string, unknown>[] } };
}

/** The smallest event: 2026-11-18T20:14:05.678Z in whole seconds. */
const base = {
  event: 'Purchase',
  event_time: 1_795_032_845,
  event_id: DEDUPE_ID,
  user: { ttclid: TTCLID },
  page: { url: PAGE_URL },
};

describe('body, field for field', () => {
  const money = { value: '9.90', currency: 'USD' };
  test.each<[string, Partial<ConversionEvent>, object]>([
    ['smallest', {}, base],
    ['purchase', money, { ...base, properties: { value: 9.9, currency: 'USD' } }],
    ['value without currency: neither', { value: '9.99' }, base],
    ['currency without value: neither', { currency: 'USD' }, base],
    [
      'a free purchase',
      { value: '0', currency: 'JPY' },
      { ...base, properties: { value: 0, currency: 'JPY' } },
    ],
    [
      'order and item',
      { transactionId: 'T-1', itemId: 'starter', itemName: 'Starter "pack"', quantity: 2 },
      {
        ...base,
        properties: {
          order_id: 'T-1',
          content_type: 'product',
          contents: [{ content_id: 'starter', content_name: 'Starter "pack"', quantity: 2 }],
        },
      },
    ],
    ['a quantity without item', { quantity: 2 }, base],
    [
      'an odd quantity',
      { itemId: 'x', quantity: 1.5 },
      { ...base, properties: { content_type: 'product', contents: [{ content_id: 'x' }] } },
    ],
    [
      'limited data use, with the address that it needs',
      { consent: { limitedDataUse: true }, identifiers: { ...nobody, ip: '203.0.113.7' } },
      { ...base, user: { ttclid: TTCLID, ip: '203.0.113.7' }, limited_data_use: true },
    ],
    [
      'what travels in clear',
      {
        click: { fields: { ttclid: TTCLID, ttp: '2F7h-_p' } },
        identifiers: { ...nobody, ip: '2001:DB8::1', userAgent: ' Mozilla/5.0 ', country: 'DE' },
      },
      {
        ...base,
        user: {
          country: 'DE',
          ttclid: TTCLID,
          ttp: '2F7h-_p',
          ip: '2001:db8::1',
          user_agent: 'Mozilla/5.0',
        },
      },
    ],
    [
      'tiktok: the referrer, cleaned as the page address is',
      { pageReferrer: 'https://blog.example/post?email=jo%40example.com&utm_source=x#top' },
      { ...base, page: { ...base.page, referrer: 'https://blog.example/post?utm_source=x' } },
    ],
    ['a referrer that is not a page', { pageReferrer: 'android-app://com.example' }, base],
    [
      'tiktok: a browser id that is an e-mail address is left out',
      { click: { fields: { ttclid: TTCLID, ttp: 'jane.doe@example.com' } } },
      base,
    ],
  ])('%s', (_name, event, expected) => {
    expect(bodyOf(event).json).toEqual({
      event_source: 'web',
      event_source_id: 'C4A7EXAMPLEPIXEL0001',
      data: [expected],
    });
  });

  test('identifiers are hashed, the external id with its case', () => {
    const plain = {
      email: 'Jo@Example.com',
      phone: '571 412 0599',
      first_name: 'Jo',
      last_name: 'Doe',
    };
    const place = { postal_code: '10115', city: 'Berlin', state: 'Berlin', address: '5 High St' };
    const identifiers = {
      plain: { ...plain, ...place },
      hashed: {},
      country: 'US',
      externalId: ' Player-17 ',
    };
    const { text, json } = bodyOf({ identifiers });
    expect(json.data[0]!['user']).toEqual({
      email: sha256Hex('jo@example.com'),
      phone: sha256Hex('+15714120599'),
      external_id: sha256Hex('Player-17'),
      first_name: sha256Hex('jo'),
      last_name: sha256Hex('doe'),
      zip_code: sha256Hex('10115'),
      country: 'US',
      ttclid: TTCLID,
    });
    expect(text).not.toMatch(/example\.com|Player-17|571|Berlin|High/i);
  });

  test.each([
    ['0.1', '0.1'],
    ['1234567890123456789.123456789', '1234567890123456789.123456789'],
    ['100', '100'],
  ])('money %s is written %s, digit for digit', (value, written) => {
    expect(bodyOf({ value, currency: 'EUR' }).text).toContain(
      `"value":${written},"currency":"EUR"`,
    );
  });

  test('a click id goes unmodified, however long and odd', () => {
    const odd = `E.C.P.${'aB-_~%2B'.repeat(200)}`;
    expect(bodyOf({ click: { fields: { ttclid: odd } } }).json.data[0]).toMatchObject({
      user: { ttclid: odd },
    });
  });

  test('an address that is none is not sent', () => {
    expect(bodyOf({ identifiers: { ...nobody, ip: 'jo@example.com' } }).json.data).toEqual([base]);
  });
});

describe('test events', () => {
  test.each<[string, boolean, Partial<Connection>, string | undefined]>([
    ['a test event carries the code', true, { testCode: 'TEST12345' }, 'TEST12345'],
    ['a real one never does', false, { testCode: 'TEST12345' }, undefined],
    ['no code, nothing to carry', true, {}, undefined],
  ])('%s', (_name, test, connection, expected) => {
    expect(bodyOf({ test }, connection).json).toHaveProperty('data.length', 1);
    expect(
      (bodyOf({ test }, connection).json as { test_event_code?: string }).test_event_code,
    ).toBe(expected);
  });

  test('are kept apart where there is a code', () => {
    expect(openTikTok({ testCode: 'TEST1' }).testMode).toBe(true);
    expect(openTikTok().testMode).toBe(false);
  });
});

test('the token stands in a header of its own, never as a bearer token', () => {
  const { method, url, headers } = openTikTok().request(
    [makeTikTokOutgoing(makeTikTokEvent())],
    'abc',
  );
  expect({ method, url, headers }).toEqual({
    method: 'POST',
    url: 'https://business-api.tiktok.com/open_api/v1.3/event/track/',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'Access-Token': 'abc',
    },
  });
});

test('limits', () => {
  expect(openTikTok().limits).toEqual({
    maxEvents: 1000,
    maxBytes: 1_000_000,
    requestsPerSecond: 1000,
    windowMs: 28 * 86_400_000,
    futureMs: 300_000,
    dedupeWindowMs: 48 * 3_600_000,
    maxTestEvents: 1,
  });
});

describe('check', () => {
  test.each<[string, Partial<ConversionEvent>, string | undefined, string?]>([
    ['sendable', {}, undefined],
    ['a click known by utm alone', { click: { fields: { utm_source: 'tiktok' } } }, 'no_click_id'],
    ['no page', { pageUrl: undefined }, 'incomplete_event', 'page_url'],
    [
      'tiktok: an e-mail address for a click id',
      { click: { fields: { ttclid: 'jane.doe@example.com' } } },
      'no_click_id',
      undefined,
    ],
    ['a page that is none', { pageUrl: 'the shop' }, 'incomplete_event', 'page_url'],
    [
      'limited data use without address',
      { consent: { limitedDataUse: true } },
      'incomplete_event',
      'ip',
    ],
    ['no identifier is needed next to the click', { identifiers: nobody }, undefined],
    ['any currency of ISO 4217', { value: '1', currency: 'XAF' }, undefined],
    ['a currency of the game', { value: '1', currency: 'GEM' }, 'unsupported_currency'],
    ['... of no purchase', { name: 'lead', value: '1', currency: 'GEM' }, undefined],
    ['a negative purchase', { value: '-1', currency: 'USD' }, 'incomplete_event', 'value'],
  ])('%s', (_name, event, reason, field) => {
    const { postback, mapping } = makeTikTokOutgoing(makeTikTokEvent(event));
    const skip = openTikTok().check(postback.facts, mapping);
    expect([skip?.reason, skip?.field]).toEqual([reason, field]);
  });

  test('a mapping of another network', () => {
    const { postback } = makeTikTokOutgoing(makeTikTokEvent());
    const mapping = { name: 'n', type: 'OTHER', source: 'WEBSITE' };
    expect(openTikTok().check(postback.facts, mapping)?.reason).toBe('unmapped_goal');
  });
});

test('a body is as long as its events were measured', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\u0001', 'ä', '😀', '\ud800'),
    maxLength: 40,
  });
  const event = fc.record({
    value: fc.constantFrom(undefined, '9.99', '12345678901234567890.12'),
    currency: fc.constantFrom(undefined, 'USD'),
    transactionId: text,
    itemId: text,
    itemName: text,
    quantity: fc.constantFrom(undefined, 1, 9_007_199_254_740_991),
    ttclid: text,
    userAgent: text,
    ip: fc.ipV6(),
    email: text,
    limited: fc.boolean(),
  });
  fc.assert(
    fc.property(event, text, ({ ttclid, userAgent, ip, email, limited, ...parts }, mapping) => {
      const outgoing = makeTikTokOutgoing(
        makeTikTokEvent({
          ...parts,
          click: { fields: { ttclid, ttp: ttclid } },
          identifiers: {
            plain: { email, first_name: email, phone: '+15714120599' },
            hashed: {},
            ip,
            userAgent,
          },
          consent: { limitedDataUse: limited },
        }),
        mapping,
      );
      const channel = openTikTok();
      expect(
        () => JSON.parse(measuredBodyOf(channel, [outgoing, outgoing])) as unknown,
      ).not.toThrow();
    }),
  );
});
