import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_HASH, readHash, sha256Hex } from '../../../src/identity/hash.js';

const HEX = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';

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
    fc.assert(fc.property(fc.string({ maxLength: 63 }), (text) => readHash(text) === undefined));
  });
});
