import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { HttpAnswer } from '../../../../src/http/http.js';
import { sha256Hex } from '../../../../src/identity/hash.js';
import type { JsonObject } from '../../../../src/json.js';
import type { Channel } from '../../../../src/networks/network.js';
import { classifySnapchatAnswer } from '../../../../src/networks/snapchat/classify.js';
import {
  checkSnapchatMapping,
  findSnapchatDefault,
} from '../../../../src/networks/snapchat/mapping.js';
import { snapchat } from '../../../../src/networks/snapchat/snapchat.js';
import { DEDUPE_ID } from '../../../kit/amazon.js';
import { makePostback, measuredBodyOf } from '../../../kit/outgoing.js';

const PIXEL = '5bf81ee1-15b1-4dc1-b636-d7dae49b950e';
const click = { fields: { sc_click_id: '7bbae77a-a2c1-4e2b' } };
const EMAIL = { plain: { email: 'test123@gmail.com' }, hashed: {} };
const page = 'https://game.example/shop';

function open(api?: string): Channel {
  const connection = { network: 'snapchat', account: PIXEL, source: 'store' } as const;
  return snapchat.open(api ? { ...connection, api } : connection, defaultSettings());
}

function eventOf(event: Partial<ConversionEvent>, mapping = 'SIGN_UP'): JsonObject {
  const parts = { click, identifiers: EMAIL, pageUrl: page, ...event };
  const body = measuredBodyOf(open(), [makePostback(snapchat, parts, mapping)]);
  return (JSON.parse(body) as { data: JsonObject[] }).data[0]!;
}

describe('body', () => {
  test('the smallest event', () => {
    expect(eventOf({})).toEqual({
      event_name: 'SIGN_UP',
      event_time: Date.parse('2026-11-18T20:14:05Z') / 1000,
      event_id: DEDUPE_ID,
      action_source: 'WEB',
      event_source_url: page,
      user_data: { em: [sha256Hex('test123@gmail.com')], sc_click_id: '7bbae77a-a2c1-4e2b' },
    });
  });

  // Values of a test of segmentio/action-destinations (36bef219, snap-conversions-api,
  // capiV3tests.ts): the hashes of an address with blanks around it and of a British number.
  test("hashes email address and phone number as Segment's tests expect", () => {
    const plain = { email: '   Test123@gmail.com    ', phone: '+44 844 412 4653' };
    expect(eventOf({ identifiers: { plain, hashed: {} } })['user_data']).toMatchObject({
      em: ['cc779c04191c2e736d89e45c11339c8382832bcaf70383f7df94e3d08ba7a6d9'],
      ph: ['dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383'],
    });
  });

  // The event of that file's "should handle a basic event". Its body differs where the official
  // page is followed (docs/reference/snapchat.md): seconds, WEB instead of website, money as text.
  test("makes the body of Segment's basic event", () => {
    const userAgent =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 9_1 like Mac OS X) AppleWebKit/601.1.46 (KHTML, like ' +
      'Gecko) Version/9.0 Mobile/13B143 Safari/601.1';
    const plain = { email: '   Test123@gmail.com    ', phone: '+44 844 412 4653' };
    const event = {
      timeMs: Date.parse('2022-05-12T15:21:15.449Z'),
      identifiers: { plain, hashed: {}, ip: '8.8.8.8', userAgent },
      pageUrl: 'https://segment.com/academy/',
      value: '15',
      currency: 'USD',
      quantity: 10,
    };
    expect(eventOf(event, 'PURCHASE')).toEqual({
      event_name: 'PURCHASE',
      event_time: 1_652_368_875,
      event_id: DEDUPE_ID,
      action_source: 'WEB',
      event_source_url: 'https://segment.com/academy/',
      user_data: {
        em: ['cc779c04191c2e736d89e45c11339c8382832bcaf70383f7df94e3d08ba7a6d9'],
        ph: ['dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383'],
        client_ip_address: '8.8.8.8',
        client_user_agent: userAgent,
        sc_click_id: '7bbae77a-a2c1-4e2b',
      },
      custom_data: { currency: 'USD', value: '15', num_items: 10 },
    });
  });

  test('money is text, digit for digit, and goes with its currency or not at all', () => {
    expect(eventOf({ value: '142.520', currency: 'USD' })['custom_data']).toEqual({
      currency: 'USD',
      value: '142.52',
    });
    expect(eventOf({ value: '142.52' })['custom_data']).toBeUndefined();
  });

  test('goods, the cookie, and ids in clear', () => {
    const event = eventOf({
      itemId: 'sku-1',
      quantity: 2,
      transactionId: 't-1',
      click: { fields: { ...click.fields, sc_cookie1: 'cookie-1' } },
      identifiers: {
        ...EMAIL,
        ip: '203.0.113.7',
        userAgent: 'UA',
        maid: '38400000-8CF0-11BD-B23E-10B96E40000D',
        country: 'US',
      },
    });
    expect(event['custom_data']).toEqual({
      order_id: 't-1',
      content_ids: ['sku-1'],
      num_items: 2,
    });
    expect(event['user_data']).toMatchObject({
      client_ip_address: '203.0.113.7',
      client_user_agent: 'UA',
      madid: '38400000-8cf0-11bd-b23e-10b96e40000d',
      country: sha256Hex('us'),
      sc_cookie1: 'cookie-1',
    });
  });

  test('an app names its system, and claims no permission to track', () => {
    const event = { click, identifiers: EMAIL, source: 'ios' as const };
    const body = measuredBodyOf(open('app'), [makePostback(snapchat, event, 'LOGIN')]);
    expect(JSON.parse(body)).toMatchObject({
      data: [
        {
          action_source: 'MOBILE_APP',
          app_data: {
            advertiser_tracking_enabled: 0,
            extinfo: ['i2', ...new Array<string>(15).fill('')],
          },
        },
      ],
    });
  });
});

test('test events go to the address that only validates', () => {
  const parts = { click, identifiers: EMAIL, pageUrl: page };
  const real = open().request([makePostback(snapchat, parts, 'LOGIN')], 'a token');
  const trial = open().request([makePostback(snapchat, { ...parts, test: true }, 'LOGIN')], 't');
  expect(real.url).toBe(`https://tr.snapchat.com/v3/${PIXEL}/events?access_token=a%20token`);
  expect(trial.url).toBe(`https://tr.snapchat.com/v3/${PIXEL}/events/validate?access_token=t`);
  expect(open().testMode).toBe(true);
});

describe('what is not sent', () => {
  test.each<[string, Partial<ConversionEvent>, string, string, string?]>([
    ['no click id', { click: { fields: {} } }, 'LOGIN', 'no_click_id'],
    ['nobody', { identifiers: { plain: {}, hashed: {} } }, 'LOGIN', 'no_match_key'],
    [
      'an IP address alone',
      { identifiers: { plain: {}, hashed: {}, ip: '203.0.113.7' } },
      'LOGIN',
      'no_match_key',
    ],
    ['no page', { pageUrl: undefined }, 'LOGIN', 'incomplete_event', 'page_url'],
    ['an app at a pixel', { source: 'ios' }, 'LOGIN', 'incomplete_event', 'source'],
    ['a purchase without money', { name: 'purchase' }, 'PURCHASE', 'incomplete_event', 'value'],
    [
      'a purchase below zero',
      { name: 'purchase', value: '-1', currency: 'USD' },
      'PURCHASE',
      'incomplete_event',
      'value',
    ],
    ['limited data use', { consent: { limitedDataUse: true } }, 'LOGIN', 'opted_out'],
  ])('%s', (_name, event, mapping, reason, field) => {
    const parts = {
      click,
      identifiers: EMAIL,
      pageUrl: page,
      ...event,
    } as Partial<ConversionEvent>;
    const { postback } = makePostback(snapchat, parts, mapping);
    const skip = open().check(postback.facts, mapping);
    expect(skip).toMatchObject({ reason, ...(field === undefined ? {} : { field }) });
  });

  test('an app event at a Snap App ID needs its system, a web event does not belong there', () => {
    const skipOf = (source: 'app' | 'android' | 'website') => {
      const event = { click, identifiers: EMAIL, pageUrl: page, source };
      return open('app').check(makePostback(snapchat, event, 'LOGIN').postback.facts, 'LOGIN');
    };
    expect(skipOf('android')).toBeUndefined();
    expect(skipOf('app')).toMatchObject({ field: 'source' });
    expect(skipOf('website')).toMatchObject({ field: 'source' });
  });
});

describe('answers', () => {
  const answer = (status: number, body: unknown): HttpAnswer => ({
    status,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    latencyMs: 1,
  });
  test.each<[string, number, unknown, string, boolean]>([
    ['valid', 200, { status: 'VALID', reason: 'Events have been processed.' }, 'delivered', false],
    ['the word of version 2', 200, { status: 'SUCCESS' }, 'delivered', false],
    ['a 200 without a word', 200, {}, 'unknown', false],
    ['a 200 that says no', 200, { status: 'INVALID', reason: 'x' }, 'payload', true],
    ['a 200 with errors', 200, { status: 'VALID', error_records: [{}] }, 'payload', true],
    ['refused', 400, { status: 'INVALID', reason: 'Unhashed PII' }, 'payload', true],
    ['the token', 401, { reason: 'expired' }, 'credential', false],
    ['the permission', 403, {}, 'credential', false],
    ['the pixel', 404, {}, 'configuration', false],
    ['too fast', 429, {}, 'throttled', false],
    ['a proxy', 502, '<html>', 'transient', false],
  ])('%s', (_name, status, body, kind, isSplit) => {
    const verdict = classifySnapchatAnswer(2, answer(status, body));
    expect(verdict.outcomes.map((outcome) => outcome.kind)).toEqual([kind, kind]);
    expect(verdict.split ?? false).toBe(isSplit);
  });

  test('one event that is refused for its time has expired', () => {
    const body = { status: 'INVALID', reason: 'Timestamp is out of range' };
    expect(classifySnapchatAnswer(1, answer(400, body)).outcomes[0]?.kind).toBe('expired');
  });
});

describe('mappings', () => {
  test.each<[string, string | undefined]>([
    ['purchase', 'PURCHASE'],
    ['wishlist_add', 'ADD_TO_WISHLIST'],
    ['email_acquired', 'SIGN_UP'],
    ['level_complete', 'LEVEL_COMPLETE'],
    ['dragon_slain', undefined],
  ])('%s is %s', (event, expected) => expect(findSnapchatDefault(event)).toBe(expected));

  test('a name that differs by case alone is refused with the right spelling', () => {
    expect(checkSnapchatMapping('PURCHASE')).toBeUndefined();
    expect(checkSnapchatMapping('Purchase')).toMatch(/expected PURCHASE$/);
    expect(checkSnapchatMapping('dragon')).toMatch(/CUSTOM_EVENT_5$/);
    expect(checkSnapchatMapping({ name: 'n', type: 'OTHER', source: 'WEBSITE' })).toMatch(
      /by name/,
    );
  });
});
