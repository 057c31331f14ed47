import { describe, expect, test } from 'vitest';
import type { RuleSet } from '../../../src/identity/hash-identifiers.js';
import { hashIdentifiers } from '../../../src/identity/hash-identifiers.js';
import { EMPTY_HASH, sha256Hex } from '../../../src/identity/hash.js';

const given = 'ab'.repeat(32);
const trim = (text: string): string => text.trim();
const rules: RuleSet = {
  email: trim,
  phone: (text, { country, phoneCountry }) => `${phoneCountry ?? country}${text}`,
  first_name: trim,
  last_name: trim,
  address: undefined,
  city: trim,
  state: trim,
  postal_code: trim,
};

describe('hashIdentifiers', () => {
  test.each([
    ['plain text goes through its rule', { email: ' a@b ' }, {}, { email: sha256Hex('a@b') }],
    [
      'plain text is preferred to a hash of unknown make',
      { email: 'a@b' },
      { email: given },
      { email: sha256Hex('a@b') },
    ],
    ['a given hash is taken', {}, { email: given }, { email: given }],
    [
      'a given hash is taken where nothing is left of the text',
      { email: ' ' },
      { email: given },
      { email: given },
    ],
    [
      'text that is a hash is not hashed again',
      { email: `sha256:${given.toUpperCase()}` },
      {},
      { email: given },
    ],
    ['a field without rule is not taken', { address: '1 Road' }, { address: given }, {}],
    ['nothing left, nothing hashed', { email: ' ', city: '' }, {}, {}],
    ['the hash of nothing is never taken', { city: EMPTY_HASH }, { email: EMPTY_HASH }, {}],
    ['the rule learns the origin', { phone: '1' }, {}, { phone: sha256Hex('US1') }],
  ])('%s', (_name, plain, hashed, expected) => {
    expect(hashIdentifiers({ plain, hashed }, rules, { country: 'US' })).toEqual(expected);
  });
});

describe('a phone number that was hashed with its +', () => {
  const identifiers = { plain: {}, hashed: { phone: given }, phoneHashHasPlus: true } as const;
  test.each([
    ['is not a match key where digits are hashed', (text: string) => text.replace('+', ''), {}],
    ['is one where the + is hashed too', trim, { phone: given }],
  ])('%s', (_, phone, hashes) => {
    expect(hashIdentifiers(identifiers, { ...rules, phone }, {})).toEqual(hashes);
  });
});
