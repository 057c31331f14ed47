import fc from '../../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { HASHED_FIELDS, type HashedField } from '../../../../../src/events/conversion-event.js';
import { hashIdentifiers } from '../../../../../src/identity/hash-identifiers.js';
import { sha256Hex } from '../../../../../src/identity/hash.js';
import {
  hashCountry,
  hashExternalId,
  META_RULES,
} from '../../../../../src/networks/meta/identity/rules.js';

function normalise(field: HashedField, text: string, country?: string): string {
  return META_RULES[field]?.(text, { country }) ?? '';
}

describe('published vectors', () => {
  test.each([
    [
      'email',
      'John_Smith@gmail.com',
      '62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f',
    ],
    ['phone', '(650)555-1212', 'e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176'],
    ['first_name', 'Mary', '6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec'],
    ['first_name', '정', '8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14'],
    ['first_name', 'Valéry', '08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c'],
  ] as const)('%s %s', (field, text, hash) => {
    const hashes = hashIdentifiers({ plain: { [field]: text }, hashed: {} }, META_RULES, {
      country: 'US',
    });
    expect(hashes).toEqual({ [field]: hash });
  });

  test('an address keeps its dots and its tag, at Gmail too', () => {
    const hashes = hashIdentifiers(
      { plain: { email: 'Player.One+game@Gmail.com' }, hashed: {} },
      META_RULES,
      {},
    );
    expect(hashes.email).toMatch(/^aa94f413/);
  });
});

describe('the form before hashing', () => {
  test.each<[HashedField, string, string | undefined, string]>([
    ['email', ' Test@Example.COM\n', undefined, 'test@example.com'],
    ['email', 'nobody', undefined, ''],
    ['email', 'a@b@c', undefined, ''],
    ['email', 'jo doe@example.com', undefined, ''],
    ['email', '@example.com', undefined, ''],
    ['phone', '+1 (650) 555-1212', undefined, '16505551212'],
    ['phone', '001 650 555 1212', undefined, '16505551212'],
    ['phone', '020 7946 0018', 'GB', '442079460018'],
    ['phone', '020 7946 0018', undefined, '2079460018'],
    ['phone', 'no number', undefined, ''],
    ['first_name', " Anne-Marie O'Neil ", undefined, 'annemarieoneil'],
    ['last_name', 'MÜLLER', undefined, 'müller'],
    ['last_name', 'Mu\u0308ller', undefined, 'müller'],
    ['city', 'New York', 'US', 'newyork'],
    ['city', 'Saint-Étienne', 'FR', 'saintétienne'],
    ['state', 'California', 'US', 'ca'],
    ['state', 'CA', 'US', 'ca'],
    ['state', 'N.Y.', 'US', 'ny'],
    ['state', 'District of Columbia', 'US', 'dc'],
    ['state', 'Nordrhein-Westfalen', 'DE', 'nordrheinwestfalen'],
    ['state', 'California', undefined, 'california'],
    ['postal_code', '94035-1234', 'US', '94035'],
    ['postal_code', '940351234', 'US', '94035'],
    ['postal_code', '94035-1234', undefined, '94035'],
    ['postal_code', 'M1 1AE', 'GB', 'm11'],
    ['postal_code', 'SW1A 1AA', 'GB', 'sw1a1'],
    ['postal_code', 'M1', 'GB', 'm1'],
    ['postal_code', '123-4567', 'JP', '1234567'],
    ['address', '1 Elm Street', 'US', ''],
  ])('%s %j (%s) is %j', (field, text, country, expected) => {
    expect(normalise(field, text, country)).toBe(expected);
  });
});

test('a phone number that was hashed with its + is left out', () => {
  const given = { plain: {}, hashed: { phone: 'ab'.repeat(32) } };
  expect(hashIdentifiers({ ...given, phoneHashHasPlus: true }, META_RULES, {})).toEqual({});
  expect(hashIdentifiers(given, META_RULES, {})).toEqual(given.hashed);
});

test.each([
  [' Player-1 ', sha256Hex('player-1')],
  ['AB'.repeat(32), 'ab'.repeat(32)],
  ['  ', undefined],
  [undefined, undefined],
])('external id %j', (text, hash) => {
  expect(hashExternalId(text)).toBe(hash);
});

test('a country is hashed in lower case', () => {
  expect(hashCountry('US')).toBe(sha256Hex('us'));
});

test('a rule takes any text, and what it gives it gives again', () => {
  const countries = fc.constantFrom('US', 'GB', 'DE', undefined);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), countries, (text, country) => {
      for (const field of HASHED_FIELDS.filter(
        (name) => name !== 'phone' && name !== 'postal_code',
      )) {
        const once = normalise(field, text, country);
        expect(normalise(field, once, country)).toBe(once);
      }
    }),
  );
});
