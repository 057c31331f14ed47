import { describe, expect, test } from 'vitest';

import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { FormatChoice } from '../../../../src/events/event-parser.js';
import { isJsonObject, type JsonObject } from '../../../../src/json.js';
import { parseLine } from '../../../kit/events.js';
import { CONVERSION, RECORD_BUILDERS } from '../../../kit/foreign-events.js';

/** The conversion of one format, with changed fields; undefined takes one away. */
function parse(format: string, changes: JsonObject) {
  return parseLine(
    JSON.stringify({ ...RECORD_BUILDERS[format]!(CONVERSION), ...changes }),
    format as FormatChoice,
  );
}

function read(format: string, changes: JsonObject): ConversionEvent {
  const parsed = parse(format, changes);
  if ('invalid' in parsed) throw new Error(`${parsed.invalid.field} ${parsed.invalid.message}`);
  return parsed.event;
}

const HASH = 'ab'.repeat(32);
const param = (key: string, value: JsonObject): JsonObject => ({ event_params: [{ key, value }] });
const consent = (categories: JsonObject): JsonObject => ({
  context: { consent: { categoryPreferences: categories } },
});
const scopes = (given: JsonObject): JsonObject => ({
  contexts_com_snowplowanalytics_snowplow_consent_preferences_1: [given],
});

type Row = [what: string, changes: JsonObject, expected: object];

describe.each<[format: string, rows: Row[]]>([
  [
    'segment',
    [
      [
        'revenue comes before value and total',
        { properties: { revenue: '5', value: 6, total: 7 } },
        { value: '5' },
      ],
      ['value comes before total', { properties: { value: 6, total: 7 } }, { value: '6' }],
      ['total is money too', { properties: { total: 7 } }, { value: '7' }],
      ['one product is the item', oneProduct(2), { itemId: 'p1', itemName: 'Gem', quantity: 2 }],
      ['an unknown event keeps its name', { event: 'Level Won' }, { name: 'Level Won' }],
      ['a wish', { event: 'Product Added to Wishlist' }, { name: 'wishlist_add' }],
      ['a number as user id', { userId: 17 }, { userId: '17' }],
      [
        'the next best time',
        { timestamp: undefined, sentAt: '2026-11-18T20:14:06Z' },
        { timeMs: 1795032846000 },
      ],
      ['a page', { type: 'page', event: undefined }, { type: 'page', name: '' }],
      ['a group is kept by name', { type: 'group', event: undefined }, { type: 'group' }],
      [
        'an identify',
        { type: 'identify', traits: { firstName: 'A' } },
        { identifiers: { plain: { first_name: 'A' } } },
      ],
      [
        'an alias',
        { type: 'alias', previousId: 'a', userId: 'b' },
        { alias: { from: 'a', to: 'b' } },
      ],
      ['the same id twice', { type: 'alias', previousId: 'b', userId: 'b' }, { alias: undefined }],
      [
        'a click in the query',
        { context: { page: { search: '?gclid=G1' } } },
        { click: { fields: { gclid: 'G1' } } },
      ],
      ['a click in properties first', gclids('G2'), { click: { fields: { gclid: 'G2' } } }],
      [
        'a click in integrations',
        { integrations: { X: { twclid: 't' }, All: true } },
        { click: { fields: { twclid: 't' } } },
      ],
      [
        'a campaign',
        { context: { campaign: { source: 's', name: 'n' } } },
        utm({ utm_source: 's', utm_campaign: 'n' }),
      ],
      [
        'an address',
        { context: { traits: { address: bonn() } } },
        { identifiers: { plain: { city: 'Bonn' }, country: 'DE' } },
      ],
      [
        'a device',
        { context: { device: { type: 'ios', advertisingId: 'M' } } },
        { source: 'ios', identifiers: { maid: 'M' } },
      ],
      ['a device that opted out', optedOut(), { identifiers: { maid: undefined } }],
      ['all refused', consent({ Advertising: false, Analytics: false }), { consentLevel: 'none' }],
      [
        'analytics only',
        consent({ Advertising: false, Analytics: true }),
        { consentLevel: 'anonymous' },
      ],
      [
        'advertising refused',
        consent({ Advertising: false, Functional: true }),
        { consentLevel: 'none' },
      ],
      ['advertising', consent({ 'C-Marketing': true }), { consentLevel: 'full' }],
      ['words that we do not know', consent({ Blue: true }), { consentLevel: 'not_set' }],
      ['no consent', { context: {} }, { consentLevel: 'not_set' }],
      ['RudderStack denies', rudder([], ['marketing', 'analytics']), { consentLevel: 'none' }],
      ['RudderStack allows', rudder(['analytics'], ['marketing']), { consentLevel: 'anonymous' }],
      ['a test', { context: { test: true } }, { test: true }],
    ],
  ],
  [
    'ecapi',
    [
      [
        'a custom event',
        { event_type: 'custom', custom_event: 'Order Placed' },
        { name: 'purchase' },
      ],
      ['a lead', { event_type: 'generate_lead' }, { name: 'email_acquired' }],
      ['a page view', { event_type: 'page_view' }, { type: 'page' }],
      ['a test', { ext: { test: true } }, { test: true, consentLevel: 'not_set' }],
      [
        'hashes',
        { user_data: { email_address: [HASH], phone_numbers: [HASH] } },
        { identifiers: { hashed: { email: HASH, phone: HASH }, phoneHashHasPlus: true } },
      ],
      [
        'aliases of its own examples',
        { user_data: { email_addresses: [HASH], addresses: [{ country_code: 'de' }] } },
        { identifiers: { hashed: { email: HASH }, country: 'DE' } },
      ],
      ['a click of nobody', { user_data: { click_id: 'c' }, ext: {} }, { click: { fields: {} } }],
      [
        'a click of TikTok',
        { user_data: { click_id: 'c' }, ext: { network: 'TikTok' } },
        { click: { fields: { ttclid: 'c' } } },
      ],
      [
        'consent strings',
        { user_data: { gpp_string: 'G', gpp_sid: [2, 6] } },
        { consent: { gpp: 'G', gppSid: '2_6' } },
      ],
      [
        'measurement only',
        { user_data: { mmt_only: true } },
        { consent: { limitedDataUse: true } },
      ],
      [
        'partner ids',
        { user_data: { uids: [{ id: 'R', source: 'liveramp.com' }] } },
        { identifiers: { rampId: 'R' } },
      ],
      ['nobody', { user_data: {} }, { userId: undefined }],
    ],
  ],
  [
    'ga4',
    [
      [
        'money of the order',
        { event_params: [], ecommerce: { purchase_revenue: 4.5 } },
        { value: '4.5' },
      ],
      ['an integer as text', param('value', { int_value: '10' }), { value: '10' }],
      ['debug mode', param('debug_mode', { int_value: 1 }), { test: true }],
      ['a wish', { event_name: 'add_to_wishlist' }, { type: 'track', name: 'wishlist_add' }],
      ['a first open', { event_name: 'first_open' }, { name: 'game_launch' }],
      ['a visit', { event_name: 'session_start' }, { type: 'page' }],
      ['a screen', { event_name: 'screen_view' }, { type: 'screen' }],
      [
        'this visit, not the first',
        {
          event_params: [],
          collected_traffic_source: { gclid: 'G', manual_source: 's' },
          traffic_source: { source: 'old' },
        },
        utm({ gclid: 'G', utm_source: 's' }),
      ],
      [
        'no storage',
        { privacy_info: { analytics_storage: 'No', ads_storage: 'Yes' } },
        { consentLevel: 'none' },
      ],
      [
        'analytics storage',
        { privacy_info: { analytics_storage: 'Yes', ads_storage: 'No' } },
        { consentLevel: 'anonymous' },
      ],
      [
        'columns of a flattened export',
        {
          privacy_info: undefined,
          privacy_info_analytics_storage: 'Yes',
          privacy_info_ads_storage: 'No',
        },
        { consentLevel: 'anonymous' },
      ],
      [
        'columns with a dot',
        {
          privacy_info: undefined,
          'privacy_info.analytics_storage': 'No',
          'privacy_info.ads_storage': 'No',
        },
        { consentLevel: 'none' },
      ],
      ['nothing said', { privacy_info: {} }, { consentLevel: 'not_set' }],
      [
        'a device',
        { platform: 'ANDROID', device: { advertising_id: 'M' } },
        { source: 'android', identifiers: { maid: 'M' } },
      ],
      ['a country by name', { geo: { country: 'Germany' } }, { identifiers: { country: 'DE' } }],
      [
        'nobody',
        { user_id: undefined, user_pseudo_id: undefined },
        { userId: undefined, anonymousId: undefined },
      ],
    ],
  ],
  [
    'snowplow',
    [
      [
        'a time without zone is UTC',
        { derived_tstamp: '2026-11-18 20:14:05.120' },
        { timeMs: 1795032845120 },
      ],
      ['the collector’s time', { derived_tstamp: undefined }, { timeMs: 1795032846000 }],
      ['a visit', { event: 'page_view', event_name: 'page_view' }, { type: 'page' }],
      [
        'a structured event',
        { event: 'struct', event_name: 'event', se_action: 'add_to_wishlist' },
        { name: 'wishlist_add' },
      ],
      [
        'an order of old',
        {
          unstruct_event_com_example_purchase_1: undefined,
          event: 'transaction',
          event_name: 'transaction',
          tr_total: '7.5',
          tr_currency: 'EUR',
          tr_orderid: 'O',
        },
        { name: 'purchase', value: '7.5', currency: 'EUR', transactionId: 'O' },
      ],
      [
        'a payload in its envelope',
        described({ value: 3, currency: 'EUR' }),
        { value: '3', currency: 'EUR' },
      ],
      [
        'a payload in a list',
        { unstruct_event_com_example_purchase_1: [{ value: 2 }] },
        { value: '2' },
      ],
      [
        'a payload as text',
        { unstruct_event_com_example_purchase_1: '{"value":1}' },
        { value: '1' },
      ],
      [
        'the click’s network',
        { mkt_network: 'Google' },
        { click: { fields: { gclid: CONVERSION.aref } } },
      ],
      ['a network that nobody knows', { mkt_network: 'Acme' }, { click: { fields: {} } }],
      [
        'a click in the query',
        { mkt_clickid: undefined, page_urlquery: 'utm_source=x&ttclid=T' },
        utm({ utm_source: 'x', ttclid: 'T' }),
      ],
      [
        'everything refused',
        scopes({ event_type: 'deny_all', consent_scopes: ['necessary'] }),
        { consentLevel: 'none' },
      ],
      [
        'statistics',
        scopes({ event_type: 'allow_selected', consent_scopes: ['statistics'] }),
        { consentLevel: 'anonymous' },
      ],
      ['a question that is open', scopes({ event_type: 'pending' }), { consentLevel: 'not_set' }],
      [
        'no consent',
        { contexts_com_snowplowanalytics_snowplow_consent_preferences_1: undefined },
        { consentLevel: 'not_set' },
      ],
      [
        'a device',
        { contexts_com_snowplowanalytics_snowplow_mobile_context_1: [{ appleIdfa: 'M' }] },
        { identifiers: { maid: 'M' } },
      ],
      ['an address that is hashed', { user_ipaddress: HASH }, { identifiers: { ip: undefined } }],
      ['an address', { user_ipaddress: '192.0.2.1' }, { identifiers: { ip: '192.0.2.1' } }],
    ],
  ],
  [
    'cloudevents',
    [
      ['its id is source and id', { source: 's', id: 'i' }, { id: 's|i' }],
      [
        'text data',
        { data: JSON.stringify({ value: 3, consentLevel: 'anonymous' }) },
        { value: '3', consentLevel: 'anonymous' },
      ],
      [
        'base64 data',
        { data: undefined, data_base64: Buffer.from('{"value":4}').toString('base64') },
        { value: '4' },
      ],
      [
        'extensions',
        { test: true, consentlevel: 'full', data: {} },
        { test: true, consentLevel: 'full' },
      ],
      [
        'a format within',
        { data: RECORD_BUILDERS['segment']!(CONVERSION) },
        { id: `/games/42/server|${CONVERSION.id}`, name: 'purchase', transactionId: 'T-1001' },
      ],
      ['a type of another form', { type: 'games/order_completed' }, { name: 'purchase' }],
    ],
  ],
  [
    'google',
    [
      [
        'a click conversion of Tentacles',
        {
          timestamp: undefined,
          transactionId: undefined,
          value: undefined,
          conversionDateTime: '2026-11-18 22:14:05+02:00',
          conversionValue: '1.50',
          gclid: 'G',
        },
        { timeMs: 1795032845000, value: '1.50' },
      ],
      [
        'Campaign Manager',
        {
          timestamp: undefined,
          timestampMicros: '1795032845120000',
          userIdentifiers: [{ hashedEmail: HASH }],
          emails: undefined,
        },
        { timeMs: 1795032845120, identifiers: { hashed: { email: HASH } } },
      ],
      [
        'Search Ads',
        {
          timestamp: undefined,
          conversionTimestamp: '1795032845000',
          revenueMicros: '9990000',
          value: undefined,
          clickId: 'G',
        },
        { value: '9.99', click: { fields: { gclid: 'G', aref: CONVERSION.aref } } },
      ],
      ['whole micros', { revenueMicros: 10_000_000, value: undefined }, { value: '10' }],
      ['a name', { eventName: 'sign_up' }, { name: 'sign_up' }],
      [
        'Data Manager’s own form',
        {
          timestamp: undefined,
          eventTimestamp: '2026-11-18T20:14:05Z',
          adIdentifiers: { gbraid: 'B' },
        },
        { timeMs: 1795032845000, click: { fields: { gbraid: 'B' } } },
      ],
      [
        'refused',
        { consent: { adUserData: 'CONSENT_DENIED' } },
        { consentLevel: 'none', consent: { adUserData: 'DENIED' } },
      ],
      ['nothing said', { consent: undefined }, { consentLevel: 'not_set' }],
    ],
  ],
])('%s', (format, rows) => {
  test.each(rows)('%s', (_, changes, expected) => {
    expect(likeness(read(format, changes), expected)).toEqual(expected);
  });
});

describe('a wrong field is named by its own path', () => {
  test.each<[format: string, changes: JsonObject, code: string, field: string]>([
    ['segment', { event: undefined }, 'missing_required_field', 'event'],
    ['segment', { messageId: {} }, 'wrong_type', 'messageId'],
    ['segment', { timestamp: '18.11.2026 20:14' }, 'invalid_format', 'timestamp'],
    ['segment', { timestamp: undefined }, 'missing_required_field', 'timestamp'],
    ['segment', { properties: { revenue: 'ten' } }, 'invalid_value', 'properties.revenue'],
    ['segment', { properties: [1] }, 'wrong_type', 'properties'],
    [
      'segment',
      { userId: undefined, anonymousId: undefined },
      'missing_required_field',
      'anonymousId',
    ],
    ['segment', { type: 'alias' }, 'missing_required_field', 'previousId'],
    ['ecapi', { data_set_id: '' }, 'missing_required_field', 'data_set_id'],
    ['ecapi', { event_type: 'purchased' }, 'invalid_enum', 'event_type'],
    ['ecapi', { event_type: 'custom' }, 'missing_required_field', 'custom_event'],
    ['ecapi', { timestamp: 17950328450 }, 'invalid_value', 'timestamp'],
    ['ecapi', { currency_code: 'dollar' }, 'invalid_format', 'currency_code'],
    ['ga4', { event_timestamp: 20261118 }, 'invalid_value', 'event_timestamp'],
    ['ga4', { event_timestamp: undefined }, 'missing_required_field', 'event_timestamp'],
    ['ga4', { event_params: 'x' }, 'wrong_type', 'event_params'],
    ['ga4', param('currency', { string_value: 'E' }), 'invalid_format', 'event_params.currency'],
    ['snowplow', { event_id: {} }, 'wrong_type', 'event_id'],
    ['snowplow', { derived_tstamp: '2026-02-30 00:00:00' }, 'invalid_format', 'derived_tstamp'],
    [
      'snowplow',
      { unstruct_event_com_example_purchase_1: { value: 'x' } },
      'invalid_value',
      'unstruct_event_com_example_purchase_1.value',
    ],
    ['cloudevents', { specversion: '0.3' }, 'invalid_value', 'specversion'],
    ['cloudevents', { source: undefined }, 'missing_required_field', 'source'],
    ['cloudevents', { data: undefined }, 'missing_required_field', 'data'],
    ['cloudevents', { data: 'x' }, 'not_json', 'data'],
    ['cloudevents', { data: { value: 'x' } }, 'invalid_value', 'data.value'],
    ['cloudevents', { data: undefined, data_base64: '/w==' }, 'not_utf8', 'data_base64'],
    ['cloudevents', { data: { batch: [] } }, 'wrong_type', 'data'],
    ['cloudevents', { time: undefined }, 'missing_required_field', 'time'],
    ['google', { timestamp: '2026-11-18 20:14:05' }, 'invalid_format', 'timestamp'],
    ['google', { value: 'free' }, 'invalid_value', 'value'],
  ])('%s %j', (format, changes, code, field) => {
    expect(parse(format, changes)).toMatchObject({ invalid: { code, field } });
  });
});

test('the id of a record without one is the same for the same record, and tells nothing of it', () => {
  const ids = [read('ga4', {}), read('ga4', {}), read('ga4', { event_name: 'sign_up' })].map(
    ({ id }) => id,
  );
  expect(ids[0]).toBe(ids[1]);
  expect(new Set(ids).size).toBe(2);
  expect(ids.join()).toMatch(/^[0-9a-f]{32},[0-9a-f]{32},[0-9a-f]{32}$/);
  expect(read('ecapi', { id: null }).id).toBe(read('ecapi', { id: null }).id);
});

/** What `value` has of the fields of `like`; undefined where it has none. */
function likeness(value: unknown, like: unknown): unknown {
  if (!isJsonObject(value) || !isJsonObject(like)) return value;
  return Object.fromEntries(Object.keys(like).map((key) => [key, likeness(value[key], like[key])]));
}
function utm(fields: JsonObject): object {
  return { click: { fields } };
}
function bonn(): JsonObject {
  return { city: 'Bonn', country: 'Germany' };
}
function oneProduct(quantity: number): JsonObject {
  return { properties: { products: [{ product_id: 'p1', name: 'Gem', quantity }] } };
}
function gclids(gclid: string): JsonObject {
  return { properties: { gclid }, context: { page: { url: 'https://game.example/?gclid=G1' } } };
}
function optedOut(): JsonObject {
  return { context: { device: { advertisingId: 'M', adTrackingEnabled: false } } };
}
function rudder(allowedConsentIds: string[], deniedConsentIds: string[]): JsonObject {
  return { context: { consentManagement: { allowedConsentIds, deniedConsentIds } } };
}
function described(data: JsonObject): JsonObject {
  const schema = 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0';
  return {
    unstruct_event_com_example_purchase_1: undefined,
    unstruct_event: {
      schema,
      data: { schema: 'iglu:com.example/purchase/jsonschema/1-0-0', data },
    },
  };
}
