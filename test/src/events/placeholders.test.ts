import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';

import {
  CLICK_FIELDS,
  type ConversionEvent,
  HASHED_FIELDS,
} from '../../../src/events/conversion-event.js';
import { hashNameOf, IDENTIFIER_NAMES } from '../../../src/events/identifier-names.js';
import type { JsonObject } from '../../../src/json.js';
import { makePurchase, parseWithWarnings } from '../../kit/events.js';

const WORDS = [
  'null',
  'undefined',
  'None',
  'N/A',
  '(not set)',
  'NaN',
  '[object Object]',
  '-',
  '"null"',
  '{gclid}',
].concat([
  '{{ttclid}}',
  '%7Bgclid%7D',
  '__CLICKID__',
  '${x}',
  '[CLICK_ID]',
  '%%X%%',
  '<x>',
  'unknown',
]);
const HASHES = ['', 'null', 'undefined', 'N/A'].flatMap((word) => {
  const hash = createHash('sha256').update(word).digest();
  return [
    hash.toString('hex'),
    `sha256:${hash.toString('hex').toUpperCase()}`,
    hash.toString('base64'),
  ];
});
const CLICKS = CLICK_FIELDS.filter((name) => !name.startsWith('utm_'));
const everyField = (word: unknown): JsonObject =>
  Object.fromEntries(
    [...Object.values(IDENTIFIER_NAMES).flat(), ...CLICKS].map((name) => [name, word]),
  );

const TIME = '2026-11-18T20:14:05Z';
const MONEY = { value: 9.99, currency: 'USD' };

/** A purchase in each format with `word` wherever an identifier or a click may stand. */
const FORMATS: Readonly<Record<string, (word: string) => JsonObject>> = {
  audience: (word) => ({
    ...makePurchase(
      { userId: word, traits: everyField(word), user: everyField(word) },
      everyField(word),
    ),
    context: { ...everyField(word), traits: everyField(word) },
  }),
  segment: (word) => ({
    type: 'track',
    event: 'Order Completed',
    messageId: word,
    userId: word,
    anonymousId: 'a-1',
    timestamp: TIME,
    properties: { ...MONEY, ...everyField(word), order_id: word, product_id: word },
    traits: { ...everyField(word), address: everyField(word) },
    context: {
      ip: word,
      userAgent: word,
      traits: { ...everyField(word), address: everyField(word) },
      device: { advertisingId: word },
      page: {
        url: `https://g.example/?${CLICKS.map((name) => `${name}=${encodeURIComponent(word)}`).join('&')}`,
      },
    },
  }),
  ecapi: (word) => ({
    data_set_id: 'd',
    id: word,
    timestamp: 1_795_032_845,
    event_type: 'purchase',
    value: 9.99,
    currency_code: 'USD',
    user_data: {
      customer_identifier: word,
      email_address: [word],
      phone_numbers: [word],
      click_id: word,
      event_ip_address: word,
      event_user_agent: word,
      ifa: word,
      address: [
        {
          first_name: word,
          last_name: word,
          street: word,
          city: word,
          state: word,
          postal_code: word,
        },
      ],
    },
    properties: { transaction_id: word },
    ext: { network: 'google', ...Object.fromEntries(CLICKS.map((name) => [name, word])) },
  }),
  ga4: (word) => ({
    event_name: 'purchase',
    event_timestamp: '1795032845000000',
    user_pseudo_id: 'a-1',
    user_id: word,
    event_params: [
      { key: 'value', value: { double_value: 9.99 } },
      { key: 'currency', value: { string_value: 'USD' } },
      { key: 'transaction_id', value: { string_value: word } },
      ...Object.keys(everyField(word)).map((key) => ({ key, value: { string_value: word } })),
    ],
    collected_traffic_source: { gclid: word, dclid: word },
    geo: { country: word },
    device: { advertising_id: word },
  }),
  snowplow: (word) => ({
    event: 'unstruct',
    event_name: 'purchase',
    event_id: 'e-1',
    collector_tstamp: '2026-11-18 20:14:06.000',
    user_id: word,
    domain_userid: 'a-1',
    user_ipaddress: word,
    useragent: word,
    geo_country: word,
    mkt_clickid: word,
    mkt_network: 'Google',
    page_urlquery: `gclid=${encodeURIComponent(word)}`,
    unstruct_event_com_example_purchase_1: { ...MONEY, ...everyField(word), order_id: word },
  }),
  cloudevents: (word) => ({
    specversion: '1.0',
    id: 'e-1',
    source: '/s',
    type: 'com.example.purchase.v1',
    time: TIME,
    subject: word,
    data: { ...MONEY, ...everyField(word), userId: word, anonymousId: 'a-1', transaction_id: word },
  }),
  google: (word) => ({
    timestamp: TIME,
    transactionId: word,
    eventSource: 'WEB',
    ...MONEY,
    ...everyField(word),
    emails: [word],
    phoneNumbers: [word],
    userId: word,
    clientId: 'a-1',
    adIdentifiers: { gclid: word, gbraid: word, wbraid: word },
    userData: {
      userIdentifiers: [{ emailAddress: word, phoneNumber: word, address: { givenName: word } }],
    },
  }),
};

function read(format: string, word: string): ConversionEvent {
  const { parsed } = parseWithWarnings(
    JSON.stringify(FORMATS[format]!(word)),
    format as 'audience',
  );
  if ('invalid' in parsed) throw new Error(`${parsed.invalid.field} ${parsed.invalid.message}`);
  return parsed.event;
}

describe.each(Object.keys(FORMATS))('K08, K16: in %s', (format) => {
  test.each(WORDS)('%j is absent wherever an identifier, a click or an id may stand', (word) => {
    const { identifiers, click, userId, transactionId, itemId, id } = read(format, word);
    expect(identifiers).toEqual({ plain: {}, hashed: {} });
    expect(Object.keys(click.fields)).toEqual(
      format === 'audience' ? ['utm_source', 'utm_medium'] : [],
    );
    expect({ userId, transactionId, itemId }).toEqual({});
    expect(id).not.toBe(word);
  });
});

describe('K08, K09: the hashes of words for no value', () => {
  test.each(HASHES)('%s is absent from every field, plain or hashed', (hash) => {
    const fields = Object.fromEntries(
      [
        ...HASHED_FIELDS.flatMap((field) => [field, hashNameOf(field)]),
        'external_id',
        'sha256_email_address',
        'hashed_phone_number',
      ].map((name) => [name, hash]),
    );
    const { parsed } = parseWithWarnings(
      JSON.stringify(makePurchase({}, { country: undefined, ...fields })),
    );
    expect(parsed).toMatchObject({ event: { identifiers: { plain: {}, hashed: {} } } });
    expect(parsed).not.toMatchObject({ event: { identifiers: { externalId: hash } } });
  });

  test.each(['', ' ', 'undefined', 'null', '{{id}}'])(
    'the id %j makes no two events one',
    (messageId) => {
      expect(parseWithWarnings(JSON.stringify(makePurchase({ messageId }))).parsed).toMatchObject({
        invalid: { code: 'missing_required_field', field: 'messageId' },
      });
    },
  );

  test('an alias of "undefined" joins nobody', () => {
    const alias = makePurchase({ type: 'alias', fromId: 'undefined', toId: 'player-1' });
    expect(parseWithWarnings(JSON.stringify(alias)).parsed).toMatchObject({
      invalid: { field: 'fromId' },
    });
  });
});

describe('K11: names of other systems', () => {
  test.each<[name: string, properties: JsonObject, plain: JsonObject]>([
    [
      'gtag',
      { user_data: { email: 'a@b.example', address: { first_name: 'A', street: '1 Rd' } } },
      { email: 'a@b.example', first_name: 'A', address: '1 Rd' },
    ],
    [
      'Meta',
      { user_data: { em: ['a@b.example'], fn: 'A', ln: 'B', ct: 'C', st: 'ca', zp: '94025' } },
      {
        email: 'a@b.example',
        first_name: 'A',
        last_name: 'B',
        city: 'C',
        state: 'ca',
        postal_code: '94025',
      },
    ],
    [
      'camel case',
      {
        emailAddress: 'a@b.example',
        phoneNumber: '+16505551212',
        givenName: 'A',
        zipCode: '94025',
      },
      { email: 'a@b.example', phone: '+16505551212', first_name: 'A', postal_code: '94025' },
    ],
    [
      'other spellings',
      {
        'E-Mail': 'a@b.example',
        TELEPHONE: '+16505551212',
        Surname: 'B',
        'street address': '1 Rd',
      },
      { email: 'a@b.example', phone: '+16505551212', last_name: 'B', address: '1 Rd' },
    ],
    [
      'words of other countries',
      { postcode: 'SW1A 1AA', province: 'ON', mobile: '+16505551212', street_address: '1 Rd' },
      { postal_code: 'SW1A 1AA', state: 'ON', phone: '+16505551212', address: '1 Rd' },
    ],
    ['user_email', { user_email: 'a@b.example' }, { email: 'a@b.example' }],
  ])('%s', (_, properties, plain) => {
    const purchase = makePurchase({}, { email: undefined, country: undefined, ...properties });
    const { parsed, warnings } = parseWithWarnings(JSON.stringify(purchase));
    expect(parsed).toMatchObject({ event: { identifiers: { plain } } });
    expect(warnings).toEqual([]);
  });

  test.each(['billing_email', 'email_md5', 'shippingPhone', 'contact_mobile'])(
    '%s is named as not read',
    (name) => {
      const { warnings } = parseWithWarnings(
        JSON.stringify(makePurchase({}, { [name]: 'a@b.example' })),
      );
      expect(warnings).toMatchObject([{ code: 'unread_identifier', field: `properties.${name}` }]);
    },
  );

  test.each(['email_source', 'phone_model', 'email_opt_in', 'mobile_os', 'city_builder'])(
    '%s is not an identifier',
    (name) => {
      expect(parseWithWarnings(JSON.stringify(makePurchase({}, { [name]: 'x' }))).warnings).toEqual(
        [],
      );
    },
  );
});
