import { describe, expect, test } from 'vitest';
import { hashIdentifiers } from '../../../../../src/identity/hash-identifiers.js';
import { REDDIT_RULES } from '../../../../../src/networks/reddit/identity/rules.js';

function normalise(field: 'email' | 'phone', text: string, origin = {}): string {
  return REDDIT_RULES[field]!(text, origin);
}

describe('e-mail: stripped for every domain', () => {
  test.each([
    ['Al.ice$+Apple@Example.Com', 'alice@example.com'],
    ['Player.One+game@Gmail.com', 'playerone@gmail.com'],
    ['Player.One+game@Example.com', 'playerone@example.com'],
    [' jo_doe-99@my-shop.example ', 'jodoe99@my-shop.example'],
    ['a+b+c@d.example', 'a@d.example'],
    ['"jo doe"@example.com', 'jodoe@example.com'],
    ['jo@home@example.com', 'johome@example.com'],
    ['...@example.com', ''],
    ['+tag@example.com', ''],
    ['nobody', ''],
    ['@example.com', ''],
    ['jo@', ''],
    ['', ''],
  ])('%j', (text, expected) => {
    expect(normalise('email', text)).toBe(expected);
  });
});

describe('telephone: + and digits', () => {
  test.each([
    ['+1 (571) 412-0599', {}, '+15714120599'],
    ['(571) 412-0599 ext. 5', { country: 'US' }, '+15714120599'],
    ['020 7946 0018', { country: 'US', phoneCountry: 'GB' }, '+442079460018'],
    ['0049 30 123456', {}, '+4930123456'],
    ['none', {}, ''],
  ])('%j', (text, origin, expected) => {
    expect(normalise('phone', text, origin)).toBe(expected);
  });
});

describe('hashes', () => {
  // The published vector (docs/reference/identity.md#published-vectors).
  const ALICE = 'ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976';

  test('of the published address, and of one hashed already', () => {
    const of = (email: string) =>
      hashIdentifiers({ plain: { email }, hashed: {} }, REDDIT_RULES, {}).email;
    expect(of('Al.ice$+Apple@Example.Com')).toBe(ALICE);
    expect(of(ALICE.toUpperCase())).toBe(ALICE);
    expect(of('Player.One+game@Gmail.com')).toMatch(/^7c5568ec/);
  });

  test('nothing but e-mail and telephone is told', () => {
    const plain = {
      first_name: 'Jo',
      last_name: 'Doe',
      address: '5 Main St',
      city: 'Reno',
      state: 'NV',
    };
    const hashed = { email: ALICE, phone: 'ab'.repeat(32), postal_code: 'cd'.repeat(32) };
    expect(hashIdentifiers({ plain, hashed }, REDDIT_RULES, {})).toEqual({
      email: ALICE,
      phone: 'ab'.repeat(32),
    });
  });

  test('a telephone number hashed with its + is good here', () => {
    const hashed = { phone: 'ab'.repeat(32) };
    const hashes = hashIdentifiers({ plain: {}, hashed, phoneHashHasPlus: true }, REDDIT_RULES, {});
    expect(hashes.phone).toBe('ab'.repeat(32));
  });
});
