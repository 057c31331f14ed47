import fc from '../../../kit/property.js';
import { describe, expect, it, test } from 'vitest';

import { makePurchase, parseLine, parseWithWarnings } from '../../../kit/events.js';
import type { JsonObject } from '../../../../src/json.js';

function parse(value: unknown): ReturnType<typeof parseLine> {
  return parseLine(JSON.stringify(value));
}

function parseEvent(changes: JsonObject = {}, properties: JsonObject = {}) {
  const parsed = parse(makePurchase(changes, properties));
  if ('invalid' in parsed) throw new Error(`${parsed.invalid.field} ${parsed.invalid.message}`);
  return parsed.event;
}

describe('an Audience message', () => {
  it('becomes an event with its money as text', () => {
    const event = parseEvent();
    expect(event).toMatchObject({
      id: '7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10',
      type: 'track',
      name: 'purchase',
      timeMs: Date.UTC(2026, 10, 18, 20, 14, 5, 120),
      consentLevel: 'full',
      test: false,
      value: '9.99',
      currency: 'USD',
      click: { fields: { utm_source: 'amazon_ads', utm_medium: 'amazon' } },
    });
    expect(event.identifiers).toEqual({
      plain: { email: 'test@example.com' },
      hashed: {},
      country: 'US',
    });
  });

  it('has no consent level where it says none', () => {
    expect(parseEvent({ consentLevel: undefined }).consentLevel).toBe('not_set');
  });

  test.each([
    ['page', { type: 'page', eventName: undefined }],
    ['screen', { type: 'screen', eventName: undefined }],
    ['identify', { type: 'identify', eventName: undefined }],
    [
      'alias',
      {
        type: 'alias',
        eventName: undefined,
        fromId: 'a',
        toId: 'b',
        anonymousId: undefined,
        userId: undefined,
      },
    ],
  ])('of type %s is an event too', (type, changes) => {
    expect(parseEvent(changes).type).toBe(type);
  });

  test.each([
    [9.99, '9.99'],
    ['9.99', '9.99'],
    [10, '10'],
    ['1e3', '1000'],
    [1e21, '1000000000000000000000'],
    ['007.50', '7.50'],
    ['-0.00', '0.00'],
    [0, '0'],
  ])('value %j is kept as %s', (value, text) => {
    expect(parseEvent({}, { value }).value).toBe(text);
  });

  test.each([
    ['email_hash', `sha256:${'AB'.repeat(32)}`, { email: 'ab'.repeat(32) }],
    ['phone_hash', 'cd'.repeat(32), { phone: 'cd'.repeat(32) }],
    ['email', 'ef'.repeat(32), { email: 'ef'.repeat(32) }],
  ])('%s given as a hash is kept as one', (field, value, hashed) => {
    const { identifiers } = parseEvent({}, { email: undefined, [field]: value });
    expect(identifiers).toMatchObject({ plain: {}, hashed });
  });

  it('reads identifiers from traits and context where properties lack them', () => {
    const context = { ip: '192.0.2.1', userAgent: 'UA', traits: { city: 'B' } };
    const event = parseEvent(
      { traits: { firstName: 'A', phone: 4915112345678 }, context },
      { email: undefined },
    );
    expect(event.identifiers).toMatchObject({
      plain: { first_name: 'A', phone: '4915112345678', city: 'B' },
      ip: '192.0.2.1',
      userAgent: 'UA',
    });
  });

  it('keeps a game currency out of a custom event, and does not refuse it', () => {
    const event = parseEvent({ eventName: 'resource' }, { currency: 'gold coins', value: 'many' });
    expect(event.currency).toBeUndefined();
    expect(event.value).toBeUndefined();
  });

  it('takes empty click ids as absent', () => {
    expect(parseEvent({}, { gclid: '', aref: ' ' }).click.fields).toEqual({
      utm_source: 'amazon_ads',
      utm_medium: 'amazon',
    });
  });
});

describe('an invalid line names the field, what was found and what is expected', () => {
  const cases: [string, string, string, string, RegExp][] = [
    ['cut JSON', '{"type":"track"', 'not_json', '', /is truncated/],
    ['a stray comma', '{"type":"track",,}', 'not_json', '', /column 17/],
    ['NaN', '{"value":NaN}', 'not_json', '', /column 10 of 13; expected a number/],
    ['an unknown word', '{"a":tru}', 'not_json', '', /column 9 of 9/],
    ['an array', '[1]', 'not_an_object', '', /an array/],
    ['a number', '7', 'not_an_object', '', /the number 7/],
    ['null', 'null', 'not_an_object', '', /null/],
    [
      'a NUL',
      JSON.stringify(makePurchase({ userId: 'a\0b' })),
      'control_character',
      'userId',
      /NUL/,
    ],
    ['half a pair', '{"a":{"b":["\\ud800"]}}', 'lone_surrogate', 'a.b.0', /surrogate/],
    [
      'a number too large',
      JSON.stringify(makePurchase()).replace('"9.99"', '1e400'),
      'invalid_value',
      'properties.value',
      /too large/,
    ],
  ];
  test.each(cases)('%s', (_, line, code, field, message) => {
    const parsed = parseLine(line);
    expect(parsed).toMatchObject({
      invalid: { code, field, message: expect.stringMatching(message) },
    });
  });

  const fields: [JsonObject, JsonObject, string, string][] = [
    [{ type: undefined }, {}, 'missing_required_field', 'type'],
    [{ type: 'purchase' }, {}, 'invalid_enum', 'type'],
    [{ messageId: undefined }, {}, 'missing_required_field', 'messageId'],
    [{ messageId: '' }, {}, 'missing_required_field', 'messageId'],
    [{ messageId: 7.5 }, {}, 'wrong_type', 'messageId'],
    [{ messageId: true }, {}, 'wrong_type', 'messageId'],
    [{ messageId: 6.02e25 }, {}, 'invalid_value', 'messageId'],
    [{ messageId: 'x'.repeat(257) }, {}, 'too_long', 'messageId'],
    [{ eventTimestamp: undefined }, {}, 'missing_required_field', 'eventTimestamp'],
    [{ eventTimestamp: 17 }, {}, 'invalid_value', 'eventTimestamp'],
    [{ eventTimestamp: true }, {}, 'wrong_type', 'eventTimestamp'],
    [{ eventTimestamp: '2026-11-18' }, {}, 'invalid_format', 'eventTimestamp'],
    [{ eventTimestamp: '2026-11-18T20:14:05' }, {}, 'invalid_format', 'eventTimestamp'],
    [{ eventTimestamp: '2026-02-30T00:00:00Z' }, {}, 'invalid_format', 'eventTimestamp'],
    [{ eventTimestamp: '2026-11-18T25:00:00Z' }, {}, 'invalid_format', 'eventTimestamp'],
    [{ eventName: undefined }, {}, 'missing_required_field', 'eventName'],
    [{ eventName: ['purchase'] }, {}, 'wrong_type', 'eventName'],
    [{ anonymousId: undefined, userId: undefined }, {}, 'missing_required_field', 'anonymousId'],
    [{}, { value: 'NaN' }, 'invalid_value', 'properties.value'],
    [{}, { value: '9,99' }, 'invalid_value', 'properties.value'],
    [{}, { value: true }, 'wrong_type', 'properties.value'],
    [{}, { currency: 'US' }, 'invalid_format', 'properties.currency'],
  ];
  test.each(fields)('%j %j', (changes, properties, code, field) => {
    expect(parse(makePurchase(changes, properties))).toMatchObject({ invalid: { code, field } });
  });

  const sideFields: [JsonObject, string][] = [
    [{ gclid: { a: 1 } }, 'properties.gclid'],
    [{ quantity: 0 }, 'properties.quantity'],
    [{ quantity: 1.5 }, 'properties.quantity'],
    [{ email_hash: 'abc' }, 'properties.email_hash'],
    [{ email: 'not an address' }, 'properties.email'],
    [{ phone: ['none', 'call me'] }, 'properties.phone'],
    [{ click_time: 'yesterday' }, 'properties.click_time'],
  ];
  test.each(sideFields)('%j costs the field and not the line', (properties, field) => {
    const { parsed, warnings } = parseWithWarnings(JSON.stringify(makePurchase({}, properties)));
    expect(parsed).toMatchObject({ event: { name: 'purchase', value: '9.99' } });
    expect(warnings).toMatchObject([{ code: 'unusable_field', field, count: 1 }]);
  });

  it('never quotes what may be personal', () => {
    const fields = {
      email: 'a test@example.com',
      email_hash: 'test@example.com',
      gclid: 'test@example.com',
    };
    const { parsed, warnings } = parseWithWarnings(JSON.stringify(makePurchase({}, fields)));
    expect(warnings).toHaveLength(3);
    expect(JSON.stringify(warnings)).not.toContain('@');
    expect(parsed).toMatchObject({ event: { identifiers: { plain: {}, hashed: {} } } });
  });
});

it('never throws, whatever the line holds', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.object().map((value) => JSON.stringify(value)),
      ),
      (line) => {
        const parsed = parseLine(line);
        expect('event' in parsed || 'invalid' in parsed).toBe(true);
      },
    ),
  );
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('value', 'currency', 'email', 'aref', 'quantity', 'country'),
        fc.jsonValue(),
      ),
      (properties) => {
        parse(makePurchase({}, properties));
      },
    ),
  );
});

describe('the click of the page that an event happened on', () => {
  const address =
    'https://game.example/shop?utm_source=google&gclid=Cj0KCQiA1234567890abcdefgh#top';
  const unnamed = { utm_source: undefined, utm_medium: undefined };
  const clicked = { gclid: 'Cj0KCQiA1234567890abcdefgh', utm_source: 'google' };

  test('counts where the message names none', () => {
    expect(parseEvent({}, { ...unnamed, page_url: address }).click.fields).toEqual(clicked);
    expect(parseEvent({ context: { pageUrl: address } }, unnamed).click.fields).toEqual(clicked);
  });

  test.each([{ utm_source: 'newsletter' }, { aref: 'aref-1' }, { fbclid: 'IwAR0abcdefgh' }])(
    'does not count in addition to %j',
    (named) => {
      const { fields } = parseEvent({}, { ...unnamed, ...named, page_url: address }).click;
      expect(fields).not.toHaveProperty('gclid');
    },
  );

  test('a placeholder in the query does not count', () => {
    const page_url = 'https://game.example/?gclid={gclid}&fbclid=null';
    expect(parseEvent({}, { ...unnamed, page_url }).click.fields).toEqual({});
  });
});
