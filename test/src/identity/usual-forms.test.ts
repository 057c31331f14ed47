// The quick looks at usual forms stand in for longer readings: whatever they take, the longer one takes unchanged.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { cleanText } from '../../../src/identity/clean-text.js';
import { isCountryCode, toCountryCode } from '../../../src/identity/country.js';
import { isPlainAddress, readEmailAddress } from '../../../src/identity/email.js';
import { isOtherHash, readHash, readUsualHash } from '../../../src/identity/hash.js';
import { beginsAsValue, isNotAValue } from '../../../src/identity/not-a-value.js';
import { canBePhone, isE164, normalisePhone } from '../../../src/identity/phone.js';

const HEX = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';
const RUNS = 2000;

/** Text that is often in a usual form, and often only nearly so. */
const nearlyUsual = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'n u l N @ . + - _ 0 1 a é { } % "'.split(' '), ' ', '\u0010'), maxLength: 12 }),
  fc.tuple(fc.string({ maxLength: 3 }), fc.stringMatching(/^\+?\d{5,17}$/)).map((parts) => parts.join('')),
  fc.emailAddress(),
  fc
    .tuple(fc.constantFrom('', 'sha256:', 'SHA256:', ' '), fc.stringMatching(/^[0-9a-fG]{63,65}$/))
    .map((parts) => parts.join('')),
  fc.string({ maxLength: 40 }),
);

/** What every reader of an identifier does first. */
function isUnchanged(text: string): boolean {
  return cleanText(text) === text && !isNotAValue(text);
}

describe('usual forms of identifiers', () => {
  test('a text that begins as a value does is a value', () => {
    fc.assert(
      fc.property(nearlyUsual, (text) => !beginsAsValue(text) || !isNotAValue(text)),
      { numRuns: RUNS },
    );
  });

  test('a plain address that begins as a value does is read as it is', () => {
    const isHeld = (text: string): boolean =>
      isUnchanged(text) && readEmailAddress(text) === text && readHash(text) === undefined && !isOtherHash(text);
    fc.assert(
      fc.property(nearlyUsual, (text) => !isPlainAddress(text) || !beginsAsValue(text) || isHeld(text)),
      { numRuns: RUNS },
    );
    expect(isPlainAddress('null@-.-') && beginsAsValue('null@-.-')).toBe(false);
  });

  test('a number in the form of E.164 is read as it is', () => {
    const isHeld = (text: string): boolean =>
      isUnchanged(text) && canBePhone(text) && readHash(text) === undefined && !isOtherHash(text);
    fc.assert(
      fc.property(nearlyUsual, (text) => !isE164(text) || isHeld(text)),
      { numRuns: RUNS },
    );
    expect(['+12065550001', '+442071838750'].every(isE164)).toBe(true);
    expect(['12065550001', '+0165055501', '+1 2065550001', '+1206555'.repeat(3)].some(isE164)).toBe(false);
  });

  test('a whole number of North America is read as the same one with a space after its code', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^\d{10}$/),
        (national) => normalisePhone(`+1${national}`) === normalisePhone(`+1 ${national}`),
      ),
      { numRuns: RUNS },
    );
  });

  test.each([HEX, `sha256:${HEX}`])('%s is the usual form of a hash', (text) => {
    expect(readUsualHash(text)).toBe(HEX);
  });

  test('a hash in its usual form is the hash that is read', () => {
    fc.assert(
      fc.property(nearlyUsual, (text) => {
        const hash = readUsualHash(text);
        return hash === undefined || (isUnchanged(text) && hash === readHash(text));
      }),
      { numRuns: RUNS },
    );
    expect(readUsualHash(HEX.toUpperCase())).toBeUndefined();
  });

  test('a country code is the country that is read', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'N A U S O K D E -'.split(' ')), maxLength: 3 }),
        (text) => !isCountryCode(text) || (isUnchanged(text) && toCountryCode(text) === text),
      ),
      { numRuns: RUNS },
    );
  });
});
