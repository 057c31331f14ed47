import { describe, expect, test } from 'vitest';
import { toAmountText } from '../../src/decimal.js';

describe('decimal text as a JSON number', () => {
  test.each([
    ['9.99', '9.99'],
    ['007.50', '7.5'],
    ['0', '0'],
    ['-0.00', '0'],
    ['+3', '3'],
    ['.', undefined],
    ['0.10', '0.1'],
    ['-12.30', '-12.3'],
    ['5.', '5'],
    ['123456789012345678.123456789', '123456789012345678.123456789'],
    ['1e3', undefined],
    ['0x10', undefined],
    ['', undefined],
    ['1,5', undefined],
    ['NaN', undefined],
  ])('%j', (text, expected) => {
    expect(toAmountText(text)).toBe(expected);
  });

  test('reads a long run of zeros in linear time', () => {
    expect(toAmountText(`1.${'0'.repeat(100_000)}1${'0'.repeat(100_000)}`)).toHaveLength(100_003);
  });
});
