import { expect, it } from 'vitest';

import { toIsoTime } from '../../src/iso-time.js';
import fc from '../kit/property.js';

const MAX_MS = 8.64e15;

it('writes what a Date writes, in any order of times', () => {
  const near = fc.integer({ min: 0, max: 180_000 }).map((ms) => 1_796_072_400_000 + ms);
  const any = fc.double({ min: -MAX_MS, max: MAX_MS, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.oneof(near, any), { maxLength: 20 }), (times) => {
      for (const time of times) expect(toIsoTime(time)).toBe(new Date(time).toISOString());
    }),
    { numRuns: 500 },
  );
});

it('refuses a time that is not a number, and keeps writing others', () => {
  expect(() => toIsoTime(NaN)).toThrow(RangeError);
  expect(toIsoTime(0)).toBe('1970-01-01T00:00:00.000Z');
});
