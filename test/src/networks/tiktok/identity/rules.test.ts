import { describe, expect, test } from 'vitest';
import type { HashedField } from '../../../../../src/events/conversion-event.js';
import { hashIdentifiers } from '../../../../../src/identity/hash-identifiers.js';
import { sha256Hex } from '../../../../../src/identity/hash.js';
import { TIKTOK_RULES } from '../../../../../src/networks/tiktok/identity/rules.js';

function hashOf(field: HashedField, text: string, country?: string): string | undefined {
  return hashIdentifiers({ plain: { [field]: text }, hashed: {} }, TIKTOK_RULES, { country })[
    field
  ];
}

describe('published vectors', () => {
  test.each<[HashedField, string, string]>([
    // tiktok/gtm-template-eapi, its own test (docs/reference/identity.md#published-vectors).
    [
      'email',
      'test@TEST.com\n',
      'f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a',
    ],
  ])('%s %j', (field, text, hash) => {
    expect(hashOf(field, text)).toBe(hash);
  });

  test('Player.One+game@Gmail.com keeps its dots and what follows the +', () => {
    expect(hashOf('email', 'Player.One+game@Gmail.com')).toMatch(/^aa94f413/);
  });
});

test.each<[HashedField, string, string, string?]>([
  ['email', ' Jo@Example.com ', 'jo@example.com'],
  ['email', 'Nobody', 'nobody'],
  ['phone', '+1 (571) 412-0599', '+15714120599'],
  ['phone', '571 412 0599', '+15714120599', 'US'],
  ['phone', '030 123456', '+4930123456', 'DE'],
  ['phone', '0049 30 123456', '+4930123456'],
  ['first_name', " Anne-Marie O'Neil ", 'annemarie oneil'],
  ['last_name', 'MÜLLER', 'müller'],
  ['last_name', 'Mu\u0308ller', 'müller'],
  ['postal_code', ' SW1A 1AA', 'sw1a 1aa'],
])('%s %j is hashed as %j', (field, text, normalised, country) => {
  expect(hashOf(field, text, country)).toBe(sha256Hex(normalised));
});

test.each<[HashedField, string]>([
  ['email', '  '],
  ['phone', 'unknown'],
  ['first_name', ' - '],
  ['city', 'Berlin'],
  ['state', 'Berlin'],
  ['address', '5 High St'],
])('%s %j gives no hash', (field, text) => {
  expect(hashOf(field, text)).toBeUndefined();
});

test('what is hashed already passes, in lower case', () => {
  const hash = sha256Hex('jo@example.com');
  expect(hashOf('email', hash.toUpperCase())).toBe(hash);
  const given = { plain: {}, hashed: { phone: hash }, phoneHashHasPlus: true as const };
  expect(hashIdentifiers(given, TIKTOK_RULES, {})).toEqual({ phone: hash });
});
