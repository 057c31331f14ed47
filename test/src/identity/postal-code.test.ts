import { expect, test } from 'vitest';

import { readPostalCode } from '../../../src/identity/postal-code.js';

test.each([
  ['94025', 'US', '94025'],
  ['02110-1234', 'US', '02110-1234'],
  ['021101234', 'US', '021101234'],
  ['٩٤٠٢٥', 'US', '94025'],
  ['94025.0', 'US', '94025'],
  ['z:02110', 'US', '02110'],
  ["'02110", 'US', '02110'],
  ['="02110"', 'US', '02110'],
  ['01067', 'DE', '01067'],
  ['SW1A 1AA', 'GB', 'SW1A 1AA'],
  ['1010', 'AT', '1010'],
  ['2110', undefined, '2110'],
])('%j in %s is %s', (text, country, code) => {
  expect(readPostalCode(text, country)).toBe(code);
});

test.each([
  ['2110', 'US'],
  ['601', 'PR'],
  ['21101234', 'US'],
  ['1067', 'DE'],
  ['1000', 'FR'],
  ['150', 'NO'],
  ['', 'US'],
])('K12: %j in %s has lost its zeros and is left out', (text, country) => {
  expect(readPostalCode(text, country)).toBeUndefined();
});
