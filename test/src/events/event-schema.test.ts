import { describe, expect, it, test } from 'vitest';

import {
  CLICK_TIME,
  COMMERCE_FIELDS,
  CONSENT_FIELDS,
  MESSAGE_FIELDS,
  GEO_FIELDS,
} from '../../../src/events/audience-fields.js';
import { CLICK_FIELDS, HASHED_FIELDS } from '../../../src/events/conversion-event.js';
import { buildEventSchema } from '../../../src/events/event-schema.js';
import { hashNameOf, IDENTIFIER_NAMES } from '../../../src/events/identifier-names.js';
import { isNotAValue } from '../../../src/identity/not-a-value.js';
import type { JsonObject } from '../../../src/json.js';
import { parseWithWarnings } from '../../kit/events.js';
import { compileSchema } from '../../kit/schema.js';

const accepts = compileSchema(buildEventSchema());

/**
 * A purchase with nothing that hides another field: identifiers are taken from the first place that
 * has them.
 */
function message(changes: JsonObject = {}, properties: JsonObject = {}): JsonObject {
  return {
    type: 'track',
    messageId: 'm-1',
    eventTimestamp: '2026-11-18T20:14:05.120Z',
    anonymousId: 'a-1',
    eventName: 'purchase',
    ...changes,
    ...('properties' in changes ? {} : { properties }),
  };
}

/** Whether the reader takes it as it is: nothing is wrong, and nothing was left out or assumed. */
function reads(value: unknown): boolean {
  const { parsed, warnings } = parseWithWarnings(JSON.stringify(value));
  return 'event' in parsed && warnings.length === 0;
}

/** Values that some field or other takes, and values that none does. */
const VALUES: unknown[] = [
  null,
  '',
  ' ',
  'text',
  'x'.repeat(256),
  'x'.repeat(257),
  'x'.repeat(2048),
  'x'.repeat(2049),
  'x'.repeat(8193),
  0,
  1,
  -1,
  1.5,
  9.99,
  1795032845000,
  true,
  false,
  [],
  ['a'],
  {},
  { a: 1 },
  '9.99',
  '-1e3',
  ' 7 ',
  '0',
  'NaN',
  'USD',
  ' eur ',
  'EURO',
  '2026-11-18T20:14:05Z',
  '2026-11-18T20:14:05.123456789+02:00',
  '2026-11-18',
  '2026-02-30T00:00:00Z',
  '2026-11-18T24:00:00Z',
  'track',
  'page',
  'alias',
  'full',
  'not_set',
  'ab'.repeat(32),
  `sha256:${'AB'.repeat(32)}`,
];

const PROPERTIES = [
  ...Object.keys({ ...COMMERCE_FIELDS, ...GEO_FIELDS }),
  CLICK_TIME.path.replace('properties.', ''),
];

/** Fields whose reader knows more of their values than a schema can say. */
const SIDE_FIELDS = [...Object.values(IDENTIFIER_NAMES).flat(), ...HASHED_FIELDS.map(hashNameOf)];

describe('the schema of an event takes what the reader takes without a warning', () => {
  it.each(Object.keys(MESSAGE_FIELDS).filter((name) => name !== 'consentLevel'))(
    'in %s, absent or with any value',
    (name) => {
      // An id that stands for no value is said by the reader alone.
      const isReal = (value: unknown): boolean =>
        typeof value !== 'string' || value === '' || !isNotAValue(value);
      const values = name.endsWith('Id') ? VALUES.filter(isReal) : VALUES;
      for (const value of [undefined, ...values])
        agree(message({ [name]: value }), { [name]: value });
    },
  );

  // Consent has a table of words, which a schema does not repeat: it refuses nothing that is read.
  it.each(['consentLevel', ...Object.keys(CONSENT_FIELDS)])('and in %s at least that', (name) => {
    for (const value of VALUES) {
      const given =
        name === 'consentLevel' ? message({ [name]: value }) : message({}, { [name]: value });
      expect({ name, value, accepted: accepts(given) || !reads(given) }).toEqual({
        name,
        value,
        accepted: true,
      });
    }
  });

  it.each(PROPERTIES)('in properties.%s', (name) => {
    for (const value of VALUES) {
      agree(message({}, { [name]: value }), { [name]: value });
      // Other events use these names for their own fields.
      agree(message({ eventName: 'resource' }, { [name]: value }), { resource: name, value });
    }
  });

  it.each([...SIDE_FIELDS, ...CLICK_FIELDS])('in properties.%s, and may take more', (name) => {
    for (const value of VALUES) {
      if (reads(message({}, { [name]: value })))
        expect({ value, accepted: accepts(message({}, { [name]: value })) }).toEqual({
          value,
          accepted: true,
        });
    }
  });

  it.each(SIDE_FIELDS)('in context.%s and traits, and may take more', (name) => {
    for (const value of VALUES) {
      for (const place of ['context', 'traits']) {
        const given = message({ [place]: { [name]: value } });
        if (reads(given))
          expect({ place, value, accepted: accepts(given) }).toEqual({
            place,
            value,
            accepted: true,
          });
      }
    }
  });

  it.each(['pageUrl', 'traits'])('in context.%s', (name) => {
    for (const value of VALUES) {
      agree(message({ context: { [name]: value } }), { context: name, value });
      if (name !== 'pageUrl')
        agree(message({ traits: { [name]: value } }), { traits: name, value });
    }
  });

  test.each<[what: string, value: unknown]>([
    ['an alias', message({ type: 'alias', fromId: 'a', toId: 'b', anonymousId: undefined })],
    ['an alias of one id', message({ type: 'alias', fromId: 'a', toId: '' })],
    ['a page without name', message({ type: 'page', eventName: undefined })],
    ['a page of nobody', message({ type: 'page', eventName: undefined, anonymousId: undefined })],
    ['a user instead of a device', message({ anonymousId: undefined, userId: 'u' })],
    ['neither, but null', message({ anonymousId: null, userId: '' })],
    ['an array', []],
    ['text', 'track'],
  ])('%s', (_, value) => {
    agree(value, value);
  });
});

function agree(value: unknown, shown: unknown): void {
  // What JSON leaves out is not there for a checker either.
  const given: unknown = JSON.parse(JSON.stringify(value));
  expect({ shown, accepted: accepts(given) }).toEqual({ shown, accepted: reads(given) });
}
