import { describe, expect, it } from 'vitest';
import { FaultInjector, type FaultTarget } from '../../../../src/sandbox/faults/fault-injector.js';
import type { FaultRule } from '../../../../src/sandbox/faults/fault-rule.js';

const CALL: FaultTarget = {
  network: 'amazon',
  address: 'advertising-api.amazon.com/v2/profiles',
  login: false,
};
const LOGIN: FaultTarget = {
  network: 'amazon',
  address: 'api.amazon.com/auth/o2/token',
  login: true,
};

/** Which of `count` requests were struck. */
function strikes(injector: FaultInjector, count: number, target = CALL): number[] {
  return Array.from({ length: count }, (_, index) => index + 1).filter(
    () => injector.plan(target).labels.length > 0,
  );
}

describe('FaultInjector', () => {
  it.each<[FaultRule, number[]]>([
    [{ status: 500 }, [1, 2, 3, 4, 5, 6]],
    [{ status: 500, rate: 0 }, []],
    [{ status: 500, every: 2 }, [2, 4, 6]],
    [{ status: 500, times: 2 }, [1, 2]],
    [{ status: 500, after: 4 }, [5, 6]],
    [{ status: 500, after: 1, every: 2, times: 2 }, [3, 5]],
    [{ status: 500, match: 'v2/profiles' }, [1, 2, 3, 4, 5, 6]],
    [{ status: 500, match: 'amazon' }, [1, 2, 3, 4, 5, 6]],
    [{ status: 500, match: 'meta' }, []],
  ])('%j strikes requests %j of six', (rule, expected) => {
    expect(strikes(new FaultInjector(1, [rule]), 6)).toEqual(expected);
  });

  it.each<[FaultRule, number]>([
    [{ status: 500 }, 0],
    [{ status: 500, match: '*' }, 1],
    [{ status: 500, match: 'amazon' }, 1],
    [{ status: 500, match: 'auth/o2/token' }, 1],
  ])('%j strikes a login %i times', (rule, count) => {
    expect(strikes(new FaultInjector(1, [rule]), 1, LOGIN)).toHaveLength(count);
  });

  it('repeats itself for the same seed, and not for another', () => {
    const run = (seed: number): number[] =>
      strikes(new FaultInjector(seed, [{ status: 429, rate: 0.1 }]), 1000);
    expect(run(11)).toEqual(run(11));
    expect(run(11)).not.toEqual(run(12));
  });

  it('strikes about as often as its rate says', () => {
    const count = strikes(new FaultInjector(5, [{ status: 429, rate: 0.1 }]), 10_000).length;
    expect(count).toBeGreaterThan(850);
    expect(count).toBeLessThan(1150);
  });

  it('does not move the blows of one fault when another is added', () => {
    const statuses = (rules: FaultRule[]): number[] => {
      const injector = new FaultInjector(3, rules);
      return Array.from({ length: 200 }, (_, index) => index).filter(() =>
        injector.plan(CALL).labels.includes('429'),
      );
    };
    const one: FaultRule = { status: 429, rate: 0.2 };
    expect(statuses([one, { drop: 'after', rate: 0.3 }])).toEqual(statuses([one]));
  });

  it('adds delays up, takes the first refusal and counts', () => {
    const injector = new FaultInjector(1, [
      { latencyMs: 5 },
      { status: 429 },
      { status: 500, latencyMs: 7 },
      { drop: 'after' },
    ]);
    expect(injector.plan(CALL)).toMatchObject({
      delayMs: 12,
      refusal: { status: 429 },
      drop: 'after',
      truncate: false,
      labels: ['latency', '429', '500', 'drop-after'],
    });
    injector.plan(LOGIN);
    expect(injector.list().map(({ id, seen, fired }) => [id, seen, fired])).toEqual([
      [1, 1, 1],
      [2, 1, 1],
      [3, 1, 1],
      [4, 1, 1],
    ]);
  });

  it('removes and replaces', () => {
    const injector = new FaultInjector(1, [{ status: 500 }, { status: 503 }]);
    expect([injector.remove(1), injector.remove(1)]).toEqual([true, false]);
    expect(injector.list().map(({ rule }) => rule)).toEqual([{ status: 503 }]);
    injector.replace([]);
    expect(injector.plan(CALL).labels).toEqual([]);
  });
});
