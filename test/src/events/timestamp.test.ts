import fc from 'fast-check';
import { expect, it, test } from 'vitest';

import { formatTimestamp, parseAny, parseTimestamp } from '../../../src/events/timestamp.js';

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
  ['text behind it', '2026-11-18T20:14:05Z!'],
])('%s is none', (_, text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});

it('reads back every time that a Date writes', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }), (date) => {
      expect(parseTimestamp(date.toISOString())).toBe(date.getTime());
    }),
  );
});

it('the quick way of the usual form and the obvious way of all forms agree', () => {
  const digits = fc.stringMatching(/^\d{4}$/);
  const two = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'));
  const near = fc.tuple(digits, two, two, two, two, two, fc.constantFrom('', '.000', '.123', '.5', '.12a', '+01:00'));
  const usual = near.map(([year, month, day, hour, minute, second, rest]) => {
    const date = `${year}-${month}-${day}T${hour}:${minute}:${second}${rest}`;
    return rest.startsWith('+') ? date : `${date}Z`;
  });
  // One character put in the place of another: what is nearly the usual form.
  const broken = fc
    .tuple(usual, fc.nat(23), fc.constantFrom('0', ':', '-', '.', 'T', 'Z', 't', 'z', '/', ' ', '٣'))
    .map(([text, at, letter]) => {
      return text.slice(0, at) + letter + text.slice(at + 1);
    });
  const real = fc
    .date({ min: new Date('1960-01-01'), max: new Date('2400-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString());
  fc.assert(
    fc.property(fc.oneof(usual, broken, real), (text) => {
      expect(parseTimestamp(text)).toBe(parseAny(text));
    }),
    { numRuns: 3000 },
  );
});

it('writes a time as toISOString does, and refuses what that refuses', () => {
  const usual = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) });
  const any = fc.oneof(
    fc.double(),
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.constantFrom(8.64e15, 8.64e15 + 1, -1, -0.5, 0.5),
  );
  const write = (make: () => string): string => {
    try {
      return make();
    } catch (error) {
      return (error as Error).name;
    }
  };
  fc.assert(
    fc.property(fc.oneof(usual, any), (timeMs) => {
      expect(write(() => formatTimestamp(timeMs))).toBe(write(() => new Date(timeMs).toISOString()));
    }),
    { numRuns: 3000 },
  );
});
