import { describe, expect, test } from 'vitest';
import { hashIdentifiers } from '../../../../../src/identity/hash-identifiers.js';
import { X_RULES } from '../../../../../src/networks/x/identity/rules.js';

describe('e-mail: trimmed and lower-case, dots and + kept', () => {
  test.each([
    [' Test-Email@Test.com ', 'test-email@test.com'],
    ['Player.One+game@Gmail.com', 'player.one+game@gmail.com'],
    ['nobody', ''],
    ['jo doe@example.com', ''],
    ['jo@', ''],
    ['@example.com', ''],
    ['', ''],
  ])('%j', (text, expected) => {
    expect(X_RULES.email!(text, {})).toBe(expected);
  });
});

describe('hashes', () => {
  // The published vectors (docs/reference/identity.md#published-vectors). X's page prints another
  // hash for test@x.com: that of the address before the company was renamed.
  test.each([
    [
      'email',
      'test-email@test.com',
      'e586883b2b4faf78d48300a79e0e15138d664cdf796ffb86e533170a9893eda8',
    ],
    ['email', 'test@x.com', '5806dc6b2f04fb728708a8f7b81c14edcd4fba36f77914cf0c9368d9a3a25f76'],
    [
      'email',
      'test@twitter.com',
      'd360d510a224510f373931ce2d6215a799f5a9c1cef221b0149b6b6b50cced62',
    ],
    [
      'phone',
      '+1 123-456-7890',
      '1fa6b8d986d9b9cd01bf36951815158bbde9f520c0567c835dfe34783d0a4231',
    ],
  ])('%s %s', (field, text, hash) => {
    expect(hashIdentifiers({ plain: { [field]: text }, hashed: {} }, X_RULES, {})).toEqual({
      [field]: hash,
    });
  });

  test('nothing but e-mail and telephone is told', () => {
    const plain = {
      first_name: 'Jo',
      last_name: 'Doe',
      address: '5 Main St',
      city: 'Reno',
      state: 'NV',
    };
    expect(
      hashIdentifiers({ plain, hashed: { postal_code: 'cd'.repeat(32) } }, X_RULES, {}),
    ).toEqual({});
  });
});
