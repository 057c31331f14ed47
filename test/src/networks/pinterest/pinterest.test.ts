import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../../src/config/settings.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { HttpAnswer } from '../../../../src/http/http.js';
import { sha256Hex } from '../../../../src/identity/hash.js';
import type { JsonObject } from '../../../../src/json.js';
import type { Channel } from '../../../../src/networks/network.js';
import { classifyPinterestAnswer } from '../../../../src/networks/pinterest/classify.js';
import {
  checkPinterestMapping,
  findPinterestDefault,
} from '../../../../src/networks/pinterest/mapping.js';
import { pinterest } from '../../../../src/networks/pinterest/pinterest.js';
import { DEDUPE_ID } from '../../../kit/amazon.js';
import { makePostback, measuredBodyOf } from '../../../kit/outgoing.js';

const click = { fields: { epik: 'dj0yJnU9exampleEpik' } };
const EMAIL = { plain: { email: 'abc@gmail.com' }, hashed: {} };

function open(): Channel {
  const connection = { network: 'pinterest', account: '549755885175', source: 'store' } as const;
  return pinterest.open(connection, defaultSettings());
}

function eventOf(event: Partial<ConversionEvent>, mapping = 'signup'): JsonObject {
  const parts = { click, identifiers: EMAIL, ...event };
  const body = measuredBodyOf(open(), [makePostback(pinterest, parts, mapping)]);
  return (JSON.parse(body) as { data: JsonObject[] }).data[0]!;
}

describe('body', () => {
  test('the smallest event', () => {
    expect(eventOf({})).toEqual({
      event_name: 'signup',
      action_source: 'web',
      event_time: Date.parse('2026-11-18T20:14:05Z') / 1000,
      event_id: DEDUPE_ID,
      user_data: {
        em: ['48ddb93f0b30c475423fe177832912c5bcdce3cc72872f8051627967ef278e08'],
        click_id: 'dj0yJnU9exampleEpik',
      },
    });
  });

  // A test of rudderlabs/rudder-transformer (02f0d74b, pinterest_tag/step/data.ts) has these hashes
  // for the same person; its phone number is hashed with the `+`, and is left out here.
  test("hashes a person as RudderStack's tests expect", () => {
    const identifiers = {
      plain: {
        email: 'abc@gmail.com',
        first_name: 'Test',
        last_name: 'Rudderlabs',
        city: 'Kolkata',
        state: 'WB',
        postal_code: '700114',
      },
      hashed: {},
      country: 'IN',
      userAgent: 'chrome',
    };
    expect(eventOf({ identifiers })['user_data']).toMatchObject({
      em: ['48ddb93f0b30c475423fe177832912c5bcdce3cc72872f8051627967ef278e08'],
      ln: ['dcf000c2386fb76d22cefc0d118a8511bb75999019cd373df52044bccd1bd251'],
      fn: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
      ct: ['6689106ca7922c30b2fd2c175c85bc7fc2d52cc4941bdd7bb622c6cdc6284a85'],
      st: ['3b45022ab36728cdae12e709e945bba267c50ee8a91e6e4388539a8e03a3fdcd'],
      zp: ['1a4292e00780e18d00e76fde9850aee5344e939ba593333cd5e4b4aa2cd33b0c'],
      country: ['582967534d0f909d196b97f9e6921342777aea87b46fa52df165389db1fb8ccf'],
      client_user_agent: 'chrome',
    });
  });

  // Values of a test of segmentio/action-destinations (23c2f35d, pinterest-conversions,
  // reportConversionEvent, "should detect pre-hashed data in legacy mode"): hashes pass as they
  // are, money is text, units a number. The rest of its person is made up there and left out here.
  test("makes the body of Segment's test with hashed data", () => {
    const email = 'c551027f06bd3f307ccd6abb61edc500def2680944c010e932ab5b27a3a8f151';
    const firstName = '44104fcaef8476724152090d6d7bd9afa8ca5b385f6a99d3c6cf36b943b9872d';
    const phone = '63af7d494c194a90e1cf1db5371c13f97db650161aa803e67182c0dbaf668c7b';
    const event = {
      timeMs: Date.parse('2023-03-13T07:56:23.846Z'),
      click: { fields: { epik: 'click-id1' } },
      identifiers: { plain: {}, hashed: { email, phone, first_name: firstName } },
      value: '2000',
      currency: 'USD',
      quantity: 2,
    };
    expect(eventOf(event, 'checkout')).toEqual({
      event_name: 'checkout',
      action_source: 'web',
      event_time: 1_678_694_183,
      event_id: DEDUPE_ID,
      user_data: { em: [email], ph: [phone], fn: [firstName], click_id: 'click-id1' },
      custom_data: { currency: 'USD', value: '2000', num_items: 2 },
    });
  });

  test('money is text; goods are counted', () => {
    const event = {
      value: '27.50',
      currency: 'USD',
      itemId: '507f1f77bcf86cd799439011',
      itemName: 'Monopoly: 3rd Edition',
      quantity: 3,
      transactionId: '50314b8e9bcf000000000000',
    };
    expect(eventOf(event)['custom_data']).toEqual({
      currency: 'USD',
      value: '27.5',
      content_ids: ['507f1f77bcf86cd799439011'],
      contents: [
        { id: '507f1f77bcf86cd799439011', item_name: 'Monopoly: 3rd Edition', quantity: 3 },
      ],
      num_items: 3,
      order_id: '50314b8e9bcf000000000000',
    });
  });

  test('limited data use is said twice', () => {
    const event = eventOf({ consent: { limitedDataUse: true } });
    expect(event).toMatchObject({ opt_out: true, custom_data: { opt_out_type: 'LDP' } });
  });

  test('a mobile id is hashed in lower case', () => {
    const maid = '38400000-8CF0-11BD-B23E-10B96E40000D';
    const identifiers = { plain: {}, hashed: {}, maid };
    expect(eventOf({ identifiers, source: 'ios' })).toMatchObject({
      action_source: 'app_ios',
      user_data: { hashed_maids: [sha256Hex(maid.toLowerCase())] },
    });
  });
});

test('test events are checked and not recorded', () => {
  const outgoing = makePostback(pinterest, { click, identifiers: EMAIL, test: true }, 'custom');
  const request = open().request([outgoing], 'token');
  expect(request.url).toBe(
    'https://api.pinterest.com/v5/ad_accounts/549755885175/events?test=true',
  );
  expect(request.headers['Authorization']).toBe('Bearer token');
});

test.each<[string, Partial<ConversionEvent>, string]>([
  ['no click id', { click: { fields: {} } }, 'no_click_id'],
  [
    'a phone number alone',
    { identifiers: { plain: { phone: '+15714120599' }, hashed: {} } },
    'no_match_key',
  ],
  ['an app of no known system', { source: 'app' }, 'incomplete_event'],
  [
    'a currency of the game',
    { name: 'purchase', value: '1', currency: 'GEM' },
    'unsupported_currency',
  ],
])('skips %s', (_name, event, reason) => {
  const parts = { click, identifiers: EMAIL, ...event };
  const { postback } = makePostback(pinterest, parts, 'checkout');
  expect(open().check(postback.facts, 'checkout')?.reason).toBe(reason);
});

describe('answers', () => {
  const answer = (status: number, body: unknown): HttpAnswer => ({
    status,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    latencyMs: 1,
  });
  const kindsOf = (status: number, body: unknown) =>
    classifyPinterestAnswer(2, answer(status, body)).outcomes.map(({ kind }) => kind);
  const good = { status: 'processed', error_message: '', warning_message: '' };
  const bad = { status: 'failed', error_message: 'em is invalid' };

  test('each event has its own outcome, in a success and in the details of a refusal', () => {
    expect(kindsOf(200, { events: [good, good] })).toEqual(['delivered', 'delivered']);
    expect(kindsOf(200, { events: [good, bad] })).toEqual(['delivered', 'payload']);
    expect(kindsOf(422, { code: 1000, details: { events: [bad, good] } })).toEqual([
      'payload',
      'delivered',
    ]);
  });

  test('an event that is not mentioned is not delivered', () => {
    expect(kindsOf(200, { num_events_processed: 2, events: [good] })).toEqual([
      'delivered',
      'unknown',
    ]);
    expect(kindsOf(200, {})).toEqual(['unknown', 'unknown']);
  });

  test.each<[number, string]>([
    [400, 'payload'],
    [401, 'credential'],
    [403, 'credential'],
    [404, 'configuration'],
    [422, 'payload'],
    [429, 'throttled'],
    [503, 'transient'],
  ])('%i is %s for all', (status, kind) => {
    expect(kindsOf(status, { code: 1, message: 'no' })).toEqual([kind, kind]);
  });

  test('a warning does not cost the delivery', () => {
    const events = [{ ...good, warning_message: 'np is missing' }, good];
    const [first] = classifyPinterestAnswer(2, answer(200, { events })).outcomes;
    expect(first).toMatchObject({ kind: 'delivered', warning: 'np is missing' });
  });
});

test.each<[string, string]>([
  ['purchase', 'checkout'],
  ['wishlist_add', 'add_to_wishlist'],
  ['search', 'search'],
  ['dragon_slain', 'custom'],
])('%s is %s', (event, expected) => expect(findPinterestDefault(event)).toBe(expected));

test('a name that differs by case alone is refused with the right spelling', () => {
  expect(checkPinterestMapping('checkout')).toBeUndefined();
  expect(checkPinterestMapping('Checkout')).toMatch(/expected checkout$/);
});
