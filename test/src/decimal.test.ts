import fc from '../kit/property.js';
import { expect, it, test } from 'vitest';

import { roundToHundredths, toDecimalText } from '../../src/decimal.js';

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
])('%j is not a decimal', (text) => {
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

/** Unsigned amounts, many of them as a shop writes them. */
const AMOUNTS = fc.oneof(
  fc.stringMatching(/^(?:0|[1-9]\d{0,3})(?:\.\d{0,4})?$/),
  fc.stringMatching(/^\d{1,20}(?:\.\d{1,20})?$/),
);

test.each([
  ['toDecimalText', toDecimalText],
  ['roundToHundredths', roundToHundredths],
])('%s gives an amount in its own form what it gives any other', (_, read) => {
  fc.assert(
    fc.property(AMOUNTS, (text) => {
      // A plus sign changes nothing, and is never in the form that is returned at once.
      expect(read(text)).toBe(read(`+${text}`));
    }),
    { numRuns: 2000 },
  );
});
