import fc from '../../kit/property.js';
import { describe, expect, it } from 'vitest';

import { backoffMs } from '../../../src/delivery/retry.js';

function chance(unit: number): { unit(): number; bytes(size: number): Buffer } {
  return { unit: () => unit, bytes: (size) => Buffer.alloc(size) };
}

describe('backoffMs', () => {
  it.each([
    [1, undefined, 1_000],
    [2, undefined, 2_000],
    [3, undefined, 4_000],
    [6, undefined, 32_000],
    [7, undefined, 60_000],
    [100, undefined, 60_000],
    [1, 500, 1_000],
    [1, 5_000, 5_000],
    [7, 120_000, 120_000],
  ])('after attempt %d, asked to wait %s: at most %d', (attempts, retryAfterMs, longest) => {
    expect(backoffMs(attempts, retryAfterMs, chance(1))).toBe(longest);
    expect(backoffMs(attempts, retryAfterMs, chance(0))).toBe(retryAfterMs ?? 0);
  });

  it('has full jitter, is never shorter than asked and never endless', () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const asked = fc.option(fc.nat(3_600_000), { nil: undefined });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        asked,
        unit,
        (attempts, retryAfterMs, luck) => {
          const waitMs = backoffMs(attempts, retryAfterMs, chance(luck));
          expect(Number.isInteger(waitMs)).toBe(true);
          expect(waitMs).toBeGreaterThanOrEqual(retryAfterMs ?? 0);
          expect(waitMs).toBeLessThanOrEqual(Math.max(60_000, retryAfterMs ?? 0));
        },
      ),
    );
  });
});
