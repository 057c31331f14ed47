import fc from '../../kit/property.js';
import { describe, expect, test } from 'vitest';
import { EMPTY_HASH, isOtherHash, readHash, sha256Hex } from '../../../src/identity/hash.js';

const HEX = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';
const BASE64 = Buffer.from(HEX, 'hex').toString('base64');

describe('sha256Hex', () => {
  test.each([
    // FIPS 180-2, appendix B.1, and the vector that Amazon and its peers print.
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['test@example.com', HEX],
    ['', EMPTY_HASH],
  ])('%j', (text, hash) => {
    expect(sha256Hex(text)).toBe(hash);
  });
});

describe('readHash', () => {
  test.each([
    [HEX, HEX],
    [HEX.toUpperCase(), HEX],
    [`sha256:${HEX}`, HEX],
    [`SHA256:${HEX.toUpperCase()}`, HEX],
    [` ${HEX}\n`, HEX],
    [`0x${HEX}`, HEX],
    [BASE64, HEX],
    [BASE64.replace('=', ''), HEX],
    [Buffer.from(HEX, 'hex').toString('base64url'), HEX],
    [`sha256-${BASE64}`, HEX],
    [HEX.slice(1), undefined],
    [`${HEX}0`, undefined],
    [`sha1:${HEX}`, undefined],
    [HEX.replace('9', 'g'), undefined],
    ['', undefined],
  ])('%j', (text, hash) => {
    expect(readHash(text)).toBe(hash);
  });

  test('knows every hash that we make, and no short text', () => {
    fc.assert(fc.property(fc.string(), (text) => readHash(sha256Hex(text)) === sha256Hex(text)));
    fc.assert(fc.property(fc.string({ maxLength: 42 }), (text) => readHash(text) === undefined));
  });
});

test('K09: the base64 forms of a hash are the hash', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const hash = sha256Hex(text);
      const bytes = Buffer.from(hash, 'hex');
      expect([readHash(bytes.toString('base64')), readHash(bytes.toString('base64url'))]).toEqual([
        hash,
        hash,
      ]);
    }),
  );
});

test.each([
  'd41d8cd98f00b204e9800998ecf8427e',
  'D41D8CD98F00B204E9800998ECF8427E',
  'md5:d41d8cd98f00b204e9800998ecf8427e',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  '1B2M2Y8AsgTpgAmY7PhCfg==',
  '2jmj7l5rSw0yVb/vlWAYkK/YBwk=',
  'ab'.repeat(64),
])('%s is a hash that no network can use', (text) => {
  expect({ other: isOtherHash(text), sha256: readHash(text) }).toEqual({
    other: true,
    sha256: undefined,
  });
});

test.each(['a@example.com', 'Jane', '+16505551212', '8 Bluestem Terrace', 'x'.repeat(32)])(
  '%s is not a hash',
  (text) => {
    expect(isOtherHash(text)).toBe(false);
  },
);
