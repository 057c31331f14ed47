import { setImmediate as turn } from 'node:timers/promises';

import { expect, it, onTestFinished, vi } from 'vitest';

import { runBackfill } from '../../../src/delivery/backfill.js';
import type { Line } from '../../../src/events/line-splitter.js';
import { RENEW_EVERY_MS } from '../../../src/log/run.js';
import { makeLine, TestWorkspace } from '../../kit/test-workspace.js';

const HOUR_MS = 3_600_000;
/** More events than a request holds. */
const EVENTS = 1_200;
/** Time in which a request would arrive at the sandbox of this process, in milliseconds. */
const REQUEST_MS = 3_000;

it('sends nothing before all is read, however long that takes', async () => {
  const workspace = await TestWorkspace.createInProcess();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { sandbox, clock, engine, report } = workspace;
  const makeAt = (number: number, hoursAgo: number): Line => {
    const eventTimestamp = new Date(clock.now() - hoursAgo * HOUR_MS).toISOString();
    return { number, text: makeLine(number, { eventTimestamp }) };
  };
  let whileReading = -1;
  async function* readSlowly(): AsyncGenerator<Line[]> {
    yield Array.from({ length: EVENTS }, (_, index) => makeAt(index + 1, 1));
    await vi.advanceTimersByTimeAsync(2 * RENEW_EVERY_MS);
    const endMs = performance.now() + REQUEST_MS;
    while (sandbox.state.received() === 0 && performance.now() < endMs) await turn();
    whileReading = sandbox.state.received();
    yield [makeAt(EVENTS + 1, 50)];
  }
  const summary = await runBackfill(engine, {
    inputs: [{ name: 'events', lines: readSlowly }],
    ...{ networks: [], goals: [], report, signal: new AbortController().signal },
  });
  expect(summary).toMatchObject({ lines: EVENTS + 1, delivered: EVENTS + 1 });
  expect(whileReading).toBe(0);
});
