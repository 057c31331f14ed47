import fc from '../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { readRemoteCode, readRemoteText } from '../../../src/networks/remote-text.js';

describe('readRemoteText', () => {
  test.each([
    ['plain words', 'plain words'],
    ['  two\r\n\tlines ', 'two lines'],
    ['\u001b[31mred\u001b[0m \u202eright\u0000', '[31mred [0m right'],
    ['token Atza|IwEBIA-secret, refused', 'token ***, refused'],
    ['Authorization: Bearer abc.def refused', 'Authorization: *** refused'],
    ['lone \ud800 surrogate', 'lone \ufffd surrogate'],
    ['', undefined],
    [' \u0000 ', undefined],
    [42, undefined],
    [null, undefined],
    [{ message: 'x' }, undefined],
  ])('%j', (text, expected) => {
    expect(readRemoteText(text)).toBe(expected);
  });

  test('is cut to 300 characters, and stays whole text', () => {
    expect(readRemoteText('x'.repeat(300))).toBe('x'.repeat(300));
    expect(readRemoteText('x'.repeat(301))).toBe(`${'x'.repeat(299)}…`);
    expect(readRemoteText(`${'x'.repeat(298)}😀${'x'.repeat(9)}`)).toBe(
      `${'x'.repeat(298)}\ufffd…`,
    );
  });

  test('is one short printable line, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), (text) => {
        const cleaned = readRemoteText(text) ?? 'x';
        expect(cleaned.length).toBeLessThanOrEqual(300);
        expect(cleaned).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(cleaned.isWellFormed()).toBe(true);
      }),
    );
  });
});

test.each([
  ['BAD_REQUEST', 'BAD_REQUEST'],
  [400, '400'],
  ['a b\u001b[1m', 'a_b_1m'],
  ['x'.repeat(99), 'x'.repeat(64)],
  ['', undefined],
  [null, undefined],
  [1.5, undefined],
])('readRemoteCode(%j)', (code, expected) => {
  expect(readRemoteCode(code)).toBe(expected);
});
