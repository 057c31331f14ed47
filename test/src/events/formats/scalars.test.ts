import fc from '../../../kit/property.js';
import { describe, expect, it, test } from 'vitest';

import type { FormatChoice } from '../../../../src/events/event-parser.js';
import type { JsonObject } from '../../../../src/json.js';
import { parseWithWarnings } from '../../../kit/events.js';
import { CONVERSION, RECORD_BUILDERS } from '../../../kit/foreign-events.js';
import { FORMATS, readPurchase, writePurchase, TIME_FIELDS } from '../../../kit/foreign-fields.js';

/**
 * Fields in addition to the event, its name, time, id and money, by names that every format reads.
 */
const SIDE_FIELDS = [
  ...[
    'transaction_id',
    'item_id',
    'item_name',
    'quantity',
    'click_time',
    'limited_data_use',
    'page_url',
  ],
  ...[
    'gclid',
    'fbclid',
    'ttclid',
    'rdt_cid',
    'twclid',
    'dclid',
    'utm_campaign',
    'utm_content',
    'source',
  ],
];

const ODD_VALUES: unknown[] = [
  ...[0, 0.5, -1, 7, 2 ** 60, 1e300, true, false, null, '', ' ', 'text', 'x'.repeat(9000)],
  ...[
    [],
    ['a'],
    [1, 2],
    [null, 'a'],
    [[]],
    {},
    { a: { b: 1 } },
    'NaN',
    'true',
    '0',
    '[object Object]',
  ],
];

describe.each(FORMATS)('K10 %s', (format) => {
  test.each(SIDE_FIELDS)('%s of any type costs itself, never the purchase', (name) => {
    for (const value of ODD_VALUES) {
      const { event } = readPurchase(format, writePurchase(format, { [name]: value }));
      expect({ name, value, event }).toMatchObject({
        event: { name: 'purchase', value: '9.99', currency: 'USD' },
      });
    }
  });

  it('K10: takes ids as numbers as it takes them as text', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.constantFrom('item_id', 'utm_campaign', 'rdt_cid'),
        (id, name) => {
          const read = (value: unknown) =>
            readPurchase(format, writePurchase(format, { [name]: value })).event;
          expect({ ...read(id), properties: 0 }).toEqual({ ...read(String(id)), properties: 0 });
        },
      ),
    );
  });

  it('K10: keeps the digits of ids beyond 2^53, or refuses those that are lost', () => {
    const write = (digits: string): string =>
      JSON.stringify(writePurchase(format, { item_id: 4242424242 })).replaceAll(
        '4242424242',
        digits,
      );
    const beyond = fc.bigInt({ min: 2n ** 53n, max: 10n ** 30n }).map(String);
    fc.assert(
      fc.property(beyond, (digits) => {
        expect(readPurchase(format, write(digits)).event.itemId).toBe(digits);
      }),
    );
    const lost = readPurchase(format, write('6.0241286212345e+25'));
    expect([lost.event.itemId, lost.codes]).toEqual([
      undefined,
      expect.arrayContaining(['unusable_field']),
    ]);
  });

  test.each([
    [0, undefined],
    [0.5, undefined],
    ['many', undefined],
    [3, 3],
    ['3', 3],
    [' 3 ', 3],
    ['3.0', 3],
  ])('K10: quantity %j is %j', (quantity, expected) => {
    const { event, codes } = readPurchase(format, writePurchase(format, { quantity }));
    expect(event.quantity).toBe(expected);
    expect(codes.includes('unusable_field')).toBe(expected === undefined);
  });

  test.each([['true'], ['TRUE'], ['1'], [1], ['yes'], ['y'], [true]])(
    'K10: limited_data_use %j is a limit',
    (limit) => {
      const { event } = readPurchase(format, writePurchase(format, { limited_data_use: limit }));
      expect(event.consent.limitedDataUse).toBe(true);
    },
  );

  test.each([
    ['.99', '0.99'],
    ['-.5', '-0.5'],
    ['9.', '9'],
    [' 9.99 ', '9.99'],
    ['9.990000000000001', '9.990000000000001'],
    ['1e1', '10'],
    [0.1, '0.1'],
  ])('K20: money %j is %j', (value, expected) => {
    expect(readPurchase(format, writeMoney(format, value)).event.value).toBe(expected);
  });

  it('K20: keeps every digit of money that is a number', () => {
    const digits = '32.83999999999999612345';
    const text = JSON.stringify(writeMoney(format, 4242424242)).replaceAll('4242424242', digits);
    expect(readPurchase(format, text).event.value).toBe(digits);
  });

  test.each([
    ['9,99'],
    ['1,234'],
    ['1.234,56'],
    ['1,234.56'],
    ['$9.99'],
    ['9.99 USD'],
    ['.'],
    [true],
    [[9.99]],
    [{}],
  ])('K20: money %j is not guessed', (value) => {
    const { parsed } = parseWithWarnings(
      JSON.stringify(writeMoney(format, value)),
      format as FormatChoice,
    );
    expect(parsed).toMatchObject({
      invalid: { code: expect.stringMatching(/^(?:invalid_value|wrong_type)$/) },
    });
  });
});

/** The purchase with its money where the format has it. */
function writeMoney(format: string, value: unknown): JsonObject {
  if (format === 'segment') return writePurchase(format, { revenue: value });
  return format === 'ecapi' || format === 'google'
    ? writePurchase(format, {}, { value })
    : writePurchase(format, { value });
}

const AT_MS = Date.UTC(2026, 10, 30, 11, 58, 26);

describe.each(FORMATS)('K19 %s', (format) => {
  const read = (time: unknown) =>
    readPurchase(format, writePurchase(format, {}, { [TIME_FIELDS[format]!]: time }));

  test.each<[unknown, number]>([
    ['2026-11-30T11:58:26Z', 0],
    ['2026-11-30t11:58:26z', 0],
    ['2026-11-30T11:58:26+00:00', 0],
    ['2026-11-30T11:58:26+0000', 0],
    ['2026-11-30T11:58:26+00', 0],
    ['2026-11-30 11:58:26+00', 0],
    ['2026-11-30 11:58:26 UTC', 0],
    ['2026-11-30 11:58:26 GMT', 0],
    ['2026-11-30 11:58:26.123456 UTC', 123],
    ['2026-11-30 11:58:26.123456789 +0000 UTC', 123],
    ['2026-11-30T11:58:26,5Z', 500],
    ['2026-11-30T13:58:26.5+0200', 500],
    ['2026-11-30T13:58:26+02:00[Europe/Berlin]', 0],
    ['2026-11-30T06:28:26-05:30', 0],
    ['20261130T115826Z', 0],
    ['20261130T115826.250+0000', 250],
    ['2026-11-30T11:58Z', -26_000],
    ['Mon, 30 Nov 2026 11:58:26 GMT', 0],
    ['30 Nov 2026 13:58:26 +0200', 0],
    [AT_MS / 1000, 0],
    [AT_MS / 1000 + 0.5, 500],
    [String(AT_MS / 1000), 0],
    ['1796039906.529', 529],
    ['1.796039906529E9', 529],
    [AT_MS, 0],
    [String(AT_MS + 529), 529],
    [AT_MS * 1000 + 529_713, 529],
    [`${AT_MS}529713`.replace(/000529713$/, '529713'), 529],
    ['1796039906529713123', 529],
    [' 2026-11-30T11:58:26Z ', 0],
    [{ $date: '2026-11-30T11:58:26Z' }, 0],
    [{ $date: AT_MS }, 0],
    [{ $date: { $numberLong: String(AT_MS) } }, 0],
    [`/Date(${AT_MS})/`, 0],
    [`/Date(${AT_MS}+0200)/`, 0],
    ['Mon Nov 30 2026 13:58:26 GMT+0200 (Central European Summer Time)', 0],
    ['Mon Nov 30 2026 11:58:26 GMT+0000', 0],
  ])('%j is read', (time, offsetMs) => {
    expect(read(time).event.timeMs - AT_MS).toBe(offsetMs);
    expect(read(time).codes).not.toContain('assumed_zone');
  });

  it('reads nanoseconds that are a number', () => {
    const text = JSON.stringify(writePurchase(format, {}, { [TIME_FIELDS[format]!]: 4242424242 }));
    expect(
      readPurchase(format, text.replace('4242424242', '1796039906529713123')).event.timeMs - AT_MS,
    ).toBe(529);
  });

  test.each([
    ['2026-11-30'],
    ['11/30/2026 11:58:26'],
    ['30.11.2026 11:58'],
    ['2026-02-30T11:58:26Z'],
    ['2026-11-30T25:58:26Z'],
    ['2026-11-30T11:58:26+01:00 UTC'],
    ['yesterday'],
    ['20261130115826'],
    ['-1796039906'],
    [17],
    [-1_796_039_906],
    [20_261_130],
    [true],
    [{}],
    [[AT_MS]],
    [{ $date: { $date: AT_MS } }],
    [{ $date: null }],
    ['/Date(17)/'],
    ['Mon Nov 31 2026 13:58:26 GMT+0200'],
  ])('%j is refused, and the message says what it is', (time) => {
    const record = JSON.stringify(writePurchase(format, {}, { [TIME_FIELDS[format]!]: time }));
    const { parsed } = parseWithWarnings(record, format as FormatChoice);
    const field = TIME_FIELDS[format]!;
    const shown =
      typeof time === 'string'
        ? JSON.stringify(time)
        : typeof time === 'number'
          ? String(time)
          : '';
    const type = {
      string: 'text',
      number: 'number',
      boolean: 'true',
      object: /an (?:object|array)/,
    }[typeof time as 'string'];
    expect(parsed).toMatchObject({
      invalid: { field, message: expect.stringMatching(/expected an RFC 3339/) },
    });
    const { message } = (parsed as { invalid: { message: string } }).invalid;
    expect(message).toMatch(type);
    if (!/of \d+ (?:digits|characters)/.test(message)) expect(message).toContain(shown);
  });

  it('never shows an e-mail address that stands for a time', () => {
    const record = JSON.stringify(
      writePurchase(format, {}, { [TIME_FIELDS[format]!]: 'test@example.com' }),
    );
    expect(JSON.stringify(parseWithWarnings(record, format as FormatChoice))).not.toContain('@');
  });

  test('a time without zone is UTC where the format means that', () => {
    const record = writePurchase(format, {}, { [TIME_FIELDS[format]!]: '2026-11-30T11:58:26.898' });
    const { parsed, warnings } = parseWithWarnings(JSON.stringify(record), format as FormatChoice);
    const codes = warnings.map(({ code }) => code);
    if (format === 'segment' || format === 'snowplow') {
      expect(parsed).toMatchObject({ event: { timeMs: AT_MS + 898 } });
      expect(codes.includes('assumed_zone')).toBe(format === 'segment');
    } else {
      expect(parsed).toMatchObject({
        invalid: { message: expect.stringMatching(/which has no zone/) },
      });
    }
  });

  test.each<[unknown, number | undefined]>([
    [AT_MS / 1000, AT_MS],
    [String(AT_MS / 1000), AT_MS],
    [AT_MS, AT_MS],
    [String(AT_MS), AT_MS],
    ['2026-11-30T11:58:26+0000', AT_MS],
    ['2026-11-30 11:58:26 UTC', AT_MS],
    [17, undefined],
    ['yesterday', undefined],
  ])('K18: click_time %j is %j, never 1970', (clickTime, expected) => {
    const { event, codes } = readPurchase(
      format,
      writePurchase(format, { click_time: clickTime, fbclid: 'F' }),
    );
    expect(event.click.timeMs).toBe(expected);
    expect(codes.includes('unusable_field')).toBe(expected === undefined);
  });
});

describe('K03: a list where one value belongs', () => {
  test.each(FORMATS)('%s: the first usable one is taken, with a warning', (format) => {
    const properties = {
      item_name: [null, '', { a: 1 }, 'Gem', 'Coin'],
      item_id: [7, 8],
      gclid: [{}],
    };
    const { event, codes } = readPurchase(format, writePurchase(format, properties));
    expect(event).toMatchObject({ itemName: 'Gem', itemId: '7' });
    expect(event.click.fields.gclid).toBeUndefined();
    expect(codes).toEqual(expect.arrayContaining(['list_value', 'unusable_field']));
  });
});

describe('K03 and K11: where other systems keep identifiers', () => {
  const read = (properties: JsonObject) =>
    readPurchase('audience', writePurchase('audience', { email: undefined, ...properties }));
  const LISTS: [properties: JsonObject, plain: JsonObject][] = [
    [{ emails: [{ value: 'a@example.com', type: 'work' }] }, { email: 'a@example.com' }],
    [
      { email: [{ email: null }, { address: 'a@example.com', name: 'A' }] },
      { email: 'a@example.com' },
    ],
    [{ phones: [{ number: '+16505551212' }, '+16505559999'] }, { phone: '+16505551212' }],
    [{ email: '["a@example.com"]' }, { email: 'a@example.com' }],
    [
      { billing: { email: 'a@example.com', phone: '+16505551212' } },
      { email: 'a@example.com', phone: '+16505551212' },
    ],
    [{ billing_address: { city: 'Paris' } }, { city: 'Paris' }],
  ];
  test.each(LISTS)('%j is read', (properties, plain) => {
    expect(read(properties).event.identifiers.plain).toEqual(plain);
  });

  it('warns of a list of objects in which it finds no value', () => {
    const { event, codes } = read({ phone: [{ kind: 'work' }] });
    expect(event.identifiers.plain).toEqual({});
    expect(codes).toEqual(['unusable_field']);
  });

  it('reads the user properties of GA4 after the parameters', () => {
    const userProperties = ['email', 'city'].map((key) => ({
      key,
      value: { string_value: `${key}@example.com` },
    }));
    const { event } = readPurchase(
      'ga4',
      writePurchase(
        'ga4',
        { email: undefined, city: 'Paris' },
        { user_properties: userProperties },
      ),
    );
    expect(event.identifiers.plain).toMatchObject({ email: 'email@example.com', city: 'Paris' });
  });
});

const ID_FIELDS: Readonly<Record<string, string>> = {
  segment: 'messageId',
  ecapi: 'id',
  snowplow: 'event_id',
  google: 'transactionId',
};

describe('K10: an empty list where an object belongs', () => {
  const read = (record: JsonObject, format: FormatChoice) =>
    parseWithWarnings(JSON.stringify(record), format);

  it('Segment: properties are empty then, as PHP writes them', () => {
    const record = {
      type: 'track',
      messageId: 'm',
      timestamp: '2026-11-30T11:58:26Z',
      userId: 'u',
      event: 'Signed Up',
    };
    const { parsed } = read({ ...record, properties: [], context: [], traits: [] }, 'segment');
    expect(parsed).toMatchObject({ event: { name: 'sign_up', properties: {} } });
  });

  it('costs no ECAPI purchase, whose money is not in the properties, in whatever type they are', () => {
    const record = RECORD_BUILDERS.ecapi?.(CONVERSION) ?? {};
    for (const properties of [[], [1], 'x', 7]) {
      expect(read({ ...record, properties }, 'ecapi').parsed).toHaveProperty('event');
    }
  });
});

describe('K24: an event without an id of its own', () => {
  test.each(Object.entries(ID_FIELDS))('%s: has one made of the record', (format, field) => {
    const read = (changes: JsonObject) =>
      readPurchase(format, writePurchase(format, {}, { ...changes, [field]: undefined }));
    const { event, codes } = read({});
    expect(event.id).toMatch(/^[0-9a-f]{32}$/);
    expect(codes).toContain('derived_id');
    expect(read({}).event.id).toBe(event.id);
    expect(read({ userId: 'another', user_id: 'another', user_data: {} }).event.id).not.toBe(
      event.id,
    );
  });

  it('Segment: two orders that differ beyond 2^53 have two ids', () => {
    const write = (order: string): string =>
      JSON.stringify(
        writePurchase('segment', { order_id: 4242 }, { messageId: undefined }),
      ).replace('4242', order);
    const ids = ['12345678901234567890', '12345678901234567891'].map(
      (order) => readPurchase('segment', write(order)).event.id,
    );
    expect(new Set(ids).size).toBe(2);
  });
});

test('K25: events of one GA4 batch have ids of their own, and keep them', () => {
  const read = (changes: JsonObject): string =>
    readPurchase('ga4', { ...RECORD_BUILDERS['ga4']!(CONVERSION), ...changes }).event.id;
  const fields = ['batch_event_index', 'batch_ordering_id', 'batch_page_id'];
  const ids = [
    read({}),
    ...fields.flatMap((name) => [read({ [name]: '1' }), read({ [name]: '2' })]),
  ];
  expect(new Set(ids).size).toBe(7);
  expect(read({ batch_event_index: 1 })).toBe(read({ batch_event_index: '1' }));
  // Rows from before the fields existed keep the ids that they had.
  expect(read({ batch_event_index: null })).toBe(read({}));
});
