import fc from '../kit/property.js';
import { describe, expect, test } from 'vitest';
import { cleanOutsideText, maskPersonal } from '../../src/outside-text.js';
import { maskSecrets } from '../../src/secret-mask.js';
import { Secret } from '../../src/secret.js';

const TOKEN = 'Qz7|kW/3pX+9v=Lm2 "R"tY8uB4nC6';
const SHORT = 'pw-17';
const ordinary = 'The request was refused: field value is not a number.';

new Secret(TOKEN);
new Secret(SHORT);

function toUnits(secret: string, encode: (code: number) => string): string {
  return Array.from({ length: secret.length }, (_, at) => encode(secret.charCodeAt(at))).join('');
}

/** Ways in which an answer may spell a secret, by name. */
const ECHOES: readonly [string, (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['in capitals', (secret) => secret.toUpperCase()],
  ['URL-encoded', (secret) => encodeURIComponent(secret)],
  ['URL-encoded twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['as a form value', (secret) => encodeURIComponent(secret).replaceAll('%20', '+')],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['in base64 after one byte', (secret) => Buffer.from(`x${secret}`).toString('base64')],
  ['in base64 after two bytes', (secret) => Buffer.from(`id${secret}`).toString('base64')],
  ['in Basic authentication', (secret) => Buffer.from(`id:${secret}`).toString('base64url')],
  ['in hex', (secret) => Buffer.from(secret).toString('hex')],
  ['JSON-escaped', (secret) => JSON.stringify(secret)],
  ['every character URL-encoded', (secret) => toUnits(secret, (code) => `%${code.toString(16)}`)],
  [
    'URL-encoded three times',
    (secret) => encodeURIComponent(encodeURIComponent(encodeURIComponent(secret))),
  ],
  [
    'in JSON escapes',
    (secret) => toUnits(secret, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
  ],
  ['in HTML references', (secret) => toUnits(secret, (code) => `&#x${code.toString(16)};`)],
  ['in decimal HTML references', (secret) => toUnits(secret, (code) => `&#${code};`)],
  ['with escaped slashes', (secret) => secret.replaceAll('/', String.raw`\/`)],
];

/** Every run of 8 characters of an echo, as an eavesdropper would look for it. */
function listPieces(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 7) }, (_, at) => text.slice(at, at + 8));
}

describe('B1: an echoed secret is masked', () => {
  test.each(ECHOES)('%s', (_name, encode) => {
    const masked = maskSecrets(`before ${encode(TOKEN)} after`);
    expect(masked).toContain('***');
    expect(masked.startsWith('before')).toBe(true);
    const kept = new Set(listPieces(masked));
    expect(listPieces(encode(TOKEN)).filter((piece) => kept.has(piece))).toEqual([]);
  });

  test.each([8, 9, 12, 20])('a prefix of %i characters', (length) => {
    expect(maskSecrets(`token ${TOKEN.slice(0, length)}… is wrong`)).toBe('token ***… is wrong');
  });

  test.each([
    ['blanks', ' '],
    ['line ends', '\r\n'],
    ['zero-width spaces', '\u200b'],
    ['right-to-left marks', '\u202e'],
  ])('split by %s', (_name, between) => {
    const split = TOKEN.replace(/.{4}/g, (piece) => piece + between);
    expect(cleanOutsideText(`<${split}>`)).toMatch(/^<(?:\*{3}| )*>$/);
  });

  test('a piece from its middle or end', () => {
    expect(maskSecrets(`…${TOKEN.slice(-10)}`)).toBe('…***');
  });

  test('a secret shorter than 8 characters, whole', () => {
    expect(maskSecrets(`password ${SHORT} refused`)).toBe('password *** refused');
  });

  test('several secrets and the text between them', () => {
    expect(maskSecrets(`${TOKEN}, ${SHORT}, ${TOKEN}`)).toBe('***, ***, ***');
  });

  test('leaves other text as it is', () => {
    expect(maskSecrets(ordinary)).toBe(ordinary);
  });
});

test('no piece of a secret survives, whatever surrounds it', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(...ECHOES.map(([, encode]) => encode(TOKEN))),
      fc.string({ maxLength: 60 }),
      fc.nat(20),
      (before, echo, after, cut) => {
        const shown = cleanOutsideText(`${before}${echo.slice(cut)}${after}`);
        const kept = new Set(listPieces(shown));
        const leaks = listPieces(echo.slice(cut)).filter((piece) => kept.has(piece));
        // A piece of blanks and marks alone is not one of the secret.
        expect(leaks.filter((piece) => /[\p{L}\p{N}]{4}/u.test(piece))).toEqual([]);
      },
    ),
  );
});

describe('personal data in text from outside', () => {
  test.each([
    ['user jane.doe+x@example.co.uk is unknown', 'user *** is unknown'],
    ['user=jane%40example.com&x=1', 'user=***&x=1'],
    ['call +1 (206) 555-0173 now', 'call *** now'],
    ['+4915112345678', '***'],
    [
      'order 2065550173 of 2026-11-30T12:00:00+00:00',
      'order 2065550173 of 2026-11-30T12:00:00+00:00',
    ],
    ['a@b', 'a@b'],
    ['C++ and @handle', 'C++ and @handle'],
  ])('%s', (text, expected) => {
    expect(maskPersonal(text)).toBe(expected);
  });

  test.each([
    ['letters before an @', `${'a'.repeat(200_000)}@`],
    ['many @', '@'.repeat(200_000)],
    ['labels without an end', `a@${'b.'.repeat(100_000)}`],
    ['digits and blanks', `+1${' 1 '.repeat(100_000)}`],
    ['percent signs', '%40'.repeat(100_000)],
  ])('takes linear time for %s', (_name, text) => {
    // The sandbox of the test runner ends a test that takes a minute; quadratic time would.
    expect(maskPersonal(text).length).toBeGreaterThan(0);
  });
});
