import { describe, expect, test } from 'vitest';
import { maskTokenShapes } from '../../src/token-shape.js';
import { makeSeededRandom } from '../kit/seeded-random.js';

const ROUNDS = 200;

/** Random bytes that are the same in every run. */
function makeBytes(length: number, random: () => number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** Tokens as the networks issue them. */
const FORMS: readonly [string, (random: () => number) => string][] = [
  [
    'an access token of Login with Amazon',
    (random) => `Atza|${makeBytes(60, random).toString('base64url')}`,
  ],
  ['a token of Meta', (random) => `EAA${makeBytes(60, random).toString('hex')}`],
  ['a token of TikTok', (random) => makeBytes(20, random).toString('hex')],
  ['a token of Google', (random) => `ya29.${makeBytes(60, random).toString('base64url')}`],
  ['a token of Reddit', (random) => `eyJ${makeBytes(48, random).toString('base64url')}`],
  ['40 random characters', (random) => makeBytes(30, random).toString('base64url')],
];

const toUnits = (text: string, encode: (code: string) => string): string =>
  [...Buffer.from(text)].map((code) => encode(code.toString(16).padStart(2, '0'))).join('');

const ENCODINGS: readonly [string, (token: string) => string][] = [
  ['as it is', (token) => token],
  ['in capitals', (token) => token.toUpperCase()],
  ['in small letters', (token) => token.toLowerCase()],
  ['URL-encoded', (token) => encodeURIComponent(token)],
  ['with every character URL-encoded', (token) => toUnits(token, (hex) => `%${hex}`)],
  ['in JSON escapes', (token) => toUnits(token, (hex) => `\\u00${hex}`)],
  ['in HTML references', (token) => toUnits(token, (hex) => `&#x${hex};`)],
  ['in base64', (token) => Buffer.from(token).toString('base64')],
  ['in base64 after an id', (token) => Buffer.from(`id:${token}`).toString('base64url')],
  ['in hex', (token) => Buffer.from(token).toString('hex')],
  ['in hex of hex', (token) => Buffer.from(Buffer.from(token).toString('hex')).toString('hex')],
  ['as a hex dump', (token) => toUnits(token, (hex) => `${hex} `).trim()],
];

describe('B1: a token that no process knows is masked by its shape', () => {
  describe.each(FORMS)('%s', (_form, make) => {
    test.each(ENCODINGS)('%s', (_encoding, encode) => {
      const random = makeSeededRandom(7);
      const shown = Array.from({ length: ROUNDS }, () => {
        const echo = encode(make(random));
        const masked = maskTokenShapes(`token ${echo} is wrong`);
        const isLeft = Array.from({ length: echo.length - 11 }, (_, at) =>
          echo.slice(at, at + 12),
        ).some((piece) => masked.includes(piece));
        return isLeft ? masked : '';
      }).filter(Boolean);
      // No text is random for certain: one in a hundred may look like words.
      expect(shown.length, shown[0]).toBeLessThanOrEqual(ROUNDS / 100);
    });
  });

  test.each([
    ['access_token=abcdef&x=1', 'access_token=***&x=1'],
    ['{"refresh_token":"short1"}', '{"refresh_token":"***"}'],
    [String.raw`{\"client_secret\":\"my-secret\"}`, String.raw`{\"client_secret\":\"***\"}`],
    ['Authorization: Bearer abc.def refused', 'Authorization: *** refused'],
    ['the code ANdNAVhyhqirUelHGEHA was used', 'the code *** was used'],
    ['1234567890'.repeat(3), '***'],
  ])('%s', (text, expected) => {
    expect(maskTokenShapes(text)).toBe(expected);
  });
});

test.each([
  'https://advertising-api.amazon.com/adsApi/v1/conversions/definitions/list?maxResults=100',
  'CONVERSION_DEFINITION_NOT_FOUND_FOR_ADVERTISER',
  'JSON error unexpected type number on field events_event_metadata_value',
  'Batch.0.properties.contents.0.content_id: Not a valid string',
  'postback 0123456789abcdef0123456789abcdef, event_id=550e8400-e29b-41d4-a716-446655440000',
  'ENTITY1234567890123 and 577403726812345678',
  'DESTINATION_ACCOUNT_DATA_POLICY_PROHIBITS_ENHANCED_CONVERSIONS',
  'MinPriceUsdOfAllItemsInTheCart, conversionEventsDatasetIdentifier',
  'googleapis.com/google.ads.datamanager.v1.IngestEventsRequest',
  'Bearer token is missing; Basic authentication is not supported',
  '2026-11-30T12:00:00.000Z (#100) Param data[0][event_time] must be a UNIX timestamp',
  'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
])('leaves as it is: %s', (text) => {
  expect(maskTokenShapes(text)).toBe(text);
});
