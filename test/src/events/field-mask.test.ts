import fc from '../../kit/property.js';
import { expect, test } from 'vitest';

import { COMMERCE_FIELDS, GEO_FIELDS } from '../../../src/events/audience-fields.js';
import { readClick } from '../../../src/events/click-fields.js';
import { CONSENT_NAMES } from '../../../src/events/consent-carriers.js';
import {
  CLICK_FIELDS,
  type ConversionEvent,
  HASHED_FIELDS,
} from '../../../src/events/conversion-event.js';
import { FieldProblem } from '../../../src/events/field-problem.js';
import { readAudienceMessage } from '../../../src/events/formats/audience.js';
import { readIdentifiers } from '../../../src/events/identifier-fields.js';
import { hashNameOf, IDENTIFIER_NAMES } from '../../../src/events/identifier-names.js';
import { readFieldMask } from '../../../src/events/field-mask.js';
import type { JsonObject } from '../../../src/json.js';
import { InexactNumber } from '../../../src/events/scalars.js';
import { ignoreWarnings } from '../../../src/events/warnings.js';
import { makePurchase } from '../../kit/events.js';

const NAMES = [
  ...Object.values(IDENTIFIER_NAMES).flat(),
  ...HASHED_FIELDS.map(hashNameOf),
  ...Object.keys(COMMERCE_FIELDS),
  ...CLICK_FIELDS,
  'click_time',
  ...CONSENT_NAMES,
  ...Object.keys(GEO_FIELDS),
];

/** Every bit: each field is asked for, under all its names. */
const ALL = -1;

/**
 * An object that has every name that we know, most of them without a value: readers find all bits
 * set. The given names keep their order, because the first of two equal claims counts.
 */
function withEveryName(given: JsonObject): JsonObject {
  const missing = NAMES.filter((name) => !Object.hasOwn(given, name));
  return { ...given, ...Object.fromEntries(missing.map((name) => [name, undefined])) };
}

/** What `read` gives, or the problem that it tells. */
function outcomeOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    // The parser reads such a record again, from its text.
    if (error instanceof InexactNumber) return 'inexact';
    if (!(error instanceof FieldProblem)) throw error;
    return error.toInvalidLine();
  }
}

const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '9.99',
      'USD',
      'US',
      'test@example.com',
      '+1 571 412 0599',
      'android',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(3, 12345, true, null, '', ' ', '2026-11-18T20:14:05Z', 'GRANTED'),
  },
  { weight: 2, arbitrary: fc.constantFrom('ab'.repeat(32), `sha256:${'CD'.repeat(32)}`) },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const known = fc.constantFrom(...NAMES);
/**
 * A handful of fields in any order, some of which nobody knows; at times nothing else than what is
 * known to be good.
 */
const fields: fc.Arbitrary<JsonObject> = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 8, arbitrary: known }, { weight: 1, arbitrary: fc.string() }),
      value,
    ),
    {
      maxLength: 10,
    },
  )
  .map((entries) => Object.fromEntries(entries));

test('the fields of an object are the same whether all are asked for or those that it has', () => {
  fc.assert(
    fc.property(fields, fields, (properties, traits) => {
      const bits = readFieldMask(properties);
      const identify = (one: number, other: number): unknown =>
        outcomeOf(() =>
          readIdentifiers([
            [properties, 'properties.', one],
            [traits, 'traits.', other],
          ]),
        );
      expect(identify(bits, readFieldMask(traits))).toEqual(identify(ALL, ALL));
      expect(outcomeOf(() => readClick(properties, bits, ignoreWarnings))).toEqual(
        outcomeOf(() => readClick(properties, ALL, ignoreWarnings)),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('so is the event of a whole message, or what is wrong with it', () => {
  const names = fc.constantFrom('purchase', 'sign_up', 'resource');
  const types = fc.constantFrom('track', 'page', 'alias');
  fc.assert(
    fc.property(
      fields,
      fields,
      fields,
      fields,
      names,
      types,
      (properties, traits, context, more, eventName, type) => {
        const read = (form: (from: JsonObject) => JsonObject): unknown =>
          outcomeOf(() => {
            const message = {
              ...makePurchase({ type, eventName, fromId: 'a', toId: 'b' }),
              traits: form(traits),
            };
            const inner = { ...form(context), traits: form(more) };
            const event: Partial<ConversionEvent> = readAudienceMessage({
              ...message,
              properties: form(properties),
              context: inner,
            });
            delete event.properties;
            // What is not understood is listed in the order of the record, which the other form has
            // not.
            delete event.consent?.levelFrom;
            event.consent?.unclear?.sort((one, other) => (one.carrier < other.carrier ? -1 : 1));
            event.consent?.others?.sort((one, other) =>
              one.field + one.text < other.field + other.text ? -1 : 1,
            );
            return event;
          });
        expect(read((from) => from)).toEqual(read(withEveryName));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('no name is asked for that sets no bit', () => {
  const asked = new Set<string>();
  const spy = (from: JsonObject): JsonObject =>
    new Proxy(from, {
      get: (target, name) => {
        if (typeof name === 'string') asked.add(name);
        return target[name as string];
      },
    });
  const properties = spy(withEveryName({ currency: 'USD', value: '1' }));
  readAudienceMessage({ ...makePurchase(), properties });
  readAudienceMessage({ ...makePurchase({ type: 'page' }), properties });
  expect(asked.size).toBeGreaterThan(60);
  expect([...asked].filter((name) => readFieldMask({ [name]: 'x' }) === 0)).toEqual([]);
});
