import fc from '../../kit/property.js';
import { beforeEach, describe, expect, it } from 'vitest';

import { Breaker } from '../../../src/delivery/breaker.js';
import { FakeClock } from '../../kit/clock.js';

const THRESHOLD = 5;

let clock: FakeClock;
let breaker: Breaker;
beforeEach(() => {
  clock = new FakeClock(0);
  breaker = new Breaker(clock);
});

function fail(times: number): number[] {
  return Array.from({ length: times }, () => breaker.fail());
}

/** Waits as long as the breaker says, then goes in. */
function enterLater(): void {
  clock.advance(breaker.enter());
  expect(breaker.enter()).toBe(0);
}

describe('a breaker', () => {
  it('lets everything through while the network is well', () => {
    expect([breaker.enter(), breaker.enter(), breaker.isResting, breaker.rests]).toEqual([
      0,
      0,
      false,
      0,
    ]);
  });

  it('rests the network after so many failures in a row, and a success in between resets the count', () => {
    expect(fail(THRESHOLD - 1)).toEqual([0, 0, 0, 0]);
    expect(breaker.succeed()).toBe(false);
    expect(fail(THRESHOLD)).toEqual([0, 0, 0, 0, 1_000]);
    expect(breaker.enter()).toBe(1_000);
    clock.advance(400);
    expect(breaker.enter()).toBe(600);
  });

  it('lets one request try after a rest, the others wait for it', () => {
    fail(THRESHOLD);
    enterLater();
    expect(breaker.enter()).toBeGreaterThan(0);
    expect(breaker.succeed()).toBe(true);
    expect([breaker.enter(), breaker.enter(), breaker.rests]).toEqual([0, 0, 0]);
  });

  it('doubles the rest with each failed try, up to half a minute', () => {
    fail(THRESHOLD);
    const rests = Array.from({ length: 9 }, () => {
      enterLater();
      return breaker.fail();
    });
    expect(rests).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000]);
    expect(breaker.rests).toBe(10);
  });

  it('ignores failures of requests that were in flight when the pause began', () => {
    fail(THRESHOLD);
    expect(fail(20).every((restMs) => restMs === 0)).toBe(true);
    expect([breaker.rests, breaker.enter()]).toEqual([1, 1_000]);
  });

  it('keeps the longest pause that was asked for', () => {
    breaker.pause(3_000);
    breaker.pause(1_000);
    expect(breaker.enter()).toBe(3_000);
    clock.advance(3_000);
    expect(breaker.enter()).toBe(0);
  });

  it.each([
    ['was throttled', (): void => breaker.pause(0)],
    ['was not sent after all', (): void => breaker.cancel()],
  ])('lets another try when the one that tried %s', (_how, end) => {
    fail(THRESHOLD);
    enterLater();
    end();
    expect(breaker.enter()).toBe(0);
    expect(breaker.succeed()).toBe(true);
  });

  it('always lets somebody in again, whatever happened before', () => {
    const ends = fc.array(
      fc.constantFrom('fail', 'fail', 'fail', 'fail', 'succeed', 'pause', 'cancel'),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(ends, (names) => {
        clock = new FakeClock(0);
        breaker = new Breaker(clock);
        for (const name of [...names, 'succeed']) {
          let looks = 0;
          for (let waitMs = breaker.enter(); waitMs > 0; waitMs = breaker.enter()) {
            clock.advance(waitMs);
            expect(++looks).toBeLessThan(3);
          }
          if (name === 'succeed') breaker.succeed();
          else if (name === 'fail') breaker.fail();
          else if (name === 'pause') breaker.pause(10);
          else breaker.cancel();
        }
      }),
    );
  });
});
