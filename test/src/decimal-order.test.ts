import fc from '../kit/property.js';
import { describe, expect, test } from 'vitest';
import { compareDecimals, parseDecimal } from '../../src/decimal.js';

function compare(a: string, b: string): number {
  return Math.sign(compareDecimals(parseDecimal(a)!, parseDecimal(b)!));
}

describe('compareDecimals', () => {
  test.each([
    ['10', '10.0', 0],
    ['0', '-0.00', 0],
    ['0e5', '0', 0],
    ['007', '7', 0],
    ['1e2', '100', 0],
    ['100e-2', '1', 0],
    ['+.5', '0.50', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['0.1', '0.10000000000000000001', -1],
    ['9.99', '10', -1],
    ['-9.99', '-10', 1],
    ['-1', '0', -1],
    ['1e400', '1e399', 1],
    ['-1e400', '1e-400', -1],
    ['1e-400', '0', 1],
    ['123', '1234', -1],
    ['12', '119', -1],
  ])('%s against %s', (a, b, expected) => {
    expect(compare(a, b)).toBe(expected);
    expect(compare(b, a)).toBe(expected === 0 ? 0 : -expected);
  });

  test('agrees with scaled whole numbers', () => {
    const digits = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    const exponent = fc.integer({ min: -40, max: 40 });
    fc.assert(
      fc.property(digits, exponent, digits, exponent, (a, aExponent, b, bExponent) => {
        const scaled = a * 10n ** BigInt(aExponent + 40) - b * 10n ** BigInt(bExponent + 40);
        const expected = scaled < 0n ? -1 : scaled > 0n ? 1 : 0;
        expect(compare(`${a}e${aExponent}`, `${b}E${bExponent}`)).toBe(expected);
      }),
    );
  });

  test('does not see where the point stands', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(30), (digits, places) => {
        const text = digits.toString().padStart(places + 1, '0');
        const pointed = `${text.slice(0, text.length - places)}.${text.slice(text.length - places)}00`;
        expect(compare(pointed, `${digits}e-${places}`)).toBe(0);
      }),
    );
  });
});

test.each([
  '',
  '.',
  '-',
  'e5',
  '1e',
  '1.2.3',
  '0x10',
  'Infinity',
  'NaN',
  '1,000',
  '1 0',
  '٣',
  '1e99999999999999999',
])('parseDecimal refuses %j', (text) => expect(parseDecimal(text)).toBeUndefined());
