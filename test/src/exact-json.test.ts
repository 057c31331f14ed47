import fc from '../kit/property.js';
import { describe, expect, it, test } from 'vitest';
import {
  parseExactJson,
  parseKeepingNumbers,
  readId,
  stringifyExact,
} from '../../src/exact-json.js';

test.each([
  ['{"id":9007199254740993}', { id: '9007199254740993' }],
  ['[-12345678901234567890, 42, 1.5, 1e400]', ['-12345678901234567890', 42, 1.5, Infinity]],
  ['{"9007199254740993":"9007199254740993"}', { '9007199254740993': '9007199254740993' }],
  [
    '{"a\\"9007199254740993":"\\\\","b":9007199254740993}',
    { 'a"9007199254740993': '\\', b: '9007199254740993' },
  ],
  ['9007199254740991', 9007199254740991],
])('%s', (text, expected) => {
  expect(parseExactJson(text)).toEqual(expected);
});

test.each(['{"a":', '9007199254740993"', '{a:1}', ''])('refuses %s', (text) => {
  expect(() => parseExactJson(text)).toThrow(SyntaxError);
});

test('reads whatever JSON.parse reads, and alike where no number is too large', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!/\d{16}/.test(text));
      expect(parseExactJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('keeps every digit of any 64-bit id', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), (id) => {
      expect(readId((parseExactJson(`{"id":${id}}`) as { id: unknown }).id)).toBe(String(id));
    }),
  );
});

test.each([
  [' 12 ', '12'],
  [12, '12'],
  ['', undefined],
  [null, undefined],
  [1.5, undefined],
  [{}, undefined],
])('readId(%j)', (value, expected) => {
  expect(readId(value)).toBe(expected);
});

describe('parseKeepingNumbers and stringifyExact', () => {
  test.each([
    '9.990000000000001',
    '9.90',
    '13.0',
    '12345678901234567890',
    '-0',
    '1e3',
    '0.1',
    '32.83999999999999612345',
  ])('K23: keeps %s', (number) => {
    const text = `{"a":[${number},"${number}"],"b":{"c":${number}}}`;
    const value = parseKeepingNumbers(text);
    expect(value).toBeTypeOf('object');
    expect(stringifyExact(value)).toBe(text);
  });

  it('K23: writes back any JSON as it was, whatever numbers it has', () => {
    const number = fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/);
    const scalar = fc.oneof(
      number,
      fc.string().map((text) => JSON.stringify(text)),
    );
    const list = fc.array(scalar).map((items) => `[${items.join(',')}]`);
    const value = fc
      .array(fc.oneof(scalar, list))
      .map((items) => `{${items.map((item, index) => `"k${index}":${item}`).join(',')}}`);
    fc.assert(
      fc.property(value, (text) => {
        expect(stringifyExact(parseKeepingNumbers(text))).toBe(text);
      }),
    );
  });

  it('gives the digits as text to those that write JSON themselves', () => {
    expect(JSON.stringify(parseKeepingNumbers('{"a":9.90}'))).toBe('{"a":"9.90"}');
  });
});
