import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.js';
import { derivePostbackId } from '../../../src/identity/postback-id.js';
import { DeliveryLog } from '../../../src/log/delivery-log.js';
import type { Entry, EntryVerdict, OpenRequest } from '../../../src/log/entry.js';
import { LogPeek } from '../../../src/log/log-peek.js';
import { pruneLog, type PruneReceipt } from '../../../src/log/prune.js';
import { systemRandom } from '../../../src/random.js';
import { makeUuid } from '../../kit/events.js';
import { DELIVERED, makeEntry, makeFolder, readLog, REFUSED, THROTTLED, WORKSPACE } from '../../kit/log.js';

const ACCOUNT = '1234567890123';
const DAY_MS = 86_400_000;
const NOW_MS = Date.now();
const SUCCESS: EntryVerdict = { status: 'success', outcome: DELIVERED };
const FAILURE: EntryVerdict = { status: 'failed', outcome: REFUSED, settled: 'failed' };
const ALL = ['success', 'failed', 'retried', 'skipped'] as const;

let path: string;
let nowMs: number;
const clock: Clock = { now: () => nowMs, sleep: () => Promise.resolve() };
beforeEach(() => {
  path = join(makeFolder(), WORKSPACE, 'delivery.db');
  nowMs = NOW_MS;
});

/** A log as a run opened it so many days ago. */
function openThen(daysAgo: number): DeliveryLog {
  nowMs = NOW_MS - daysAgo * DAY_MS;
  const parts = { synchronous: 'normal', keepDelivered: 100, clock, random: systemRandom } as const;
  return DeliveryLog.open({ path, workspace: WORKSPACE, ...parts }, 'send');
}

async function deliver(log: DeliveryLog, entries: Entry[], verdicts = entries.map(() => SUCCESS)): Promise<void> {
  const { open } = await log.begin(ACCOUNT, entries);
  await log.finish(ACCOUNT, open as OpenRequest, { http: 207, latencyMs: 1, verdicts }, []);
}

async function run(daysAgo: number, work: (log: DeliveryLog) => Promise<unknown>): Promise<void> {
  const log = openThen(daysAgo);
  await work(log);
  await log.close({});
  nowMs = NOW_MS;
}

function prune(days: number, dryRun = false, signal = new AbortController().signal): Promise<PruneReceipt> {
  nowMs = Math.max(nowMs, NOW_MS);
  return pruneLog({ path, workspace: WORKSPACE, beforeMs: nowMs - days * DAY_MS, dryRun, clock, signal });
}

/** Rows of each table that prune touches. */
function countRows(): Record<string, number> {
  const peek = LogPeek.open(path, WORKSPACE)!;
  const tables = ['request', 'problem', 'skip', 'postback', 'flight', 'run', 'seen'];
  const counts = tables.map((table) => {
    return [table, Number(peek.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])];
  });
  peek.close();
  return Object.fromEntries(counts) as Record<string, number>;
}

function standingOf(number: number): string {
  const peek = LogPeek.open(path, WORKSPACE)!;
  const standing = peek.standing(makeEntry(number).postback);
  peek.close();
  return typeof standing === 'string' ? standing : standing.state;
}

/** Forty days ago: delivered 1, failed 2, pending 3, skipped 4; today: delivered 5. */
async function makeHistory(): Promise<void> {
  await run(40, async (log) => {
    await deliver(log, [makeEntry(1), makeEntry(2)], [SUCCESS, FAILURE]);
    await log.settle(ACCOUNT, { entries: [makeEntry(3)], flight: undefined }, 'pending', THROTTLED);
    const { postback } = makeEntry(4);
    await log.skip([{ eventId: makeUuid(4), event: 'purchase', reason: 'no_country', postback }]);
  });
  await run(0, async (log) => {
    await deliver(log, [makeEntry(5)]);
    await log.skip([{ eventId: makeUuid(6), event: 'purchase', reason: 'organic' }]);
  });
}

describe('logs prune', () => {
  test('takes what is old, and keeps what is new or pending', async () => {
    await makeHistory();
    const receipt = await prune(30);
    expect(receipt).toMatchObject({ attempts: 2, requests: 1, skips: 1, failed: 1, skipped: 1, pendingKept: 1 });
    expect(receipt.olderThan).toBe(new Date(NOW_MS - 30 * DAY_MS).toISOString());
    expect(countRows()).toMatchObject({ request: 1, problem: 0, skip: 1, postback: 1, flight: 1, run: 1 });
    expect(readLog(path, { statuses: ALL }).map(({ eventId }) => eventId)).toEqual([makeUuid(5), makeUuid(6)]);
  });

  test('knows what was sent as a duplicate all the same, delivered or refused, and what is pending as pending', async () => {
    await makeHistory();
    await prune(30);
    expect([1, 2, 3, 4, 5, 7].map(standingOf)).toEqual(['known', 'known', 'pending', 'unknown', 'known', 'unknown']);
    // Also to the run that would send them again.
    await run(0, async (log) => {
      const { open, dropped } = await log.begin(ACCOUNT, [makeEntry(1), makeEntry(7)]);
      expect(log.standing(makeEntry(1).postback)).toBe('known');
      expect([open?.entries.length, dropped.length]).toEqual([2, 0]);
    });
  });

  test('a run that began before and has seen nothing yet does not send it again either', async () => {
    const early = openThen(41);
    await makeHistory();
    await prune(30);
    const { open } = await early.begin(ACCOUNT, [makeEntry(8)]);
    expect(open?.entries).toHaveLength(1);
    expect(early.standing(makeEntry(1).postback)).toBe('known');
    const again = await early.begin(ACCOUNT, [makeEntry(1)]);
    expect(again.dropped).toMatchObject([{ reason: 'duplicate' }]);
    early.abandon();
  });

  test('changes nothing as a rehearsal, and tells the same', async () => {
    await makeHistory();
    const before = countRows();
    const { dryRun, freedBytes, ...plan } = await prune(30, true);
    expect([dryRun, freedBytes, countRows()]).toEqual([true, 0, before]);
    const { freedBytes: _, ...receipt } = await prune(30);
    expect(receipt).toEqual(plan);
  });

  test('gives no number twice: the newest request and skip stay, however old', async () => {
    await run(40, async (log) => {
      await deliver(log, [makeEntry(1)]);
      await deliver(log, [makeEntry(2)]);
      await log.skip([{ eventId: 'e-1', event: 'purchase', reason: 'organic' }]);
    });
    await prune(30);
    expect(countRows()).toMatchObject({ request: 1, skip: 1 });
    await run(0, (log) => deliver(log, [makeEntry(3)]));
    expect([1, 2, 3].map(standingOf)).toEqual(['known', 'known', 'known']);
  });

  test('leaves a request alone that its network has not decided', async () => {
    const processing = { kind: 'processing', reason: 'processing' } as const;
    await run(40, async (log) => {
      await deliver(
        log,
        [makeEntry(1), makeEntry(2)],
        [SUCCESS, { status: 'retried', outcome: processing, settled: 'pending' }],
      );
      await deliver(log, [makeEntry(3)]);
    });
    await run(0, (log) => deliver(log, [makeEntry(4)]));
    expect(await prune(30)).toMatchObject({ requests: 1, pendingKept: 1 });
    expect(readLog(path).map(({ eventId }) => eventId)).toEqual([1, 2, 4].map((number) => makeUuid(number)));
  });

  test('leaves alone what is under way in another process', async () => {
    const log = openThen(40);
    await deliver(log, [makeEntry(1)]);
    const { open } = await log.begin(ACCOUNT, [makeEntry(2)]);
    await deliver(log, [makeEntry(3)]);
    nowMs = NOW_MS;
    await log.beat();
    expect(await prune(30)).toMatchObject({ requests: 0 + 1, freedBytes: 0 });
    await log.finish(ACCOUNT, open as OpenRequest, { http: 207, latencyMs: 1, verdicts: [SUCCESS] }, []);
    await log.close({});
    expect(readLog(path).map(({ eventId }) => eventId)).toEqual([makeUuid(2), makeUuid(3)]);
  });

  test('gives the room back when nobody sends', async () => {
    await run(40, async (log) => {
      for (let start = 0; start < 4000; start += 500) {
        await deliver(
          log,
          Array.from({ length: 500 }, (_, index) => makeEntry(start + index)),
        );
      }
    });
    const { freedBytes } = await prune(30);
    expect(freedBytes).toBeGreaterThan(100_000);
    const peek = LogPeek.open(path, WORKSPACE)!;
    const { freelist_count: free } = peek.database.prepare('PRAGMA freelist_count').get()!;
    const { page_count: pages } = peek.database.prepare('PRAGMA page_count').get()!;
    const { page_size: pageBytes } = peek.database.prepare('PRAGMA page_size').get()!;
    peek.close();
    expect([free, statSync(path).size]).toEqual([0, Number(pages) * Number(pageBytes)]);
    expect([0, 1999, 3999].map(standingOf)).toEqual(['known', 'known', 'known']);
  });

  test('stops at a signal and goes on when it is called again', async () => {
    await run(40, async (log) => {
      for (let number = 0; number < 1200; number++) await deliver(log, [makeEntry(number)]);
    });
    const stopped = await prune(30, false, AbortSignal.abort());
    expect(stopped).toMatchObject({ stopped: true, requests: 500, attempts: 500 });
    const { requests } = await prune(30);
    expect([requests, countRows()['request']]).toEqual([699, 1]);
    expect([0, 499, 1199].map(standingOf)).toEqual(['known', 'known', 'known']);
  });

  test('forgets ids when a year has passed, and no sooner', async () => {
    await run(40, async (log) => {
      await deliver(log, [makeEntry(1)]);
      await deliver(log, [makeEntry(2)]);
    });
    await prune(30);
    nowMs = NOW_MS + 300 * DAY_MS;
    await prune(30);
    expect(standingOf(1)).toBe('known');
    nowMs = NOW_MS + 330 * DAY_MS;
    await prune(30);
    expect([1, 2].map(standingOf)).toEqual(['unknown', 'known']);
  });

  test('tells when a pruned postback was first sent: long ago, so that its dedupe window counts as closed', async () => {
    await makeHistory();
    await prune(30);
    const peek = LogPeek.open(path, WORKSPACE)!;
    expect(peek.firstAttemptMs(makeEntry(1).postback)).toBe(0);
    expect(peek.firstAttemptMs(makeEntry(5).postback)).toBeGreaterThan(NOW_MS - DAY_MS);
    peek.close();
  });

  test('tells other conversions of the same event apart from a pruned one', async () => {
    await makeHistory();
    await prune(30);
    const peek = LogPeek.open(path, WORKSPACE)!;
    const id = derivePostbackId(WORKSPACE, 'amazon', 'other-goal', makeUuid(1));
    expect(peek.standing({ ...makeEntry(1).postback, goal: 'other-goal', id })).toBe('unknown');
    peek.close();
  });

  test('makes no log where there is none', async () => {
    expect(await prune(30)).toMatchObject({ requests: 0, skips: 0, pendingKept: 0 });
    expect(existsSync(path)).toBe(false);
  });
});
