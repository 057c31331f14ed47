import fc from '../../kit/property.js';
import { expect, test } from 'vitest';

import { readEmailAddress } from '../../../src/identity/email.js';

test.each([
  'a@example.com',
  'mailto:a@example.com',
  'MAILTO:a@example.com?subject=Hi',
  'mailto:a%40example.com',
  '"P" <a@example.com>',
  'P Q <a@example.com>',
  '<a@example.com>',
  '<mailto:a@example.com>',
  '[a@example.com](mailto:a@example.com)',
  'P (a@example.com)',
  'a@example.com;',
  'a@example.com,',
  'a@example.com.',
  ' a@example.com ',
  "'a@example.com'",
  '"a@example.com"',
  '="a@example.com"',
  'a@example.com, b@example.com',
  'a@example.com;b@example.com',
  'a@example.com b@example.com',
  '["a@example.com","b@example.com"]',
  'Doe, a@example.com',
  'a @ example.com',
  'email: a@example.com',
  'SMTP:a@example.com',
  'a@exam\u200Bple.com',
  '\uFEFFa@example.com',
  'a@example.com\u00A0',
  'a\u00AD@example.com',
  '\u202Aa@example.com\u202C',
  'a＠example.com',
])('K06, K07: %j is a@example.com', (text) => {
  expect(readEmailAddress(text)).toBe('a@example.com');
});

test.each([
  "o'brien@example.com",
  'Player.One+game@Gmail.com',
  'jürgen@bücher.example',
  '1@2',
  'a_b-c@x.co',
])('%j is as it is', (text) => {
  expect(readEmailAddress(text)).toBe(text);
});

test.each([
  '',
  '@',
  'a@',
  '@example.com',
  'a@b@c',
  'undefined',
  'jane doe@example.com',
  'call me a@example.com',
  'example.com',
  'a@exa mple.com',
  `${'x'.repeat(400)}@example.com`,
])('%j is not an address', (text) => {
  expect(readEmailAddress(text)).toBeUndefined();
});

test('gives one address or nothing, whatever comes', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[a@. <>"',;:()[\]{}mailto%40-]{0,60}$/),
  );
  fc.assert(
    fc.property(text, (given) => {
      const address = readEmailAddress(given);
      if (address !== undefined) expect(address).toMatch(/^[^\s@<>"]+@[^\s@<>"]+$/);
    }),
    { numRuns: 500 },
  );
});
