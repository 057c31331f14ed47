import fc from '../../kit/property.js';
import examples from 'libphonenumber-js/mobile/examples';
import { getCountries, getExampleNumber, Metadata } from 'libphonenumber-js/min';
import { describe, expect, test } from 'vitest';
import { canBePhone, normalisePhone } from '../../../src/identity/phone.js';

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

describe('K01: the national trunk prefix after the country code', () => {
  const plans = getCountries().flatMap((country) => {
    const number = getExampleNumber(country, examples);
    const metadata = new Metadata() as unknown as {
      selectNumberingPlan(country: string): void;
      numberingPlan: { nationalPrefix(): unknown };
    };
    metadata.selectNumberingPlan(country);
    const given = metadata.numberingPlan.nationalPrefix();
    const prefix = typeof given === 'string' ? given : '';
    return number === undefined
      ? []
      : [{ country, code: number.countryCallingCode, national: number.nationalNumber, prefix }];
  });
  const withPrefix = plans.filter(({ prefix }) => prefix !== '');

  test('is known for far more than a hundred countries', () => {
    expect(withPrefix.length).toBeGreaterThan(120);
  });

  test.each(withPrefix)(
    'goes in $country: +$code $prefix$national',
    ({ code, national, prefix }) => {
      const complete = `${code}${national}`;
      expect(normalisePhone(`+${complete}`)).toBe(complete);
      expect(normalisePhone(`+${code} ${prefix}${national}`)).toBe(complete);
      expect(normalisePhone(`+${code} (${prefix})${national}`)).toBe(complete);
      expect(normalisePhone(`00${code} ${prefix}${national}`, 'FR')).toBe(complete);
    },
  );

  test.each(plans)(
    'a number of $country that has none stays: +$code $national',
    ({ code, national }) => {
      expect(normalisePhone(`+${code}${national}`)).toBe(`${code}${national}`);
    },
  );

  test.each([
    ['+39 06 1234 5678', '390612345678'],
    ['+378 0549 123456', '3780549123456'],
    ['+379 06 698 12345', '3790669812345'],
    ['+225 07 12 34 56 78', '2250712345678'],
    ['+241 06 12 34 56', '24106123456'],
    ['+242 06 612 3456', '242066123456'],
    ['+7 843 123 45 67', '78431234567'],
    ['+1 123-456-7890', '11234567890'],
  ])('the digit belongs to the number: %s', (text, digits) => {
    expect(normalisePhone(text)).toBe(digits);
  });

  test.each([
    ['+44 0161 496 0000', '441614960000'],
    ['+44 0 5', '445'],
    ['+49 0171 1234567', '491711234567'],
    ['+1 1 650 555 1212', '16505551212'],
    ['+36 (06) 1 234 5678', '3612345678'],
    ['(+44) 0161 496 0000', '441614960000'],
    ['+0044 161 496 0000', '441614960000'],
    ['p:+16505551212', '16505551212'],
    ['＋４４ ０１６１ ４９６ ００００', '441614960000'],
    ['+٢٠١٠٠١٢٣٤٥٦٧', '201001234567'],
    ['+९१ ९८७६५ ४३२१०', '919876543210'],
    ['+16505551212 / +16505559999', '16505551212'],
    ['+16505551212, +16505559999', '16505551212'],
    ['16505551212.0', '16505551212'],
  ])('K01, K02: %s', (text, digits) => {
    expect(normalisePhone(text)).toBe(digits);
  });

  test.each(['none', 'd41d8cd98f00b204e9800998ecf8427e', '1.65056E+10', 'a@example.com'])(
    '%s is not a number',
    (text) => {
      expect(canBePhone(text)).toBe(false);
    },
  );
});
