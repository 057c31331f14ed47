import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { derivePostbackId } from '../../../src/identity/postback-id.js';
import type { BackfillPlan } from '../../../src/delivery/backfill-plan.js';
import { DurabilityHarness, stopWhen } from '../../kit/durability-harness.js';
import { parseRows, readError, type RunSummary } from '../../kit/test-workspace.js';
import { makePurchase, makeUuid } from '../../kit/events.js';
import type { RunningPostback } from '../../kit/run.js';

/** How many events; BACKFILL_EVENTS=100000 is the whole of it. */
const EVENTS = Number(process.env['BACKFILL_EVENTS'] ?? 6_000);
const DAYS = 12;
const WINDOW_DAYS = 7;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const CAPI_BATCH = 100;

interface Made {
  file: string;
  /** Event time by number. */
  timesMs: number[];
  /** Numbers of the events that are in the window, and stay so for as long as the test runs. */
  eligible: number[];
}

/** Events over twelve days in no order of time; none within an hour of the window's edge. */
function makeHistory({ folder }: DurabilityHarness, count: number): Made {
  const nowMs = Date.now();
  const edgeMs = WINDOW_DAYS * DAY_MS;
  const timesMs = Array.from({ length: count }, (_, index) => {
    // A stride that shares no factor with the count: every moment once, in no order.
    const ageMs = HOUR_MS + (((index * 7_919) % count) / count) * (DAYS * DAY_MS - 2 * HOUR_MS);
    return nowMs - (Math.abs(ageMs - edgeMs) < HOUR_MS ? edgeMs + HOUR_MS : ageMs);
  });
  const lines = timesMs.map((timeMs, index) =>
    JSON.stringify(
      makePurchase(
        {
          messageId: makeUuid(index),
          eventTimestamp: new Date(timeMs).toISOString(),
          userId: `player-${index}`,
        },
        { email: `player${index}@example.com` },
      ),
    ),
  );
  const file = join(folder, 'history.jsonl');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const eligible = timesMs.flatMap((timeMs, index) => (nowMs - timeMs < edgeMs ? [index] : []));
  return { file, timesMs, eligible };
}

function numberOf(eventId: string): number {
  return Number.parseInt(eventId.slice(-12), 16);
}

/** Stops it once `isTime`; its summary, if it was not done before. */
async function stopBackfill(
  running: RunningPostback,
  isTime: () => boolean,
): Promise<RunSummary | undefined> {
  const { code, stdout, stderr } = await stopWhen(running, isTime);
  expect([0, 130], stderr).toContain(code);
  return code === 130 ? (JSON.parse(stdout) as RunSummary) : undefined;
}

/**
 * No request holds an event that is older than what the request before it had to offer; concurrency
 * 1.
 */
function expectDeadlineOrder(timesMs: readonly number[]): void {
  let newestBefore = 0;
  for (let start = 0; start < timesMs.length; start += CAPI_BATCH) {
    const batch = timesMs.slice(start, start + CAPI_BATCH);
    expect(Math.min(...batch)).toBeGreaterThanOrEqual(newestBefore);
    newestBefore = Math.max(...batch);
  }
}

describe('backfill', () => {
  it(
    `of ${EVENTS} events over ${DAYS} days, stopped three times: exactly the eligible, nearest deadline first`,
    { timeout: 300_000 },
    async () => {
      const harness = await DurabilityHarness.create([{ match: 'eventData', latencyMs: 5 }]);
      const { file, timesMs, eligible } = makeHistory(harness, EVENTS);
      const rejects = join(harness.folder, 'rejects.jsonl');
      const args = [
        'backfill',
        file,
        '--yes',
        '--json',
        '--concurrency',
        '1',
        '--rejects',
        rejects,
      ];
      const { state } = harness.sandbox;
      let stops = 0;
      const orders: number[][] = [];
      for (const part of [0.2, 0.45, 0.75]) {
        const before = state.conversions().length;
        const running = await harness.start(...args);
        const summary = await stopBackfill(
          running,
          () => state.received() >= part * eligible.length,
        );
        orders.push(
          state
            .conversions()
            .slice(before)
            .map(({ event }) => Date.parse(String(event['timestamp']))),
        );
        if (!summary) continue;
        stops++;
        expect(summary).toMatchObject({ failed: 0, waiting: { stopped: summary.pending } });
        expect(summary.delivered).toBe(state.conversions().length - before);
      }
      expect(stops).toBe(3);
      const before = state.conversions().length;
      const last = await harness.run(...args);
      expect(last.code, last.stderr).toBe(0);
      orders.push(
        state
          .conversions()
          .slice(before)
          .map(({ event }) => Date.parse(String(event['timestamp']))),
      );

      const expected = eligible.map((number) =>
        derivePostbackId('default', 'amazon', 'every-purchase', makeUuid(number)),
      );
      const held = state.conversions().map(({ dedupeId }) => dedupeId ?? '');
      expect(held.toSorted()).toEqual(expected.toSorted());
      expect(state.received()).toBe(eligible.length);
      for (const order of orders) expectDeadlineOrder(order);

      // Each of the runs appends what it rejects.
      const rows = parseRows<{ why: string; eventId: string; run: string }>(
        readFileSync(rejects, 'utf8'),
      );
      const lost = rows.filter(({ run }) => run === rows.at(-1)?.run);
      expect(new Set(lost.map(({ why }) => why))).toEqual(new Set(['too_old']));
      const inWindow = new Set(eligible);
      const tooOld = timesMs.map((_, number) => number).filter((number) => !inWindow.has(number));
      expect(
        lost.map(({ eventId }) => numberOf(eventId)).toSorted((one, two) => one - two),
      ).toEqual(tooOld);

      const again = await harness.run(...args);
      expect([again.code, state.received()], again.stderr).toEqual([0, eligible.length]);
    },
  );

  it('--dry-run says what each day holds, and sends nothing', async () => {
    const harness = await DurabilityHarness.create();
    const { file, timesMs, eligible } = makeHistory(harness, 1200);
    const nowMs = Date.now();
    const { code, stdout, stderr } = await harness.run('backfill', file, '--dry-run', '--json');
    expect(code, stderr).toBe(0);
    const { plan } = JSON.parse(stdout) as { plan: BackfillPlan };
    const soon = eligible.filter(
      (number) => (timesMs[number] as number) + WINDOW_DAYS * DAY_MS - nowMs < DAY_MS,
    );
    expect(plan).toMatchObject({
      lines: 1200,
      events: 1200,
      invalid: 0,
      outside: 0,
      eligible: eligible.length,
      tooOld: 1200 - eligible.length,
      expiringSoon: soon.length,
      alreadyDelivered: 0,
    });
    const days = new Map<string, { events: number; eligible: number; tooOld: number }>();
    const inWindow = new Set(eligible);
    timesMs.forEach((timeMs, number) => {
      const day = new Date(timeMs).toISOString().slice(0, 10);
      const counts = days.get(day) ?? { events: 0, eligible: 0, tooOld: 0 };
      counts.events++;
      if (inWindow.has(number)) counts.eligible++;
      else counts.tooOld++;
      days.set(day, counts);
    });
    const told = plan.days.map(({ day, events, eligible: toSend, tooOld }) => [
      day,
      { events, eligible: toSend, tooOld },
    ]);
    expect(told).toEqual([...days].toSorted(([one], [two]) => (one < two ? -1 : 1)));
    expect(plan.days.every(({ network }) => network === 'amazon')).toBe(true);
    expect(harness.sandbox.state.received()).toBe(0);
  });

  it('--since and --until leave the rest alone', async () => {
    const harness = await DurabilityHarness.create();
    const { file, timesMs } = makeHistory(harness, 1200);
    const [sinceMs, untilMs] = [Date.now() - 5 * DAY_MS, Date.now() - 2 * DAY_MS];
    const range = [
      '--since',
      new Date(sinceMs).toISOString(),
      '--until',
      new Date(untilMs).toISOString(),
    ];
    const { code, stdout, stderr } = await harness.run(
      'backfill',
      file,
      ...range,
      '--yes',
      '--json',
    );
    expect(code, stderr).toBe(0);
    const inRange = timesMs.filter((timeMs) => timeMs >= sinceMs && timeMs <= untilMs);
    expect(JSON.parse(stdout)).toMatchObject({
      delivered: inRange.length,
      skipped: 0,
      plan: { outside: 1200 - inRange.length },
    });
    const held = harness.sandbox.state
      .conversions()
      .map(({ event }) => Date.parse(String(event['timestamp'])));
    // Amazon is told whole seconds.
    expect(Math.min(...held)).toBeGreaterThanOrEqual(sinceMs - 1000);
    expect(Math.max(...held)).toBeLessThanOrEqual(untilMs);
  });

  it('off a terminal it wants --yes, and takes stdin as a file', async () => {
    const harness = await DurabilityHarness.create();
    const { file, eligible } = makeHistory(harness, 12);
    const asked = await harness.run('backfill', file, '--json');
    expect(asked.code).toBe(2);
    expect(readError(asked.stderr)).toMatchObject({ hint: expect.stringContaining('--yes') });
    expect(harness.sandbox.state.received()).toBe(0);
    const running = await harness.start('backfill', '-', '--yes', '--json');
    running.child.stdin.end(readFileSync(file));
    const { code, stdout, stderr } = await running.finished;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      lines: 12,
      delivered: eligible.length,
      plan: { eligible: eligible.length },
    });
    expect(harness.sandbox.state.received()).toBe(eligible.length);
  });
});
