import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { attributeClick } from '../../../src/attribution/attribute.js';
import { defaultSettings } from '../../../src/config/settings.js';
import type { ConversionEvent } from '../../../src/events/conversion-event.js';
import { createEventParser } from '../../../src/events/event-parser.js';
import { WarningTally } from '../../../src/events/warnings.js';
import { sha256Hex } from '../../../src/identity/hash.js';
import { prepareAmazonPayload } from '../../../src/networks/amazon/payload.js';
import { prepareGooglePayload } from '../../../src/networks/google/payload.js';
import { prepareMetaPayload } from '../../../src/networks/meta/payload.js';
import { prepareRedditPayload } from '../../../src/networks/reddit/payload.js';
import { prepareTikTokPayload } from '../../../src/networks/tiktok/payload.js';

const INPUTS = fileURLToPath(new URL('../../cases/input/', import.meta.url));
const SETTINGS = defaultSettings();

/** The events of one of the inputs that people really had, and the codes of their warnings. */
function readCase(id: string): { events: ConversionEvent[]; warnings: string[] } {
  const warnings = new WarningTally();
  const parser = createEventParser({ format: 'auto', input: `${id}.jsonl`, warnings });
  const lines = readFileSync(`${INPUTS}${id}.jsonl`, 'utf8').split('\n').filter(Boolean);
  const events = lines.flatMap((text, index) =>
    parser.parse({ number: index + 1, text }).map((parsed) => {
      if ('invalid' in parsed)
        throw new Error(`${id}: ${parsed.invalid.field} ${parsed.invalid.message}`);
      return parsed.event;
    }),
  );
  return { events, warnings: warnings.types.map(({ code }) => code) };
}

function only(id: string): ConversionEvent {
  return readCase(id).events[0] as ConversionEvent;
}

const meta = (id: string) => prepareMetaPayload(only(id), SETTINGS).user;

test.each([
  ['P01: the national zero after +44 goes', 'P01', '441614960000'],
  ['P02: the national 1 after +1 goes', 'P02', '16505551212'],
  ['P04: digits of any script are digits', 'P04', '201001234567'],
  ['P11: the first number of a list is used', 'P11', '16505551212'],
])('%s', (_, id, digits) => {
  expect(meta(id).ph).toBe(sha256Hex(digits));
});

test('P11: a list is said', () => {
  expect(readCase('P11').warnings).toEqual(['list_value']);
});

test('P09: no country of a phone number comes from a browser language', () => {
  const event = only('P09');
  expect(event.identifiers.country).toBeUndefined();
  expect(prepareGooglePayload(event, SETTINGS).phone).toBeUndefined();
  const sent = [
    prepareMetaPayload(event, SETTINGS).user.ph,
    prepareAmazonPayload(event, SETTINGS).keys.PHONE,
  ];
  expect(sent).not.toContain(sha256Hex('17911123456'));
  expect(sent).not.toContain(sha256Hex('107911123456'));
});

test.each([
  ['E01: an invisible character', 'E01'],
  ['E03: mailto:', 'E03'],
  ['E14: email_address', 'E14'],
])('%s: the address is used', (_, id) => {
  expect(meta(id).em).toBe(sha256Hex('a@example.com'));
});

test('E04: the address after a display name is used', () => {
  expect(prepareRedditPayload(only('E04'), SETTINGS).user.email).toBe(sha256Hex('a@example.com'));
});

test('E07: nobody is called undefined', () => {
  expect(prepareTikTokPayload(only('E07'), SETTINGS).user.email).toBeUndefined();
});

test('E11: the SHA-256 in base64 is the hash that it is', () => {
  expect(prepareTikTokPayload(only('E11'), SETTINGS).user.email).toBe(sha256Hex('a@example.com'));
});

test('E13: the names of gtag for hashed data are read', () => {
  expect(meta('E13')).toMatchObject({
    em: sha256Hex('a@example.com'),
    ph: sha256Hex('+16505551212'),
  });
});

test('E15: the first hash of a list in traits is used', () => {
  expect(meta('E15').em).toBe(sha256Hex('a@example.com'));
});

test('N01: words for no value are not names', () => {
  expect(meta('N01')).not.toHaveProperty('fn');
  expect(meta('N01')).not.toHaveProperty('ln');
});

test('N02: the code of a state is without its country', () => {
  expect(meta('N02').st).toBe(sha256Hex('ca'));
});

test("N04: Google's names of countries", () => {
  const codes = readCase('N04').events.map(({ identifiers }) => identifiers.country);
  expect(codes.slice(0, 10)).toEqual(['MD', 'BA', 'CI', 'TT', 'MM', 'LA', 'BN', 'CD', 'VI', 'PS']);
  expect(codes).toHaveLength(12);
  expect(codes).not.toContain(undefined);
});

test('C01: a whole _fbc in fbclid is passed on as it is', () => {
  expect(attributeClick(only('C01').click)).toMatchObject({ owner: 'meta' });
  expect(meta('C01').fbc).toBe('fb.1.1795900000000.IwAR0AbC');
});

test.each([
  ['C04: an unfilled macro in a page address', 'C04'],
  ['C05: the word null in every click id', 'C05'],
  ['C07: the word undefined on an earlier page', 'C07'],
])('%s is not a click id', (_, id) => {
  for (const { click } of readCase(id).events) expect(attributeClick(click)).toBeUndefined();
});

test('C08: &amp; in a page address is an &', () => {
  expect(only('C08').click.fields).toMatchObject({
    fbclid: 'IwAR0AbC',
    utm_source: 'fb',
    utm_medium: 'cpc',
  });
});

test('A01: the first of several addresses is the client', () => {
  expect(meta('A01').client_ip_address).toBe('203.0.113.9');
});
