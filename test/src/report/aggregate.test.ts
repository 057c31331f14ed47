import { systemClock } from '../../../src/clock.js';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DeliveryLog } from '../../../src/log/delivery-log.js';
import type { Entry, EntryVerdict, OpenRequest } from '../../../src/log/entry.js';
import { toStats } from '../../../src/report/stats.js';
import { aggregateLog, type Aggregate } from '../../../src/report/aggregate.js';
import { makeUuid } from '../../kit/events.js';
import {
  DELIVERED,
  makeEntry,
  makeFolder,
  openLog,
  REFUSED,
  THROTTLED,
  WORKSPACE,
} from '../../kit/log.js';

const ACCOUNT = '1234567890123';
const SUCCESS: EntryVerdict = { status: 'success', outcome: DELIVERED };
const FAILURE: EntryVerdict = { status: 'failed', outcome: REFUSED, rowState: 'failed' };
const RETRY: EntryVerdict = { status: 'retried', outcome: THROTTLED };

let path: string;
beforeEach(() => {
  path = join(makeFolder(), WORKSPACE, 'delivery.db');
});

async function begin(log: DeliveryLog, entries: Entry[], batchId?: number): Promise<OpenRequest> {
  const { open } = await log.begin({ account: ACCOUNT, entries: entries, batchId: batchId });
  if (!open) throw new Error('every entry was taken');
  return open;
}

async function deliver(
  log: DeliveryLog,
  entries: Entry[],
  verdicts = entries.map(() => SUCCESS),
): Promise<void> {
  const open = await begin(log, entries);
  await log.finish({
    account: ACCOUNT,
    open,
    result: { http: 207, latencyMs: 12, verdicts },
    again: [],
  });
}

function makeTest(number: number): Entry {
  const entry = makeEntry(number);
  return { ...entry, postback: { ...entry.postback, test: true } };
}

function aggregate(filter: Partial<Aggregate['filter']> = {}): Promise<Aggregate> {
  const nowMs = Date.now() + 1000;
  const whole = {
    sinceMs: nowMs - 86_400_000,
    untilMs: nowMs,
    nowMs,
    networks: [],
    goals: [],
    ...filter,
  };
  return aggregateLog(
    { path, workspace: WORKSPACE, clock: systemClock },
    whole,
    new AbortController().signal,
  );
}

function skipOf(number: number, reason: string): object {
  return {
    eventId: makeUuid(number),
    event: 'purchase',
    reason,
    goal: 'first-purchase',
    network: 'amazon',
  };
}

async function skip(log: DeliveryLog, ...skips: object[]): Promise<void> {
  await log.skip(skips as Parameters<DeliveryLog['skip']>[0]);
}

describe('an aggregate counts', () => {
  test('nothing where there is no log', async () => {
    expect(toStats(await aggregate())).toMatchObject({
      total: { conversions: 0 },
      networks: {},
      goals: {},
      hours: [],
    });
  });

  test('each conversion once, as what became of it in the end', async () => {
    const log = openLog(path);
    await deliver(log, [makeEntry(1), makeEntry(2), makeEntry(3)], [SUCCESS, FAILURE, SUCCESS]);
    await log.storeUnsent({
      account: ACCOUNT,
      entries: [makeEntry(4)],
      state: 'pending',
      outcome: THROTTLED,
    });
    await log.storeUnsent({
      account: ACCOUNT,
      entries: [makeEntry(5)],
      state: 'failed',
      outcome: {
        kind: 'expired',
        reason: 'expired',
      },
    });
    await skip(log, skipOf(6, 'too_old'), skipOf(7, 'organic'), skipOf(1, 'duplicate'));
    await log.close({});
    const stats = toStats(await aggregate());
    expect(stats.total).toMatchObject({
      conversions: 6,
      delivered: 2,
      failed: 2,
      pending: 1,
      lost: 1,
    });
    expect(stats.total.deliveryRate).toBe(33.33);
    // Expired is nobody's judgement: two of three that the network judged.
    expect(stats.total.accuracy).toBe(66.66);
    expect(stats.networks).toEqual({ amazon: stats.total });
    expect(stats.goals).toEqual({ 'first-purchase': stats.total });
    expect(stats.hours.reduce((sum, { conversions }) => sum + conversions, 0)).toBe(6);
  });

  test('the time from the conversion to the answer', async () => {
    const log = openLog(path);
    await deliver(log, [makeEntry(1), makeEntry(2)]);
    await log.close({});
    const { responseTimeMs } = toStats(await aggregate()).total;
    // The events are a minute old when they are made.
    for (const ms of Object.values(responseTimeMs)) expect(ms).toBeGreaterThanOrEqual(60_000);
    expect(responseTimeMs.p99).toBeLessThan(120_000);
  });

  test('an event of the future as delivered at once', async () => {
    const log = openLog(path);
    const entry = makeEntry(1);
    await deliver(log, [
      { ...entry, postback: { ...entry.postback, eventTimeMs: Date.now() + 60_000 } },
    ]);
    await log.close({});
    expect(toStats(await aggregate()).total.responseTimeMs.p50).toBe(0);
  });

  test('no test events', async () => {
    const log = openLog(path);
    await deliver(log, [makeTest(1), makeTest(2)], [SUCCESS, FAILURE]);
    await log.storeUnsent({
      account: ACCOUNT,
      entries: [makeTest(3)],
      state: 'pending',
      outcome: THROTTLED,
    });
    await begin(log, [makeTest(4)]);
    await log.abandon();
    expect((await aggregate()).total.metrics.conversions).toBe(0);
  });

  test('what is under way, held or waits for its next attempt as pending', async () => {
    const log = openLog(path);
    await log.persistBuffered(ACCOUNT, [makeEntry(1), makeEntry(2)]);
    await begin(log, [makeEntry(1)]);
    const open = await begin(log, [makeEntry(3)]);
    await log.finish({
      account: ACCOUNT,
      open,
      result: { http: 429, latencyMs: 1, verdicts: [RETRY] },
      again: [[{ ...makeEntry(3), attempts: 1 }]],
    });
    const { total, waiting } = await aggregate();
    expect(total.metrics).toMatchObject({ pending: 3, delivered: 0 });
    expect([...waiting.values()].map(({ reason, count }) => [reason, count])).toEqual([
      ['stopped', 1],
      ['under_way', 2],
    ]);
    expect((await aggregate({ untilMs: Date.now() - 3_600_000 })).total.metrics.conversions).toBe(
      0,
    );
    await log.abandon();
  });

  test('a lost conversion once however often its file is sent, and not at all once it is delivered', async () => {
    const log = openLog(path);
    await skip(log, skipOf(1, 'unmapped_goal'), skipOf(2, 'unmapped_goal'));
    await skip(log, skipOf(1, 'unmapped_goal'), skipOf(2, 'unmapped_goal'));
    expect((await aggregate()).total.metrics.lost).toBe(2);
    await deliver(log, [makeEntry(1)]);
    const { total, skips } = await aggregate();
    expect(total.metrics).toMatchObject({ lost: 1, delivered: 1 });
    expect([...skips.values()]).toMatchObject([{ reason: 'unmapped_goal', count: 4 }]);
    await log.close({});
  });

  test('a conversion that was delivered again by force once; one that failed before as delivered', async () => {
    const first = openLog(path);
    await deliver(first, [makeEntry(1), makeEntry(2)], [SUCCESS, FAILURE]);
    await first.close({});
    const replay = openLog(path, 'replay');
    const again = [1, 2].map((number) => ({ ...makeEntry(number), attempts: 1 }));
    await replay.reclaim([
      {
        ...again[0]!,
        account: undefined,
        state: 'delivered',
        run: undefined,
        kind: undefined,
        reason: undefined,
        message: undefined,
        request: undefined,
        http: 207,
        updatedMs: 0,
      },
      {
        ...again[1]!,
        account: undefined,
        state: 'failed',
        run: undefined,
        kind: 'payload',
        reason: 'x',
        message: undefined,
        request: undefined,
        http: 207,
        updatedMs: 0,
      },
    ]);
    expect((await aggregate()).total.metrics).toMatchObject({ delivered: 1, pending: 1 });
    await deliver(
      replay,
      again.map((entry) => ({ ...entry, stored: true })),
    );
    await replay.close({});
    expect((await aggregate()).total.metrics).toMatchObject({
      delivered: 2,
      failed: 0,
      pending: 0,
    });
  });

  test('only what is asked for', async () => {
    const log = openLog(path);
    const meta = makeEntry(9);
    await deliver(log, [makeEntry(1), makeEntry(2, makeUuid(2), 'level-10')]);
    await deliver(log, [
      { ...meta, postback: { ...meta.postback, network: 'meta', id: 'ab'.repeat(16) } },
    ]);
    await skip(log, { ...skipOf(5, 'no_match_key'), network: 'meta' }, skipOf(6, 'no_match_key'));
    await log.close({});
    expect(toStats(await aggregate({ goals: ['level-10'] }))).toMatchObject({
      total: { conversions: 1 },
      goals: { 'level-10': {} },
    });
    expect(Object.keys(toStats(await aggregate({ goals: ['level-10'] })).goals)).toEqual([
      'level-10',
    ]);
    expect((await aggregate({ networks: ['meta'] })).total.metrics).toMatchObject({
      delivered: 1,
      lost: 1,
    });
    expect(
      (await aggregate({ sinceMs: 0, untilMs: Date.now() - 60_000 })).total.metrics.conversions,
    ).toBe(0);
  });

  test('money by currency and network, and what had none', async () => {
    const log = openLog(path);
    const euro = makeEntry(2);
    await deliver(log, [
      makeEntry(1),
      makeEntry(3),
      { ...euro, postback: { ...euro.postback, value: '5', currency: 'EUR' } },
    ]);
    await log.close({});
    const { money } = await aggregate();
    expect(
      [...money].map(([currency, sums]) => [
        currency,
        String(sums.get('amazon')),
        sums.get('amazon')?.count,
      ]),
    ).toEqual([
      ['USD', '19.98', 2],
      ['EUR', '5', 1],
    ]);
  });

  test('response times by the steps that a page shows', async () => {
    const log = openLog(path);
    await deliver(log, [makeEntry(1), makeEntry(2)]);
    await log.close({});
    expect((await aggregate()).responseSteps).toEqual([0, 0, 2, 0, 0, 0, 0, 0, 0]);
  });
});

test('a signal stops the reading', async () => {
  const log = openLog(path);
  for (let number = 0; number < 250; number++) await deliver(log, [makeEntry(number)]);
  await log.close({});
  const nowMs = Date.now();
  const reading = aggregateLog(
    { path, workspace: WORKSPACE, clock: systemClock },
    { sinceMs: 0, untilMs: nowMs, nowMs, networks: [], goals: [] },
    AbortSignal.abort(new Error('stopped')),
  );
  await expect(reading).rejects.toThrow('stopped');
});
