import { parseLine } from '../../kit/events.js';
import fc from '../../kit/property.js';
import { describe, expect, it, test } from 'vitest';

import {
  createEventParser,
  FORMAT_CHOICES,
  type FormatChoice,
} from '../../../src/events/event-parser.js';
import { WarningTally } from '../../../src/events/warnings.js';
import type { JsonObject } from '../../../src/json.js';
import { makePurchase } from '../../kit/events.js';
import { CONVERSION, RECORD_BUILDERS } from '../../kit/foreign-events.js';

/** What the records of one input become, and what is told meanwhile. */
function read(records: readonly (JsonObject | string)[], format: FormatChoice = 'auto') {
  const told: string[] = [];
  const warnings = new WarningTally();
  const parser = createEventParser({ format, input: 'in.jsonl', warnings });
  const results = records.flatMap((record, index) => {
    const text = typeof record === 'string' ? record : JSON.stringify(record);
    const parsed = [...parser.parse({ number: index + 1, text })];
    told.push(...parser.notices.splice(0), ...warnings.notices.splice(0));
    return parsed;
  });
  return {
    told,
    parser,
    warnings,
    results,
    codes: results.map((one) => ('invalid' in one ? one.invalid.code : 'ok')),
  };
}

const SEGMENT = RECORD_BUILDERS['segment']!(CONVERSION);
const ECAPI = RECORD_BUILDERS['ecapi']!(CONVERSION);

describe('the format', () => {
  test.each(Object.keys(RECORD_BUILDERS))(
    '%s is told once, however many records there are',
    (format) => {
      const record = RECORD_BUILDERS[format]!(CONVERSION);
      const { told, codes, parser } = read([record, record, record]);
      expect(codes).toEqual(['ok', 'ok', 'ok']);
      expect(told.filter((message) => message.includes('reading'))).toEqual([
        `in.jsonl: reading it as ${format}.`,
      ]);
      expect(parser.format).toBe(format);
    },
  );

  it('is settled by the first record that is one of any format', () => {
    const { told, codes } = read(['{', '[1]', { a: 1 }, SEGMENT, makePurchase()]);
    expect(codes).toEqual(['not_json', 'not_an_object', 'unknown_format', 'ok', 'other_format']);
    expect(told).toEqual(['in.jsonl: reading it as segment.']);
  });

  test.each(Object.keys(RECORD_BUILDERS))('never switches format after %s', (format) => {
    const first = RECORD_BUILDERS[format]!(CONVERSION);
    const others = Object.keys(RECORD_BUILDERS).filter((name) => name !== format);
    const { codes } = read([
      first,
      ...others.map((name) => RECORD_BUILDERS[name]!(CONVERSION)),
      first,
    ]);
    expect(codes).toEqual(['ok', ...others.map(() => 'other_format'), 'ok']);
  });

  it('that --format names wrongly makes every record invalid, and says what it looks like', () => {
    const { results, told } = read([SEGMENT, SEGMENT], 'ga4');
    expect(results).toMatchObject([
      {
        invalid: {
          code: 'other_format',
          message: expect.stringMatching(/looks like segment, but --format says ga4/),
        },
      },
      { invalid: { code: 'other_format' } },
    ]);
    expect(told).toEqual(['in.jsonl: reading it as ga4 (--format).']);
  });

  it('that --format names is read though it looks like another', () => {
    const ambiguous = { ...SEGMENT, consentLevel: 'full' };
    expect(read([ambiguous]).parser.format).toBe('audience');
    expect(read([ambiguous], 'segment').codes).toEqual(['ok']);
  });

  it('within CloudEvents is one too', () => {
    const wrap = (data: JsonObject): JsonObject => ({
      specversion: '1.0',
      id: 'i',
      source: 's',
      type: 't',
      data,
    });
    const { codes, told } = read([wrap(SEGMENT), wrap(ECAPI), wrap(SEGMENT)]);
    expect(codes).toEqual(['ok', 'other_format', 'ok']);
    expect(told).toEqual([
      'in.jsonl: reading it as cloudevents.',
      'in.jsonl: the CloudEvents hold segment.',
    ]);
  });
});

describe('an envelope', () => {
  test.each([
    ['messages', makePurchase(), 'audience'],
    ['batch', SEGMENT, 'segment'],
  ])('of %s is taken apart, its bad elements named by number', (list, record, format) => {
    const { results, parser } = read([
      { sentAt: 'now', [list]: [record, { ...record, messageId: 7.5 }, 4, record] },
    ]);
    expect(parser.format).toBe(format);
    expect(results).toMatchObject([
      { event: { name: 'purchase' } },
      { invalid: { field: 'messageId', element: 2 } },
      { invalid: { code: 'not_an_object', element: 3 } },
      { event: { name: 'purchase' } },
    ]);
  });

  it('without elements is nothing, and a message with such a field is none', () => {
    expect(read([{ batch: [] }]).results).toEqual([]);
    expect(read([makePurchase({ messages: [] })]).codes).toEqual(['ok']);
  });
});

it('tells a warning once, and counts it', () => {
  const { told, warnings } = read([
    ECAPI,
    { ...ECAPI, id: undefined },
    { ...ECAPI, id: undefined },
  ]);
  expect(told.slice(1)).toEqual([
    expect.stringMatching(/^in.jsonl:2: id is missing; derived from the whole record/),
  ]);
  const kind = { code: 'derived_id', field: 'id', file: 'in.jsonl', line: 2, count: 2 };
  expect(warnings.types).toMatchObject([kind]);
  expect(warnings.byCode).toEqual({ derived_id: 2 });
});

it('counts no warning of a record that is invalid', () => {
  const { warnings, codes } = read([{ ...ECAPI, id: undefined, timestamp: 'never' }]);
  expect([codes, warnings.byCode]).toEqual([['invalid_format'], {}]);
});

it('says line and column of a fault within a record of several lines', () => {
  const parser = createEventParser({ format: 'auto', input: 'in' });
  const at = (text: string, column: number) => [...parser.parse({ number: 10, text, column })];
  expect(at('{"a":1,}', 5)).toMatchObject([{ invalid: { code: 'not_json', column: 12 } }]);
  expect(at('{\n "a":1,\n }', 5)).toMatchObject([
    { invalid: { code: 'not_json', line: 12, column: 2 } },
  ]);
});

it('never throws, whatever the record holds and whatever format is asked for', () => {
  const names = Object.values(RECORD_BUILDERS).flatMap((build) => Object.keys(build(CONVERSION)));
  const junk = fc.oneof(fc.jsonValue(), fc.object({ key: fc.constantFrom(...names) }));
  const format = fc.constantFrom(...FORMAT_CHOICES);
  const changed = fc.tuple(
    fc.constantFrom(...Object.keys(RECORD_BUILDERS)),
    fc.dictionary(fc.constantFrom(...names), junk),
  );
  fc.assert(
    fc.property(format, fc.array(changed, { maxLength: 4 }), (choice, records) => {
      const given = records.map(([name, changes]) => ({
        ...RECORD_BUILDERS[name]!(CONVERSION),
        ...changes,
      }));
      for (const one of read(given, choice).results)
        expect('event' in one || 'invalid' in one).toBe(true);
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(
      format,
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.json())),
      (choice, lines) => {
        expect(read(lines, choice).results.length).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

test.each([
  ['{"type":"track","ok":True}', 'expected true, false or null in lower case'],
  ['{"type":"track","ok":None}', 'expected true, false or null in lower case'],
  ["{'type':'track'}", 'expected double quotes, not single quotes'],
  ['{"type":"track","value":NaN}', 'expected a number or null, not NaN or Infinity'],
])('what is not JSON in %s is named', (text, expected) => {
  expect(parseLine(text)).toMatchObject({
    invalid: { code: 'not_json', message: expect.stringContaining(expected) as string },
  });
});
