import fc from 'fast-check';
import { expect, it, test } from 'vitest';

import { toDecimalText } from '../../../src/events/decimal-text.js';

test.each([
  ['9.99', '9.99'],
  ['+5', '5'],
  ['000', '0'],
  ['0.10', '0.10'],
  ['-3.5', '-3.5'],
  ['1e2', '100'],
  ['1.5e1', '15'],
  ['1.25E-1', '0.125'],
  ['12e-3', '0.012'],
  [' 7 ', '7'],
  ['.5', '0.5'],
  ['.99', '0.99'],
  ['-.99', '-0.99'],
  ['+.5e1', '5'],
  ['1.', '1'],
])('%s is %s', (text, expected) => {
  expect(toDecimalText(text)).toBe(expected);
});

test.each([
  '',
  'abc',
  '1,5',
  '.',
  '-',
  '+.',
  '.e1',
  'e1',
  '1..2',
  '1.2.3',
  '$5',
  '5 USD',
  '1,234.56',
  '1_000',
  'NaN',
  'Infinity',
  '0x10',
  '1e400',
  '--1',
  '1 2',
])('%j is no decimal', (text) => {
  expect(toDecimalText(text)).toBeUndefined();
});

it('keeps the number', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (number) => {
      fc.pre(number === 0 || Math.abs(number) > 1e-15);
      expect(Number(toDecimalText(String(number)))).toBe(number === 0 ? 0 : number);
    }),
  );
});

it('takes usual numbers as the pattern does, which takes all of them with a plus sign', () => {
  const digits = fc.stringMatching(/^[0-9]{0,22}$/);
  const text = fc.oneof(
    digits,
    fc.tuple(digits, digits).map(([whole, fraction]) => `${whole}.${fraction}`),
    fc.stringMatching(/^[0-9.e -]{0,8}$/).filter((mixed) => !/^[ +-]/.test(mixed)),
  );
  fc.assert(
    fc.property(text, (number) => {
      expect(toDecimalText(number)).toBe(toDecimalText(`+${number}`));
    }),
    { numRuns: 2_000 },
  );
});
