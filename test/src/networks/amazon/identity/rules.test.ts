import fc from '../../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import type { HashedField } from '../../../../../src/events/conversion-event.js';
import { HASHED_FIELDS } from '../../../../../src/events/conversion-event.js';
import { chooseAmazonRules } from '../../../../../src/networks/amazon/identity/rules.js';
import { hashIdentifiers } from '../../../../../src/identity/hash-identifiers.js';

const rules = chooseAmazonRules('drop');

function normalise(field: HashedField, text: string, country?: string): string {
  return rules[field]?.(text, { country }) ?? '';
}

describe('e-mail', () => {
  test.each([
    [' Test@Example.com ', 'test@example.com', 'test@example.com'],
    ['jo.doe+games@example.com', 'jo.doegames@example.com', 'jo.doe+games@example.com'],
    ['jo_doe@my-shop.example', 'jodoe@my-shop.example', 'jodoe@my-shop.example'],
    ['"jo doe"@example.com', 'jodoe@example.com', 'jodoe@example.com'],
    ['nobody', '', ''],
    ['@example.com', '', ''],
    ['jo@', '', ''],
    ['+@example.com', '', '+@example.com'],
  ])('%j', (text, dropped, kept) => {
    expect(normalise('email', text)).toBe(dropped);
    expect(chooseAmazonRules('keep').email?.(text, {})).toBe(kept);
  });
});

describe('names and cities', () => {
  test.each([
    ['first_name', "Anne-Marie O'Neil", 'annemarieoneil'],
    ['last_name', 'Groß-Müller', 'grossmueller'],
    ['last_name', 'Mu\u0308ller', 'mueller'],
    ['last_name', 'Sørensen Ægir', 'sorensenaegir'],
    ['first_name', 'José', 'jos'],
    ['first_name', '太郎', ''],
    ['city', 'Saint-Étienne', 'sainttienne'],
    ['city', 'München', 'mnchen'],
    ['city', 'New York 2', 'newyork2'],
  ] as const)('%s %j', (field, text, expected) => {
    expect(normalise(field, text)).toBe(expected);
  });
});

test('the phone country of the settings goes before the country of the event', () => {
  expect(rules.phone?.('020 7946 0018', { country: 'US', phoneCountry: 'GB' })).toBe(
    '442079460018',
  );
});

describe('vectors: they agree with the sample rows of AWS', () => {
  test.each([
    [
      'US',
      'email',
      'fchecketts0@webeden.co.uk',
      '5bd5f77cb5a05b8a30fb028e800c19207c158772564e485561e5596506aba005',
    ],
    [
      'US',
      'first_name',
      'Faulkner',
      '77f53c97d937d5b146f99f9dae5017853c76cde577f8dd9d986bbeec238ae0f0',
    ],
    [
      'US',
      'last_name',
      'Checketts',
      '357df1c6702954e5d6ab9741d9430d01cd08f262352934bdde254a014c3fb99c',
    ],
    [
      'US',
      'address',
      '8 Bluestem Terrace',
      'fe8115cbef0c2b9c5bedbedaa34b080223959365176679d9b0461465b1b08425',
    ],
    [
      'US',
      'phone',
      '5714120599',
      '8ae78b78db5e45aff4a0646198a9f1e60270ba153349b29b4ce0bbd2f5ec9cc9',
    ],
    ['US', 'city', 'Dallas', 'fa2115f8d576a6ab722956697fc759c31d1cd6b93c8336bfebf73ed5cba2ff49'],
    ['US', 'state', 'Texas', '1b5b9ccb3e8d006a5230de9bda23ff91edc794d4f56410560830b418528e446c'],
    [
      'US',
      'postal_code',
      '75236-9599',
      '91b6147da4928d5742bb8ddb035e75f9fe77a7f88881906ac7417abf8a46effa',
    ],
  ] as const)('%s %s %s', (country, field, text, hash) => {
    expect(hashIdentifiers({ plain: { [field]: text }, hashed: {} }, rules, { country })).toEqual({
      [field]: hash,
    });
  });
});

test('a rule takes any text, and what it gives it gives again', () => {
  const countries = fc.constantFrom('US', 'GB', 'CA', 'JP', 'FR', undefined);
  const stable = HASHED_FIELDS.filter((field) => field !== 'phone' && field !== 'address');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), countries, (text, country) => {
      for (const field of HASHED_FIELDS)
        expect(typeof normalise(field, text, country)).toBe('string');
      for (const field of stable) {
        const once = normalise(field, text, country);
        expect(normalise(field, once, country)).toBe(once);
      }
    }),
  );
});
