import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExactJson, readId } from '../../src/exact-json.js';

test.each([
  ['{"id":9007199254740993}', { id: '9007199254740993' }],
  ['[-12345678901234567890, 42, 1.5, 1e400]', ['-12345678901234567890', 42, 1.5, Infinity]],
  ['{"9007199254740993":"9007199254740993"}', { '9007199254740993': '9007199254740993' }],
  ['{"a\\"9007199254740993":"\\\\","b":9007199254740993}', { 'a"9007199254740993': '\\', b: '9007199254740993' }],
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
