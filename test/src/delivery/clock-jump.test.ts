import { describe, expect, it } from 'vitest';

import type { Clock } from '../../../src/clock.js';
import type { FakeClock } from '../../kit/clock.js';
import { makeFile, TestWorkspace } from '../../kit/test-workspace.js';

const NINE_DAYS_MS = 9 * 86_400_000;

/** A clock that someone sets, next to one that nobody can set. */
class SettableClock implements Clock {
  offsetMs = 0;
  readonly #steady: FakeClock;
  readonly #afterSleep: (clock: SettableClock) => void;

  constructor(steady: FakeClock, afterSleep: (clock: SettableClock) => void) {
    this.#steady = steady;
    this.#afterSleep = afterSleep;
  }

  now(): number {
    return this.#steady.now() + this.offsetMs;
  }

  elapsed(): number {
    return this.#steady.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#steady.sleep(ms, signal);
    this.#afterSleep(this);
  }
}

/**
 * Sends three events, whose first request fails; the clock is set nine days ahead while they wait
 * for the next.
 */
async function sendThroughJump(readingsAhead: number) {
  const state = { isFirstAnswered: (): boolean => false, readings: 0 };
  const workspace = await TestWorkspace.createInProcess({
    sandbox: { faults: [{ match: 'eventData', status: 503, times: 1 }] },
    engineClock: (steady) =>
      new SettableClock(steady, (clock) => {
        if (!state.isFirstAnswered()) return;
        clock.offsetMs = state.readings < readingsAhead ? NINE_DAYS_MS : 0;
        state.readings++;
      }),
  });
  state.isFirstAnswered = () => workspace.updates.some(({ type }) => type === 'answer');
  return {
    summary: await workspace.deliver(makeFile(3)),
    held: workspace.sandbox.state.conversions().length,
  };
}

describe('A17: a clock that is set nine days ahead while postbacks wait', () => {
  it.each([1, 2, 3, 15])('for %s readings fails none of them', async (readingsAhead) => {
    const { summary, held } = await sendThroughJump(readingsAhead);
    expect([summary, held]).toMatchObject([{ delivered: 3, failed: 0, pending: 0 }, 3]);
  });

  it('and stays there expires them', async () => {
    const { summary, held } = await sendThroughJump(Number.POSITIVE_INFINITY);
    expect([summary, held]).toMatchObject([
      { delivered: 0, failures: { expired: 3 }, pending: 0 },
      0,
    ]);
  });
});
