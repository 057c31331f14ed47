import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalisePhone } from '../../../src/identity/phone.js';

describe('normalisePhone', () => {
  test.each([
    // National, in the country where it is dialled.
    ['5714120599', 'US', '15714120599'],
    ['571-981-5803', 'US', '15719815803'],
    ['(571) 412 0599 ext. 5', 'US', '15714120599'],
    ['1 571 412 0599', 'US', '15714120599'],
    ['4165550123', 'CA', '14165550123'],
    ['020 7946 0018', 'GB', '442079460018'],
    ['447911123456', 'GB', '447911123456'],
    ['030 123456', 'DE', '4930123456'],
    ['06 12345678', 'IT', '390612345678'],
    ['8 912 345-67-89', 'RU', '79123456789'],
    ['090-1234-5678', 'JP', '819012345678'],
    // International: the country does not matter.
    ['+1 (571) 412-0599', 'DE', '15714120599'],
    ['tel:+1-571-412-0599;ext=5', 'DE', '15714120599'],
    ['0044 20 7946 0018', 'US', '442079460018'],
    ['+44 (0)20 7946 0018', 'US', '442079460018'],
    ['0044 (0)20 7946 0018', 'US', '442079460018'],
    ['+39 (0)6 12345678', 'US', '390612345678'],
    // No country: taken to be complete.
    ['15714120599', undefined, '15714120599'],
    // Not judged: impossible numbers keep their digits.
    ['123', 'US', '1123'],
    ['5550000000', 'US', '15550000000'],
    ['+999 1', 'US', '9991'],
    ['99999999999999999999', 'US', '99999999999999999999'],
    ['12345', 'AQ', '12345'],
    // Nothing to hash.
    ['', 'US', ''],
    ['unknown', 'US', ''],
    ['+', undefined, ''],
  ])('%j in %s is %j', (text, country, digits) => {
    expect(normalisePhone(text, country)).toBe(digits);
  });

  test('gives digits only, whatever comes', () => {
    const countries = fc.constantFrom(undefined, 'US', 'DE', 'GB', 'ZZ');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), countries, (text, country) => {
        expect(normalisePhone(text, country)).toMatch(/^\d*$/);
      }),
    );
  });
});
