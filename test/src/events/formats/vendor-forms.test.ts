import { describe, expect, it, test } from 'vitest';

import type { FormatChoice } from '../../../../src/events/event-parser.js';
import { createEventParser } from '../../../../src/events/event-parser.js';
import type { JsonObject } from '../../../../src/json.js';
import { parseWithWarnings } from '../../../kit/events.js';
import { CONVERSION, RECORD_BUILDERS } from '../../../kit/foreign-events.js';

function read(record: JsonObject, format: FormatChoice = 'auto') {
  const { parsed, warnings } = parseWithWarnings(JSON.stringify(record), format);
  if ('invalid' in parsed) throw new Error(`${parsed.invalid.field} ${parsed.invalid.message}`);
  return { event: parsed.event, codes: warnings.map(({ code }) => code) };
}

function ga4(changes: JsonObject, params: Record<string, JsonObject>): JsonObject {
  const event_params = Object.entries(params).map(([key, value]) => ({ key, value }));
  return { ...RECORD_BUILDERS['ga4']!(CONVERSION), ecommerce: null, ...changes, event_params };
}

describe('K21: money of events that the SDK collects from the store', () => {
  const USD = { string_value: 'USD' };
  test.each<
    [
      what: string,
      changes: JsonObject,
      params: Record<string, JsonObject>,
      money: [unknown, unknown],
    ]
  >([
    [
      'integers are micros',
      {},
      { value: { int_value: '9990000' }, currency: USD },
      ['9.99', 'USD'],
    ],
    ['a number as well', {}, { value: { int_value: 9_990_000 }, currency: USD }, ['9.99', 'USD']],
    [
      'whole units stay whole',
      {},
      { value: { int_value: '10000000' }, currency: USD },
      ['10', 'USD'],
    ],
    ['less than a cent', {}, { value: { int_value: '500' }, currency: USD }, ['0.0005', 'USD']],
    ['nothing', {}, { value: { int_value: '0' }, currency: USD }, ['0', 'USD']],
    [
      'another currency',
      {},
      { value: { int_value: '1200000000' }, currency: { string_value: 'JPY' } },
      ['1200', 'JPY'],
    ],
    [
      'decimals are whole units',
      {},
      { value: { double_value: 9.99 }, currency: USD },
      ['9.99', 'USD'],
    ],
    [
      'text is whole units',
      {},
      { value: { string_value: '9.99' }, currency: USD },
      ['9.99', 'USD'],
    ],
    [
      'dollars by the export where there is no currency',
      { event_value_in_usd: 9.99 },
      { value: { int_value: '9990000' } },
      ['9.99', 'USD'],
    ],
    [
      'dollars by the export where there is no value',
      { event_value_in_usd: 4.5 },
      { currency: USD },
      ['4.5', 'USD'],
    ],
  ])('%s', (_, changes, params, [value, currency]) => {
    const { event } = read(ga4({ event_name: 'in_app_purchase', ...changes }, params));
    expect(event).toMatchObject({ name: 'purchase', value, currency });
  });

  test.each(['app_store_refund', 'app_store_subscription_renew', 'app_store_subscription_convert'])(
    '%s has micros too',
    (name) => {
      const { event } = read(
        ga4({ event_name: name }, { value: { int_value: '9990000' }, currency: USD }),
      );
      expect(event.value).toBe('9.99');
    },
  );

  it('leaves integers of purchases that an app reports itself alone', () => {
    const { event } = read(
      ga4({ event_name: 'purchase' }, { value: { int_value: '10' }, currency: USD }),
    );
    expect(event.value).toBe('10');
  });

  it('takes the product from its parameters', () => {
    const product = {
      product_id: { string_value: 'gems_100' },
      product_name: { string_value: 'Gems' },
    };
    const { event } = read(
      ga4({ event_name: 'in_app_purchase', items: [] }, { ...product, currency: USD }),
    );
    expect(event).toMatchObject({ itemId: 'gems_100', itemName: 'Gems' });
  });
});

const TRANSACTION = { transaction_id: 'TtlZ3b', currency: 'EUR', revenue: 13.5, total_quantity: 1 };
const PRODUCT = { id: '1236', name: 'Hat', price: 12, currency: 'EUR', quantity: 2 };
const USER = { id: 'U1', email: 'a@example.com', is_guest: true };
const VENDOR = 'com_snowplowanalytics_snowplow_ecommerce';

function snowplow(changes: JsonObject): JsonObject {
  return {
    event: 'unstruct',
    event_name: 'snowplow_ecommerce_action',
    event_id: 'e-1',
    collector_tstamp: '2026-11-18 20:14:06.000',
    domain_userid: 'd-1',
    ...changes,
  };
}

function ecommerceColumns(
  version: string,
  prefixes: { event: string; context: string },
): JsonObject {
  return {
    [`${prefixes.event}${VENDOR}_snowplow_ecommerce_action_${version}`]: {
      type: 'transaction',
      name: null,
    },
    [`${prefixes.context}${VENDOR}_transaction_${version}`]: [TRANSACTION],
    [`${prefixes.context}${VENDOR}_product_${version}`]: [PRODUCT],
    [`${prefixes.context}${VENDOR}_user_${version}`]: [USER],
  };
}

const COLUMNS = { event: 'unstruct_event_', context: 'contexts_' };
const described = (name: string, data: object): JsonObject => ({
  schema: `iglu:com.snowplowanalytics.snowplow.ecommerce/${name}/jsonschema/1-0-0`,
  data,
});
const wrapper = (name: string): string =>
  `iglu:com.snowplowanalytics.snowplow/${name}/jsonschema/1-0-0`;

describe('K35: an action of Snowplow’s e-commerce plugin', () => {
  const inCapitals = (record: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toUpperCase(), value]));
  const asText = (record: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(record).map(([key, value]) => [
        key,
        typeof value === 'object' ? JSON.stringify(value) : value,
      ]),
    );
  const columns = snowplow(ecommerceColumns('1', COLUMNS));
  test.each<[what: string, record: JsonObject]>([
    ['columns of Snowflake, Databricks and the newer BigQuery loader', columns],
    ['columns of the older BigQuery loader', snowplow(ecommerceColumns('1_0_2', COLUMNS))],
    ['columns that Snowflake unloads in capitals', inCapitals(columns)],
    ['columns that are text', asText(columns)],
    ['tables of Redshift', snowplow(ecommerceColumns('1', { event: '', context: '' }))],
    [
      'the self-describing form',
      snowplow({
        unstruct_event: {
          schema: wrapper('unstruct_event'),
          data: described('snowplow_ecommerce_action', { type: 'transaction' }),
        },
        contexts: {
          schema: wrapper('contexts'),
          data: [
            described('user', USER),
            described('transaction', TRANSACTION),
            described('product', PRODUCT),
          ],
        },
      }),
    ],
    [
      'fields in camel case',
      snowplow({
        ...ecommerceColumns('1', COLUMNS),
        [`contexts_${VENDOR}_transaction_1`]: [
          { transactionId: 'TtlZ3b', currency: 'EUR', revenue: '13.5' },
        ],
      }),
    ],
  ])('is read from %s', (_, record) => {
    const { event } = read(record);
    expect(event).toMatchObject({
      name: 'purchase',
      value: '13.5',
      currency: 'EUR',
      transactionId: 'TtlZ3b',
      itemId: '1236',
      itemName: 'Hat',
      quantity: 2,
      userId: 'U1',
      identifiers: { plain: { email: 'a@example.com' } },
    });
  });

  test.each([
    ['refund', 'refund'],
    ['add_to_cart', 'add_to_cart'],
    ['product_view', 'product_view'],
    ['add_to_wishlist', 'wishlist_add'],
  ])('of type %s is %s, never a purchase', (type, name) => {
    const { event } = read(
      snowplow({ [`unstruct_event_${VENDOR}_snowplow_ecommerce_action_1`]: { type } }),
    );
    expect([event.name, event.value]).toEqual([name, undefined]);
  });

  it('has no one item where it has two products', () => {
    const { event } = read(
      snowplow({
        ...ecommerceColumns('1', COLUMNS),
        [`contexts_${VENDOR}_product_1`]: [PRODUCT, PRODUCT],
      }),
    );
    expect([event.value, event.itemId, event.quantity]).toEqual(['13.5', undefined, undefined]);
  });

  it('keeps the event’s own user', () => {
    const { event } = read({ ...columns, user_id: 'u-17' });
    expect(event.userId).toBe('u-17');
  });
});

describe('K36: every loader’s spelling of fields', () => {
  test.each(['apple_idfa', 'appleIdfa', 'APPLE_IDFA', 'android_idfa', 'androidIdfa'])(
    '%s is the MAID',
    (name) => {
      const { event } = read({
        ...RECORD_BUILDERS['snowplow']!(CONVERSION),
        contexts_com_snowplowanalytics_snowplow_mobile_context_1: [
          { os_type: 'ios', [name]: 'M-1' },
        ],
      });
      expect(event.identifiers.maid).toBe('M-1');
    },
  );

  test.each([
    [{ orderId: 50314, totalAmount: 9.99, currencyCode: 'EUR' }],
    [{ order_id: '50314', total_amount: '9.99', currency_code: 'EUR' }],
    [{ transactionId: '50314', revenue: 9.99, currency: 'EUR' }],
    [{ TRANSACTION_ID: '50314', VALUE: 9.99, CURRENCY: 'EUR' }],
  ])('%j is money and order', (payload) => {
    const record = {
      ...RECORD_BUILDERS['snowplow']!(CONVERSION),
      unstruct_event_com_example_purchase_1: payload,
    };
    expect(read(record).event).toMatchObject({
      value: '9.99',
      currency: 'EUR',
      transactionId: '50314',
    });
  });
});

describe('Google bodies in snake case', () => {
  const ADDRESS = {
    given_name: 'Ann',
    family_name: 'Lee',
    region_code: 'US',
    postal_code: '10001',
  };
  test.each<[what: string, record: JsonObject, expected: object]>([
    [
      'a Data Manager event',
      {
        event_timestamp: '2026-11-18T20:14:05Z',
        transaction_id: 10001,
        event_source: 'WEB',
        conversion_value: 5.31,
        currency: 'USD',
        ad_identifiers: { gclid: 'G-1' },
        user_data: { user_identifiers: [{ email_address: 'a@example.com' }, { address: ADDRESS }] },
        consent: { ad_user_data: 'CONSENT_GRANTED', ad_personalization: 'CONSENT_DENIED' },
        cart_data: { items: [{ merchant_product_id: 'sku-1', quantity: 2, unit_price: 1 }] },
      },
      {
        id: '10001',
        transactionId: '10001',
        value: '5.31',
        currency: 'USD',
        source: 'website',
        itemId: 'sku-1',
        quantity: 2,
        click: { fields: { gclid: 'G-1' } },
        identifiers: {
          plain: {
            email: 'a@example.com',
            first_name: 'Ann',
            last_name: 'Lee',
            postal_code: '10001',
          },
          country: 'US',
        },
      },
    ],
    [
      'a click conversion of the Ads API',
      {
        conversion_date_time: '2026-11-18 22:14:05+02:00',
        conversion_action: 'customers/1/conversionActions/2',
        conversion_value: '5.31',
        currency_code: 'USD',
        order_id: 'T-1',
        gclid: 'G-1',
        user_identifiers: [
          { hashed_email: 'ab'.repeat(32), address_info: { country_code: 'US', city: 'Bonn' } },
        ],
      },
      {
        id: 'T-1',
        timeMs: Date.UTC(2026, 10, 18, 20, 14, 5),
        value: '5.31',
        currency: 'USD',
        identifiers: { hashed: { email: 'ab'.repeat(32) }, country: 'US', plain: { city: 'Bonn' } },
      },
    ],
    [
      'the same in camel case',
      {
        conversionDateTime: '2026-11-18 22:14:05+02:00',
        conversionValue: 5.31,
        currencyCode: 'USD',
        orderId: 'T-1',
        gclid: 'G-1',
        userIdentifiers: [{ hashedEmail: 'ab'.repeat(32), addressInfo: { countryCode: 'US' } }],
      },
      {
        id: 'T-1',
        value: '5.31',
        identifiers: { hashed: { email: 'ab'.repeat(32) }, country: 'US' },
      },
    ],
    [
      'a line of Tentacles for Campaign Manager',
      {
        timestamp_micros: '1795032845120000',
        gclid: 'G-1',
        value: '1.5',
        user_identifiers: { hashed_email: 'ab'.repeat(32) },
      },
      {
        timeMs: 1_795_032_845_120,
        value: '1.5',
        identifiers: { hashed: { email: 'ab'.repeat(32) } },
      },
    ],
    [
      'a line of Tentacles for Search Ads',
      {
        click_id: 'G-1',
        conversion_id: 'c-1',
        conversion_timestamp: '1795032845000',
        revenue_micros: '9990000',
        currency_code: 'EUR',
        type: 'TRANSACTION',
      },
      { id: 'c-1', value: '9.99', currency: 'EUR', click: { fields: { gclid: 'G-1' } } },
    ],
  ])('%s', (_, record, expected) => {
    expect(read(record).event).toMatchObject(expected);
  });

  it('are not taken for rows of GA4, nor those for them', () => {
    const parser = createEventParser({ format: 'auto', input: 'in' });
    parser.parse({
      number: 1,
      text: JSON.stringify({ ...RECORD_BUILDERS['ga4']!(CONVERSION), transaction_id: 'T' }),
    });
    expect(parser.format).toBe('ga4');
  });
});

describe('Segment, RudderStack and Jitsu', () => {
  it('reads the body of a track call, which has no type', () => {
    const { type: _type, messageId: _id, ...body } = RECORD_BUILDERS['segment']!(CONVERSION);
    expect(read(body).event).toMatchObject({ type: 'track', name: 'purchase', value: '9.99' });
  });

  test.each(['Track', 'TRACK'])('reads the type %s', (type) => {
    expect(read({ ...RECORD_BUILDERS['segment']!(CONVERSION), type }, 'segment').event.type).toBe(
      'track',
    );
  });

  test.each([
    [{ product_id: 1234, name: 'Gems', quantity: 1 }, '1234'],
    [{ sku: 3 }, '3'],
    [{ productId: 'p' }, 'p'],
  ])('takes %j as the item', (product, itemId) => {
    const properties = { revenue: 1, currency: 'USD', products: [product] };
    expect(read({ ...RECORD_BUILDERS['segment']!(CONVERSION), properties }).event.itemId).toBe(
      itemId,
    );
  });

  test.each(['context', 'traits', 'integrations'])(
    '%s that is not an object costs itself',
    (name) => {
      const { event, codes } = read({ ...RECORD_BUILDERS['segment']!(CONVERSION), [name]: 'text' });
      expect(event.value).toBe('9.99');
      expect(codes).toContain('unusable_field');
    },
  );
});

describe('ECAPI', () => {
  test.each([
    ['ids as numbers', { id: 17, data_set_id: 5 }, { id: '17' }],
    ['a type in capitals', { event_type: 'Purchase' }, { name: 'purchase' }],
    ['money as text', { value: '9.99' }, { value: '9.99' }],
    ['a time in milliseconds', { timestamp: 1_795_032_845_000 }, { timeMs: 1_795_032_845_000 }],
    ['a test flag as text', { ext: { test: 'true', network: 'amazon' } }, { test: true }],
    ['user data that is not an object', { user_data: 'x' }, { value: '9.99' }],
  ])('reads %s', (_, changes, expected) => {
    expect(
      read({ ...RECORD_BUILDERS['ecapi']!(CONVERSION), ...changes }, 'ecapi').event,
    ).toMatchObject(expected);
  });
});
