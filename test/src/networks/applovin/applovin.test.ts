import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { HttpAnswer } from '../../../../src/http/http.js';
import { sha256Hex } from '../../../../src/identity/hash.js';
import type { JsonObject } from '../../../../src/json.js';
import { applovin } from '../../../../src/networks/applovin/applovin.js';
import { classifyAppLovinAnswer } from '../../../../src/networks/applovin/classify.js';
import {
  checkAppLovinMapping,
  findAppLovinDefault,
} from '../../../../src/networks/applovin/mapping.js';
import type { Channel } from '../../../../src/networks/network.js';
import { DEDUPE_ID } from '../../../kit/amazon.js';
import { makePostback, measuredBodyOf } from '../../../kit/outgoing.js';

const VISIT: Partial<ConversionEvent> = {
  click: { fields: { alart: 'art-1' } },
  identifiers: { plain: {}, hashed: {}, ip: '172.59.8.172', userAgent: 'chrome/123' },
  pageUrl: 'https://game.example/shop',
};
const SALE = { ...VISIT, name: 'purchase', value: '9.990', currency: 'USD', itemId: 'sku-1' };

function open(): Channel {
  const connection = { network: 'applovin', account: 'event-key', source: 'store' } as const;
  return applovin.open(connection, defaultSettings());
}

function eventOf(event: Partial<ConversionEvent>, mapping: string): JsonObject {
  const body = measuredBodyOf(open(), [makePostback(applovin, event, mapping)]);
  return (JSON.parse(body) as { events: JsonObject[] }).events[0]!;
}

test('the smallest event, in milliseconds', () => {
  expect(eventOf(VISIT, 'sign_up')).toEqual({
    name: 'sign_up',
    event_time: Date.parse('2026-11-18T20:14:05.678Z'),
    event_source_url: 'https://game.example/shop',
    dedupe_id: DEDUPE_ID,
    data: {},
    user_data: {
      alart: 'art-1',
      client_ip_address: '172.59.8.172',
      client_user_agent: 'chrome/123',
      esi: 'web',
    },
  });
  expect(eventOf(VISIT, 'page_view')['data']).toBeNull();
});

test('a purchase names its item, and takes the id of the postback where it has none', () => {
  expect(eventOf(SALE, 'purchase')['data']).toEqual({
    currency: 'USD',
    value: 9.99,
    transaction_id: DEDUPE_ID,
    items: [{ item_id: 'sku-1', quantity: 1, price: 9.99 }],
  });
  const several = { ...SALE, quantity: 3, itemName: 'Gems', transactionId: 't-1' };
  expect(eventOf(several, 'purchase')['data']).toEqual({
    currency: 'USD',
    value: 9.99,
    transaction_id: 't-1',
    items: [{ item_id: 'sku-1', item_name: 'Gems', quantity: 3 }],
  });
});

test('hashes email address and phone number, the latter without its plus sign', () => {
  const plain = { email: ' Jo@Game.Example ', phone: '+1 571-412-0599', first_name: 'Jo' };
  const identifiers = { ...VISIT.identifiers!, plain, externalId: 'player-17', country: 'US' };
  const event = eventOf({ ...VISIT, identifiers, source: 'ios' }, 'login');
  expect(event['user_data']).toMatchObject({
    email: sha256Hex('jo@game.example'),
    phone: sha256Hex('15714120599'),
    country_code: 'US',
    esi: 'app',
    os: 'ios',
  });
  expect(JSON.stringify(event)).not.toMatch(/player-17|5714120599|Jo@/);
});

test.each<[Partial<ConversionEvent>, string]>([
  [{ surface: 'app' }, 'app'],
  [{ surface: 'web' }, 'web'],
  [{ surface: 'app', source: 'website' }, 'web'],
])('the source of %j is %s', (event, esi) => {
  expect(eventOf({ ...VISIT, ...event }, 'login')['user_data']).toMatchObject({ esi });
});

test('the key stands alone in the header', () => {
  const request = open().request([makePostback(applovin, VISIT, 'login')], 'key-1');
  expect(request.url).toBe('https://b.applovin.com/v1/event?pixel_id=event-key');
  expect(request.headers['Authorization']).toBe('key-1');
});

test.each<[string, Partial<ConversionEvent>, string, string, string?]>([
  ['no click id', { click: { fields: {} } }, 'login', 'no_click_id'],
  ['no page', { pageUrl: undefined }, 'login', 'incomplete_event', 'page_url'],
  [
    'no IP address',
    { identifiers: { plain: {}, hashed: {}, userAgent: 'UA' } },
    'login',
    'incomplete_event',
    'ip',
  ],
  [
    'no user agent',
    { identifiers: { plain: {}, hashed: {}, ip: '203.0.113.7' } },
    'login',
    'incomplete_event',
    'user_agent',
  ],
  ['a purchase without money', { itemId: 'sku' }, 'purchase', 'incomplete_event', 'value'],
  [
    'a purchase of nothing',
    { value: '1', currency: 'USD' },
    'purchase',
    'incomplete_event',
    'item_id',
  ],
  ['limited data use', { consent: { limitedDataUse: true } }, 'login', 'opted_out'],
])('skips %s', (_name, event, mapping, reason, field) => {
  const { postback } = makePostback(applovin, { ...VISIT, ...event }, mapping);
  const skip = open().check(postback.facts, mapping);
  expect(skip).toMatchObject({ reason, ...(field === undefined ? {} : { field }) });
});

describe('answers', () => {
  const answer = (status: number, headers = {}, body = ''): HttpAnswer => ({
    status,
    headers,
    body: Buffer.from(body),
    latencyMs: 1,
  });
  test.each<[string, HttpAnswer, string]>([
    ['200 without a body', answer(200), 'delivered'],
    ['200 that speaks of an error', answer(200, {}, '{"success":false}'), 'unknown'],
    ['202', answer(202), 'unknown'],
    ['400', answer(400), 'payload'],
    ['401', answer(401), 'credential'],
    ['404', answer(404), 'configuration'],
    ['429', answer(429), 'throttled'],
    ['503', answer(503), 'transient'],
  ])('%s', (_name, given, kind) => {
    const { outcomes, split } = classifyAppLovinAnswer(2, given);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual([kind, kind]);
    expect(split ?? false).toBe(kind === 'payload');
  });

  test('reads words, code and trace id from headers', () => {
    const headers = {
      'x-al-error-code': '100007',
      'x-al-error-message': 'Too many errors',
      'x-trace-id': 'trace-1',
    };
    const verdict = classifyAppLovinAnswer(1, answer(429, headers));
    expect(verdict).toMatchObject({ requestId: 'trace-1', retryAfterMs: 86_400_000 });
    expect(verdict.outcomes[0]).toMatchObject({ reason: '100007', message: 'Too many errors' });
  });
});

test.each<[string, string | undefined]>([
  ['purchase', 'purchase'],
  ['email_acquired', 'sign_up'],
  ['wishlist_add', undefined],
])('%s is %s', (event, expected) => expect(findAppLovinDefault(event)).toBe(expected));

test('a name that differs by case alone is refused with the right spelling', () => {
  expect(checkAppLovinMapping('purchase')).toBeUndefined();
  expect(checkAppLovinMapping('Purchase')).toMatch(/expected purchase$/);
  expect(checkAppLovinMapping('level_up')).toMatch(/app_open$/);
});
