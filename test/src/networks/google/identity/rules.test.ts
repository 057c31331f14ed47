import fc from '../../../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { GOOGLE_RULES } from '../../../../../src/networks/google/identity/rules.js';
import { hashIdentifiers } from '../../../../../src/identity/hash-identifiers.js';
import { sha256Hex } from '../../../../../src/identity/hash.js';

const email = (text: string): string => GOOGLE_RULES.email?.(text, {}) ?? '';
const phone = (text: string, country?: string, phoneCountry?: string): string =>
  GOOGLE_RULES.phone?.(text, {
    ...(country && { country }),
    ...(phoneCountry && { phoneCountry }),
  }) ?? '';

describe('e-mail', () => {
  test.each([
    [' Test@Example.com ', 'test@example.com'],
    ['Player.One+game@Gmail.com', 'playerone@gmail.com'],
    ['player.one+game@googlemail.com', 'playerone@googlemail.com'],
    ['Player.One+game@Example.com', 'player.one+game@example.com'],
    ['player.one@gmail.com.example', 'player.one@gmail.com.example'],
    ['p+a+b@gmail.com', 'p@gmail.com'],
    ['nobody', ''],
    ['@example.com', ''],
    ['jo@', ''],
    ['jo@doe@example.com', ''],
    ['jo doe@example.com', ''],
    ['+tag@gmail.com', ''],
    ['...@gmail.com', ''],
    ['+tag@example.com', '+tag@example.com'],
  ])('%j', (text, expected) => {
    expect(email(text)).toBe(expected);
  });
});

describe('phone: E.164, or left out', () => {
  test.each<[string, string, string?, string?]>([
    ['+1 (800) 555-0100', '+18005550100'],
    ['+1-800-555-0100', '+18005550100', 'DE'],
    ['0044 20 7946 0018', '+442079460018'],
    ['tel:+49 30 123456', '+4930123456'],
    ['(650) 555-1212', '+16505551212', 'US'],
    ['020 7946 0018', '+442079460018', 'GB'],
    ['020 7946 0018', '+442079460018', 'US', 'GB'],
    // Without a country Google's formatter would make +6505551212 of it: another person's number.
    ['(650)555-1212', ''],
    ['6505551212', ''],
    ['+', ''],
    ['none', '', 'US'],
  ])('%j is %j (%s %s)', (text, expected, country, phoneCountry) => {
    expect(phone(text, country, phoneCountry)).toBe(expected);
  });
});

// docs/reference/identity.md#published-vectors
describe('published vectors', () => {
  test.each([
    [
      'email',
      'alexz@example.com',
      '509e933019bb285a134a9334b8bb679dff79d0ce023d529af4bd744d47b4fd8a',
    ],
    ['phone', '+18005550100', 'fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30'],
  ] as const)('%s %s', (field, text, hash) => {
    expect(hashIdentifiers({ plain: { [field]: text }, hashed: {} }, GOOGLE_RULES, {})).toEqual({
      [field]: hash,
    });
  });

  test('the same address at Gmail and elsewhere', () => {
    const hashOf = (text: string) =>
      hashIdentifiers({ plain: { email: text }, hashed: {} }, GOOGLE_RULES, {}).email;
    expect(hashOf('Player.One+game@Gmail.com')).toMatch(/^7c5568ec/);
    expect(hashOf('Player.One+game@Example.com')).toBe(sha256Hex('player.one+game@example.com'));
  });
});

test('what is hashed already is passed on, bare and in lower case; a hash of nothing is not', () => {
  const hash = sha256Hex('test@example.com');
  const given = {
    plain: { email: `sha256:${hash.toUpperCase()}` },
    hashed: { phone: sha256Hex('') },
  };
  expect(hashIdentifiers(given, GOOGLE_RULES, {})).toEqual({ email: hash });
});

test('a phone number that was hashed with its + is what Google wants', () => {
  const hash = sha256Hex('+18005550100');
  const given = { plain: {}, hashed: { phone: hash }, phoneHashHasPlus: true as const };
  expect(hashIdentifiers(given, GOOGLE_RULES, {})).toEqual({ phone: hash });
});

test('names and addresses are never told', () => {
  const plain = {
    first_name: 'Jo',
    last_name: 'Doe',
    address: '5 Main St',
    city: 'X',
    state: 'CA',
    postal_code: '94107',
  };
  expect(hashIdentifiers({ plain, hashed: {} }, GOOGLE_RULES, { country: 'US' })).toEqual({});
});

test('normalising twice changes nothing', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (text) => {
      expect(email(email(text))).toBe(email(text));
    }),
  );
});
