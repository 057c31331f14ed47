import fc from '../../kit/property.js';
import { expect, test } from 'vitest';
import { Sum } from '../../../src/report/money.js';

function sumOf(amounts: readonly string[]): string {
  const sum = new Sum();
  for (const amount of amounts) sum.add(amount);
  return String(sum);
}

test.each([
  [[], '0'],
  [['9.99'], '9.99'],
  [['0.1', '0.2'], '0.3'],
  [['1.10', '2.90'], '4'],
  [['9.99', '-4.99'], '5'],
  [['-0.5'], '-0.5'],
  [['9999999999999.99', '0.01'], '10000000000000'],
  [['1e3', '2.5e-3'], '1000.0025'],
  [['0.0000000000000000019'], '0.000000000000000001'],
  [['no number', '1'], '1'],
])('%j make %s', (amounts, expected) => {
  expect(sumOf(amounts)).toBe(expected);
});

test('cents add up exactly, however many', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(99_999_999_999), { maxLength: 100 }), (cents) => {
      const text = sumOf(
        cents.map((value) => `${Math.floor(value / 100)}.${String(value % 100).padStart(2, '0')}`),
      );
      const total = String(cents.reduce((sum, value) => sum + BigInt(value), 0n)).padStart(3, '0');
      expect(text).toBe(`${total.slice(0, -2)}.${total.slice(-2)}`.replace(/\.?0+$/, ''));
    }),
  );
});

test('counts the amounts, and goes on after it was read', () => {
  const sum = new Sum();
  sum.add('1.5');
  expect(String(sum)).toBe('1.5');
  sum.add('1.5');
  expect([String(sum), sum.count]).toEqual(['3', 2]);
});
