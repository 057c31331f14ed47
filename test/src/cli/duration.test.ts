import fc from '../../kit/property.js';
import { describe, expect, it } from 'vitest';
import { parseDuration, parseMoment } from '../../../src/cli/duration.js';
import { UsageError } from '../../../src/errors.js';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1.5h', 5_400_000],
    [' 1s ', 1000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', '-5s', '5 s', '1w', 'h', '1e3s', '٣s', '1h30m'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(UsageError);
  });

  it('gives a whole number or refuses, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(Number.isSafeInteger(parseDuration(text))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});

describe('points in time', () => {
  const nowMs = Date.parse('2026-11-20T12:00:00Z');

  it.each([
    ['1h', '2026-11-20T11:00:00Z'],
    ['7d', '2026-11-13T12:00:00Z'],
    ['2026-11-19', '2026-11-19T00:00:00Z'],
    ['2026-11-19T08:30:00Z', '2026-11-19T08:30:00Z'],
    ['2026-11-19T08:30:00.250+02:00', '2026-11-19T06:30:00.250Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseMoment(text, nowMs)).toBe(Date.parse(iso));
  });

  it.each(['yesterday', '2026-13-01', '2026-11-19T25:00:00Z', '20261119', '1763640000', ''])(
    'refuses %j',
    (text) => {
      expect(() => parseMoment(text, nowMs)).toThrow(UsageError);
    },
  );
});
