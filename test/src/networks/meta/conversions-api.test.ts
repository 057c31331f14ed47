import fc from '../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { AuthError } from '../../../../src/errors.js';
import type { Outgoing } from '../../../../src/networks/network.js';
import { sha256Hex } from '../../../../src/identity/hash.js';
import { makeMetaEvent, makeMetaOutgoing, openMeta } from '../../../kit/meta.js';
import { measuredBodyOf } from '../../../kit/outgoing.js';

const DAY_MS = 24 * 3_600_000;

function bodyOf(items: Outgoing[], testCode?: string) {
  const channel = openMeta(testCode === undefined ? {} : { testCode });
  return JSON.parse(String(channel.request(items, 'EAAtoken').body)) as {
    data: Record<string, unknown>[];
    test_event_code?: string;
  };
}

function eventOf(event: ConversionEvent, mapping = 'Purchase') {
  return bodyOf([makeMetaOutgoing(event, mapping)]).data[0]!;
}

test('the whole request', () => {
  const event = makeMetaEvent(
    { plain: { email: 'test@example.com' }, hashed: {}, userAgent: 'Mozilla/5.0' },
    { fbclid: 'IwAR2F' },
    {
      pageUrl: 'https://game.example/buy',
      transactionId: 'T-1',
      itemId: 'pack',
      itemName: 'Starter "pack"',
      quantity: 2,
    },
  );
  const request = openMeta().request([makeMetaOutgoing(event)], 'EAAtoken');
  expect(request).toMatchObject({
    method: 'POST',
    url: 'https://graph.facebook.com/v25.0/1234567890123456/events',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer EAAtoken' },
  });
  expect(JSON.parse(String(request.body))).toEqual({
    data: [
      {
        event_name: 'Purchase',
        event_time: 1795032845,
        event_id: 'a'.repeat(32),
        action_source: 'website',
        event_source_url: 'https://game.example/buy',
        user_data: {
          em: sha256Hex('test@example.com'),
          client_user_agent: 'Mozilla/5.0',
          fbc: 'fb.1.1795032845678.IwAR2F',
        },
        custom_data: {
          value: 9.99,
          currency: 'USD',
          order_id: 'T-1',
          content_name: 'Starter "pack"',
          content_type: 'product',
          content_ids: ['pack'],
          contents: [{ id: 'pack', quantity: 2 }],
        },
      },
    ],
  });
});

test('meta: the referrer, cleaned as the page address is', () => {
  const pageReferrer = 'https://jo:pw@blog.example/post?token=abc&utm_source=x#top';
  const event = makeMetaEvent({ externalId: 'p1' }, {}, { pageReferrer });
  expect(eventOf(event)['referrer_url']).toBe('https://blog.example/post?utm_source=x');
  const other = makeMetaEvent({ externalId: 'p1' }, {}, { pageReferrer: 'android-app://x' });
  expect(eventOf(other)).not.toHaveProperty('referrer_url');
});

test('nothing but what is there', () => {
  const event = makeMetaEvent(
    { externalId: 'p1' },
    {},
    { name: 'wishlist_add', value: undefined, currency: undefined },
  );
  expect(eventOf(event, 'AddToWishlist')).toEqual({
    event_name: 'AddToWishlist',
    event_time: 1795032845,
    event_id: 'a'.repeat(32),
    action_source: 'other',
    user_data: { external_id: sha256Hex('p1') },
  });
});

describe('money', () => {
  test.each([
    ['9.99', '9.99'],
    ['9.990', '9.99'],
    ['10', '10'],
    ['0.1', '0.1'],
    ['12345678901234567890.12', '12345678901234567890.12'],
  ])('%s is written %s, digit for digit', (value, written) => {
    const item = makeMetaOutgoing(makeMetaEvent({ externalId: 'p1' }, {}, { value }));
    expect(String(openMeta().request([item], 't').body)).toContain(
      `"value":${written},"currency":"USD"`,
    );
  });

  test.each([
    [{ value: undefined }],
    [{ currency: undefined }],
    [{ value: '-1' }],
    [{ currency: 'GEM' }],
  ])('both or neither: %j', (parts) => {
    expect(
      eventOf(makeMetaEvent({ externalId: 'p1' }, {}, { name: 'resource', ...parts })),
    ).not.toHaveProperty('custom_data');
  });
});

test('limited data use: LDU, where Meta finds out the state, and no use for delivery', () => {
  expect(
    eventOf(makeMetaEvent({ externalId: 'p1' }, {}, { consent: { limitedDataUse: true } })),
  ).toMatchObject({
    opt_out: true,
    data_processing_options: ['LDU'],
    data_processing_options_country: 0,
    data_processing_options_state: 0,
  });
  const plain = eventOf(makeMetaEvent({ externalId: 'p1' }));
  expect(Object.keys(plain).filter((name) => /opt/.test(name))).toEqual([]);
});

describe('test events', () => {
  const real = makeMetaOutgoing(makeMetaEvent({ externalId: 'p1' }));
  const trial = makeMetaOutgoing(makeMetaEvent({ externalId: 'p1' }, {}, { test: true }));
  test.each<[string, Outgoing, string | undefined, string | undefined]>([
    ['a test event with a code', trial, 'TEST1', 'TEST1'],
    ['a test event without a code', trial, undefined, undefined],
    ['a real event, whatever code there is', real, 'TEST1', undefined],
  ])('%s', (_what, item, testCode, sent) => {
    expect(bodyOf([item], testCode).test_event_code).toBe(sent);
  });

  test('the code alone makes the test mode', () => {
    expect([openMeta().testMode, openMeta({ testCode: 'TEST1' }).testMode]).toEqual([false, true]);
  });
});

describe('limits', () => {
  const channel = openMeta();
  const facts = (source: 'website' | 'offline' | 'app') =>
    makeMetaOutgoing(makeMetaEvent({}, {}, { source }));

  test('a thousand events, a minute ahead, two days of dedupe ids, no pace', () => {
    expect(channel.limits).toEqual({
      maxEvents: 1000,
      maxBytes: 4_000_000,
      requestsPerSecond: 0,
      windowMs: 62 * DAY_MS,
      futureMs: 60_000,
      dedupeWindowMs: 2 * DAY_MS,
    });
  });

  test.each([
    ['website', 7, ''],
    ['app', 7, ''],
    ['offline', 62, 'physical_store'],
  ] as const)('%s: %d days, apart from others: %s', (source, days, group) => {
    const item = facts(source);
    expect(channel.windowMsOf?.(item.postback.facts)).toBe(days * DAY_MS);
    expect(channel.groupOf?.(item)).toBe(group);
  });
});

test('a connection without a pixel is refused', () => {
  expect(() => openMeta({ account: '' })).toThrow(AuthError);
});

test('a body is never longer than its events were said to be', () => {
  const events = fc
    .record({
      text: fc.string({ unit: 'binary', maxLength: 200 }),
      email: fc.emailAddress(),
      hasAll: fc.boolean(),
    })
    .map(({ text, email, hasAll }) =>
      makeMetaEvent(
        {
          plain: { email, first_name: text, city: text },
          externalId: text,
          userAgent: text,
          ip: '203.0.113.7',
          country: 'US',
        },
        { fbclid: hasAll ? 'x'.repeat(500) : 'x', fbp: 'fb.1.1795032845678.1' },
        {
          transactionId: text,
          itemId: text,
          itemName: text,
          value: '9999999999999.99',
          pageUrl: `https://a.example/${text}`,
        },
      ),
    );
  const channel = openMeta({ testCode: 'TEST12345' });
  fc.assert(
    fc.property(
      fc.array(events, { minLength: 1, maxLength: 3 }),
      fc.string({ unit: 'binary' }),
      (some, mapping) => {
        const items = some.map((event) => makeMetaOutgoing({ ...event, test: true }, mapping));
        const body = measuredBodyOf(channel, items);
        expect(() => JSON.parse(body) as unknown).not.toThrow();
      },
    ),
    { numRuns: 50 },
  );
});
