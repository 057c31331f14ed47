import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Width } from '../../../src/delivery/width.js';

function after(most: number, latenciesMs: readonly number[]): number {
  const width = new Width(most);
  for (const latencyMs of latenciesMs) width.note(latencyMs);
  return width.requests;
}

describe('how many requests are in flight', () => {
  test.each<[string, number, number[], number]>([
    ['few at first', 32, [], 8],
    ['few while answers are quick', 32, Array<number>(50).fill(5), 8],
    ['as many as keep the run going, where they take longer', 32, Array<number>(50).fill(60), 20],
    ['as many as are allowed, where they take long', 32, Array<number>(50).fill(1000), 32],
    ['no more than are asked for', 2, Array<number>(50).fill(1000), 2],
    ['few again, once answers are quick again', 32, [...Array<number>(50).fill(500), ...Array<number>(50).fill(2)], 8],
    ['not many more for one late answer', 32, [...Array<number>(50).fill(2), 60], 8],
  ])('%s', (_name, most, latenciesMs, expected) => {
    expect(after(most, latenciesMs)).toBe(expected);
  });

  it('is at least one and at most what is allowed, whatever comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), fc.array(fc.nat(60_000)), (most, latenciesMs) => {
        const requests = after(most, latenciesMs);
        expect(requests).toBeGreaterThanOrEqual(1);
        expect(requests).toBeLessThanOrEqual(most);
      }),
    );
  });
});
