import fc from '../../kit/property.js';
import { expect, it, test } from 'vitest';

import { parseTimestamp } from '../../../src/events/timestamp.js';

test.each([
  ['2026-11-18T20:14:05Z', Date.UTC(2026, 10, 18, 20, 14, 5)],
  ['2026-11-18t20:14:05.1z', Date.UTC(2026, 10, 18, 20, 14, 5, 100)],
  ['2026-11-18T22:14:05+02:00', Date.UTC(2026, 10, 18, 20, 14, 5)],
  ['2026-11-18T14:44:05.123456789-05:30', Date.UTC(2026, 10, 18, 20, 14, 5, 123)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
])('%s is a time', (text, expected) => {
  expect(parseTimestamp(text)).toBe(expected);
});

test.each([
  ['no zone', '2026-11-18T20:14:05'],
  ['a day that is not there', '2026-02-29T00:00:00Z'],
  ['month 13', '2026-13-01T00:00:00Z'],
  ['month 0', '2026-00-01T00:00:00Z'],
  ['hour 24', '2026-01-01T24:00:00Z'],
  ['second 60', '2026-01-01T23:59:60Z'],
  ['offset of 25 hours', '2026-01-01T00:00:00+25:00'],
  ['a date', '2026-01-01'],
  ['seconds since 1970', '1795032845'],
  ['text after it', '2026-11-18T20:14:05Z!'],
])('%s is none', (_, text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});

it('reads back every time that a Date writes', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
      (date) => {
        expect(parseTimestamp(date.toISOString())).toBe(date.getTime());
      },
    ),
  );
});

/** The obvious reader: by the groups of one expression. */
function readByGroups(text: string): number | undefined {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(
      text,
    );
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as Six;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = readOffset(parts[8], parts.slice(9).map(Number));
  if (offset === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const millis = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + millis - offset;
}

type Six = [number, number, number, number, number, number];

function readOffset(
  sign: string | undefined,
  [hours = 0, minutes = 0]: number[],
): number | undefined {
  if (sign === undefined) return 0;
  if (hours > 23 || minutes > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

it('reads what a reader by groups reads', () => {
  const digits = (length: number, max: number): fc.Arbitrary<string> =>
    fc.integer({ min: 0, max }).map((number) => String(number).padStart(length, '0'));
  const zone = fc.oneof(
    fc.constantFrom('Z', 'z', '', '+', '-05', 'Z!'),
    fc
      .tuple(fc.constantFrom('+', '-'), digits(2, 25), digits(2, 61))
      .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
  );
  const fraction = fc.oneof(
    fc.constant(''),
    fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 10 }).map((all) => `.${all.join('')}`),
  );
  const written = fc
    .tuple(
      fc.tuple(digits(4, 9999), digits(2, 13), digits(2, 32)),
      fc.tuple(digits(2, 24), digits(2, 60), digits(2, 60)),
      fc.constantFrom('T', 't', ' '),
      fc.tuple(fraction, zone),
    )
    .map(
      ([date, time, between, end]) => `${date.join('-')}${between}${time.join(':')}${end.join('')}`,
    );
  fc.assert(
    fc.property(fc.oneof(written, fc.string()), (text) => {
      expect(parseTimestamp(text)).toBe(readByGroups(text));
    }),
    { numRuns: 2000 },
  );
});
