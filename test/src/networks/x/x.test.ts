import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import { sha256Hex } from '../../../../src/identity/hash.js';
import type { Channel } from '../../../../src/networks/network.js';
import { checkXMapping } from '../../../../src/networks/x/mapping.js';
import { x } from '../../../../src/networks/x/x.js';
import { DEDUPE_ID } from '../../../kit/amazon.js';
import { measuredBodyOf, makePostback } from '../../../kit/outgoing.js';

const TAG = 'tw-o8z6j-o87ne';
const click = { fields: { twclid: '23opevjt88psuo13lu8d020qkn' } };
const nobody = { plain: {}, hashed: {} };

function openX(account = 'o8z6j'): Channel {
  return x.open({ network: 'x', account, source: 'store' }, defaultSettings());
}

function bodyOf(event: Partial<ConversionEvent>): unknown {
  return JSON.parse(
    String(openX().request([makePostback(x, { click, ...event }, TAG)], 'token').body),
  );
}

/** The smallest conversion that X takes. */
const base = {
  conversion_time: '2026-11-18T20:14:05.678Z',
  event_id: TAG,
  identifiers: [{ twclid: '23opevjt88psuo13lu8d020qkn' }],
  conversion_id: DEDUPE_ID,
};

describe('body, field for field', () => {
  test.each<[string, Partial<ConversionEvent>, object]>([
    ['smallest', {}, base],
    [
      'money: the currency always goes with the value',
      { value: '9.990', currency: 'EUR' },
      { ...base, value: 9.99, price_currency: 'EUR' },
    ],
    ['value without currency: neither, else it would be US dollars', { value: '9.99' }, base],
    ['currency without value: neither', { currency: 'EUR' }, base],
    ['a currency of the game: neither', { name: 'resource', value: '5', currency: 'GEM' }, base],
    [
      'a free purchase',
      { value: '0', currency: 'JPY' },
      { ...base, value: 0, price_currency: 'JPY' },
    ],
    [
      'goods',
      { quantity: 2, itemId: 'sku-1', itemName: 'Pack' },
      { ...base, number_items: 2, contents: [{ content_id: 'sku-1', content_name: 'Pack' }] },
    ],
    ['half a thing', { quantity: 0.5, itemName: 'Pack' }, base],
    [
      'identifiers: one object each, IP address and user agent together',
      {
        identifiers: {
          plain: { email: ' Test-Email@Test.com', phone: '+1 123-456-7890', first_name: 'Jo' },
          hashed: {},
          ip: '8.25.197.25',
          userAgent: 'Mozilla/5.0',
        },
      },
      {
        ...base,
        identifiers: [
          ...base.identifiers,
          { hashed_email: 'e586883b2b4faf78d48300a79e0e15138d664cdf796ffb86e533170a9893eda8' },
          {
            hashed_phone_number: '1fa6b8d986d9b9cd01bf36951815158bbde9f520c0567c835dfe34783d0a4231',
          },
          { ip_address: '8.25.197.25', user_agent: 'Mozilla/5.0' },
        ],
      },
    ],
    [
      'an IP address alone stands next to the click id',
      { identifiers: { ...nobody, ip: '8.25.197.25' } },
      { ...base, identifiers: [...base.identifiers, { ip_address: '8.25.197.25' }] },
    ],
    [
      'what is not an address is left out',
      { identifiers: { ...nobody, plain: { email: 'nobody' }, ip: 'home' } },
      base,
    ],
    [
      'x: an IPv6 address is left out, and the user agent is sent',
      { identifiers: { ...nobody, ip: '2001:db8::1', userAgent: 'Mozilla/5.0' } },
      { ...base, identifiers: [...base.identifiers, { user_agent: 'Mozilla/5.0' }] },
    ],
    [
      'no external id, name or place',
      { identifiers: { ...nobody, externalId: 'player-17', country: 'US' } },
      base,
    ],
  ])('%s', (_name, event, expected) => {
    expect(bodyOf(event)).toEqual({ conversions: [expected] });
  });
});

describe('request', () => {
  const outgoing = makePostback(x, { click }, TAG);
  const oauth = JSON.stringify({
    consumerKey: 'a',
    consumerSecret: 'b',
    token: 'c',
    tokenSecret: 'd',
  });

  test('by pixel token', () => {
    expect(openX().request([outgoing], 'secret')).toEqual({
      method: 'POST',
      url: 'https://ads-api.x.com/12/measurement/conversions/o8z6j',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        'X-Pixel-Token': 'secret',
      },
      body: expect.any(String) as string,
    });
  });

  test('by OAuth 1.0a none of the four values is in it before it is signed, and no secret after', () => {
    const request = openX().request([outgoing], oauth);
    expect(request.headers).not.toHaveProperty('X-Pixel-Token');
    const signed = openX().sign!(request, oauth, { nowMs: 1_795_000_000_000, nonce: 'nonce-1' });
    expect(signed.headers['Authorization']).toMatch(
      /^OAuth oauth_consumer_key="a", oauth_nonce="nonce-1", oauth_signature="[^"]+", oauth_signature_method="HMAC-SHA1", oauth_timestamp="1795000000", oauth_token="c", oauth_version="1.0"$/,
    );
    expect(signed.body).toBe(request.body);
  });

  test('a pixel token needs no signature', () => {
    const request = openX().request([outgoing], 'secret');
    expect(openX().sign!(request, 'secret', { nowMs: 0, nonce: 'n' })).toBe(request);
  });

  test('the body is not part of the signature', () => {
    const moment = { nowMs: 1_795_000_000_000, nonce: 'nonce-1' };
    const sign = (count: number): string | undefined =>
      openX().sign!(openX().request(Array(count).fill(outgoing), oauth), oauth, moment).headers[
        'Authorization'
      ];
    expect(sign(1)).toBe(sign(2));
  });
});

test('limits', () => {
  expect(openX().limits).toEqual({
    maxEvents: 500,
    maxBytes: 1_000_000,
    requestsPerSecond: 1,
    windowMs: 7_776_000_000,
    futureMs: 300_000,
    dedupeWindowMs: 172_800_000,
  });
  expect(openX().testMode).toBeUndefined();
});

test('tags never share a request', () => {
  const of = (tag: string): string => openX().groupOf!(makePostback(x, { click }, tag));
  expect(of('o87ne')).not.toBe(of('o87nf'));
  expect(of('o87ne')).toBe(of('o87ne'));
});

describe('check', () => {
  const email = { plain: { email: 'test@example.com' }, hashed: {} };
  test.each<[string, Partial<ConversionEvent>, string | undefined]>([
    ['a click id', {}, undefined],
    [
      'no click id: an e-mail address is none (the product, A2)',
      { click: { fields: {} }, identifiers: email },
      'no_click_id',
    ],
    ['a click id with an @', { click: { fields: { twclid: 'jo@example.com' } } }, 'no_click_id'],
    [
      'limited data use, which X has no mode for',
      { consent: { limitedDataUse: true } },
      'opted_out',
    ],
    ['a purchase below zero', { value: '-1', currency: 'USD' }, 'incomplete_event'],
    ['a purchase in no currency', { value: '1', currency: 'GEM' }, 'unsupported_currency'],
  ])('%s', (_name, event, reason) => {
    const { postback } = makePostback(x, { click, ...event }, TAG);
    expect(openX().check(postback.facts, TAG)?.reason).toBe(reason);
  });

  test("a tag of another pixel than the connection's", () => {
    const { postback } = makePostback(x, { click }, TAG);
    expect(openX('o9aaa').check(postback.facts, TAG)).toMatchObject({ reason: 'unmapped_goal' });
    expect(openX('o9aaa').check(postback.facts, 'o87ne')).toBeUndefined();
  });
});

describe('mappings', () => {
  test.each(['tw-o8z6j-o87ne', 'o87ne', 'ol288'])('%s', (mapping) => {
    expect(checkXMapping(mapping)).toBeUndefined();
  });

  test.each([
    '',
    'Purchase',
    'tw-o8z6j',
    'tw-o8z6j-',
    'TW-O8Z6J-O87NE',
    'o8 ne',
    'tw-o8z6j-o87ne-x',
    { name: 'n', type: 't', source: 's' },
  ])('%j is none', (mapping) => {
    expect(checkXMapping(mapping)).toMatch(/tw-o8z6j-o87ne or o87ne/);
  });
});

test('an event takes as many bytes as was measured, and nothing plain is kept that identifies', () => {
  const outgoing = makePostback(
    x,
    {
      value: '1234567890.12',
      currency: 'USD',
      quantity: 2_147_483_647,
      itemId: '😀\u0001'.repeat(100),
      itemName: '"\\'.repeat(100),
      identifiers: {
        plain: { email: 'jo.doe@example.com', phone: '+15714120599', last_name: 'Doe' },
        hashed: {},
        ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
        userAgent: 'é'.repeat(512),
        externalId: 'player-17',
      },
      click: { fields: { twclid: 'x'.repeat(2000) } },
    },
    TAG,
  );
  measuredBodyOf(openX(), [outgoing]);
  expect(JSON.stringify(outgoing.postback.facts)).not.toMatch(/jo\.doe|5714120599|player-17|Doe/);
  expect(outgoing.postback.facts).toMatchObject({
    email: sha256Hex('jo.doe@example.com'),
    purchase: true,
  });
});
