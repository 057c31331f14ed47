import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../../../src/clock.js';
import { derivePostbackId } from '../../../../../src/identity/postback-id.js';
import { SqliteDeliveryLog } from '../../../../../src/log/sqlite/sqlite-delivery-log.js';
import type { Entry, EntryVerdict, OpenRequest } from '../../../../../src/log/entry.js';
import type { PruneReceipt } from '../../../../../src/log/maintenance.js';
import { pruneLog } from '../../../../../src/log/open-log.js';
import { testRandom } from '../../../../kit/seeded-random.js';
import { makeUuid } from '../../../../kit/events.js';
import {
  openContext,
  DELIVERED,
  makeEntry,
  makeFolder,
  readLog,
  REFUSED,
  THROTTLED,
  WORKSPACE,
} from '../../../../kit/log.js';

const ACCOUNT = '1234567890123';
const DAY_MS = 86_400_000;
const NOW_MS = Date.now();
const SUCCESS: EntryVerdict = { status: 'success', outcome: DELIVERED };
const FAILURE: EntryVerdict = { status: 'failed', outcome: REFUSED, rowState: 'failed' };
const ALL = ['success', 'failed', 'retried', 'skipped'] as const;

let path: string;
let nowMs: number;
const clock: Clock = { now: () => nowMs, sleep: () => Promise.resolve() };
beforeEach(() => {
  path = join(makeFolder(), WORKSPACE, 'delivery.db');
  nowMs = NOW_MS;
});

/** A log as a run opened it so many days ago. */
function openThen(daysAgo: number): SqliteDeliveryLog {
  nowMs = NOW_MS - daysAgo * DAY_MS;
  const parts = {
    synchronous: 'normal',
    keepDelivered: 100,
    keepSkips: 1_000,
    clock,
    random: testRandom,
  } as const;
  return SqliteDeliveryLog.open({ path, workspace: WORKSPACE, ...parts }, 'send');
}

async function deliver(
  log: SqliteDeliveryLog,
  entries: Entry[],
  verdicts = entries.map(() => SUCCESS),
): Promise<void> {
  const { open } = await log.begin({ account: ACCOUNT, entries: entries });
  await log.finish({
    account: ACCOUNT,
    open: open as OpenRequest,
    result: { http: 207, latencyMs: 1, verdicts },
    again: [],
  });
}

async function run(
  daysAgo: number,
  work: (log: SqliteDeliveryLog) => Promise<unknown>,
): Promise<void> {
  const log = openThen(daysAgo);
  await work(log);
  await log.close({});
  nowMs = NOW_MS;
}

function prune(
  days: number,
  dryRun = false,
  signal = new AbortController().signal,
): Promise<PruneReceipt> {
  nowMs = Math.max(nowMs, NOW_MS);
  const location = { path, workspace: WORKSPACE, clock };
  return pruneLog(location, {
    beforeMs: nowMs - days * DAY_MS,
    keepIdsMs: 365 * DAY_MS,
    dryRun,
    clock,
    signal,
  });
}

/** Rows of each table that prune touches. */
function countRows(): Record<string, number> {
  const logReader = openContext(path);
  const tables = ['request', 'problem', 'skip', 'postback', 'batch', 'run', 'dedupe_index'];
  const counts = tables.map((table) => {
    return [
      table,
      Number(logReader.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']),
    ];
  });
  logReader.database.close();
  return Object.fromEntries(counts) as Record<string, number>;
}

function stateOf(number: number): string {
  const logReader = openContext(path);
  const postbackState = logReader.stateOf(makeEntry(number).postback);
  logReader.database.close();
  return typeof postbackState === 'string' ? postbackState : postbackState.state;
}

/** Forty days ago: delivered 1, failed 2, pending 3, skipped 4; today: delivered 5. */
async function makeHistory(): Promise<void> {
  await run(40, async (log) => {
    await deliver(log, [makeEntry(1), makeEntry(2)], [SUCCESS, FAILURE]);
    await log.storeUnsent({
      account: ACCOUNT,
      entries: [makeEntry(3)],
      state: 'pending',
      outcome: THROTTLED,
    });
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
    expect(receipt).toMatchObject({
      attempts: 2,
      requests: 1,
      skips: 1,
      failed: 1,
      skipped: 1,
      pendingKept: 1,
    });
    expect(receipt.olderThan).toBe(new Date(NOW_MS - 30 * DAY_MS).toISOString());
    expect(countRows()).toMatchObject({
      request: 1,
      problem: 0,
      skip: 1,
      postback: 1,
      batch: 1,
      run: 1,
    });
    expect(readLog(path, { statuses: ALL }).map(({ eventId }) => eventId)).toEqual([
      makeUuid(5),
      makeUuid(6),
    ]);
  });

  test('knows what was sent as a duplicate all the same, delivered or refused, and what is pending as pending', async () => {
    await makeHistory();
    await prune(30);
    expect([1, 2, 3, 4, 5, 7].map(stateOf)).toEqual([
      'known',
      'known',
      'pending',
      'unknown',
      'known',
      'unknown',
    ]);
    // Also to the run that would send them again.
    await run(0, async (log) => {
      const { open, dropped } = await log.begin({
        account: ACCOUNT,
        entries: [makeEntry(1), makeEntry(7)],
      });
      expect(log.postbackState(makeEntry(1).postback)).toBe('known');
      expect([open?.entries.length, dropped.length]).toEqual([2, 0]);
    });
  });

  test('a run that began before and has seen nothing yet does not send it again either', async () => {
    const early = openThen(41);
    await makeHistory();
    await prune(30);
    const { open } = await early.begin({ account: ACCOUNT, entries: [makeEntry(8)] });
    expect(open?.entries).toHaveLength(1);
    expect(early.postbackState(makeEntry(1).postback)).toBe('known');
    const again = await early.begin({ account: ACCOUNT, entries: [makeEntry(1)] });
    expect(again.dropped).toMatchObject([{ reason: 'duplicate' }]);
    await early.abandon();
  });

  test('a dry run changes nothing and reports the same', async () => {
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
    expect([1, 2, 3].map(stateOf)).toEqual(['known', 'known', 'known']);
  });

  test('leaves a request alone that its network has not decided', async () => {
    const processing = { kind: 'processing', reason: 'processing' } as const;
    await run(40, async (log) => {
      await deliver(
        log,
        [makeEntry(1), makeEntry(2)],
        [SUCCESS, { status: 'retried', outcome: processing, rowState: 'pending' }],
      );
      await deliver(log, [makeEntry(3)]);
    });
    await run(0, (log) => deliver(log, [makeEntry(4)]));
    expect(await prune(30)).toMatchObject({ requests: 1, pendingKept: 1 });
    expect(readLog(path).map(({ eventId }) => eventId)).toEqual(
      [1, 2, 4].map((number) => makeUuid(number)),
    );
  });

  test('leaves alone what is under way in another process', async () => {
    const log = openThen(40);
    await deliver(log, [makeEntry(1)]);
    const { open } = await log.begin({ account: ACCOUNT, entries: [makeEntry(2)] });
    await deliver(log, [makeEntry(3)]);
    nowMs = NOW_MS;
    await log.renewLease();
    expect(await prune(30)).toMatchObject({ requests: 0 + 1, freedBytes: 0 });
    await log.finish({
      account: ACCOUNT,
      open: open as OpenRequest,
      result: { http: 207, latencyMs: 1, verdicts: [SUCCESS] },
      again: [],
    });
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
    const logReader = openContext(path);
    const { freelist_count: free } = logReader.database.prepare('PRAGMA freelist_count').get()!;
    const { page_count: pages } = logReader.database.prepare('PRAGMA page_count').get()!;
    const { page_size: pageBytes } = logReader.database.prepare('PRAGMA page_size').get()!;
    logReader.database.close();
    expect([free, statSync(path).size]).toEqual([0, Number(pages) * Number(pageBytes)]);
    expect([0, 1999, 3999].map(stateOf)).toEqual(['known', 'known', 'known']);
  });

  test('stops at a signal and goes on when it is called again', async () => {
    await run(40, async (log) => {
      for (let number = 0; number < 1200; number++) await deliver(log, [makeEntry(number)]);
    });
    const stopped = await prune(30, false, AbortSignal.abort());
    expect(stopped).toMatchObject({ stopped: true, requests: 500, attempts: 500 });
    const { requests } = await prune(30);
    expect([requests, countRows()['request']]).toEqual([699, 1]);
    expect([0, 499, 1199].map(stateOf)).toEqual(['known', 'known', 'known']);
  });

  test('forgets ids when a year has passed, and no sooner', async () => {
    await run(40, async (log) => {
      await deliver(log, [makeEntry(1)]);
      await deliver(log, [makeEntry(2)]);
    });
    await prune(30);
    nowMs = NOW_MS + 300 * DAY_MS;
    await prune(30);
    expect(stateOf(1)).toBe('known');
    nowMs = NOW_MS + 330 * DAY_MS;
    await prune(30);
    expect([1, 2].map(stateOf)).toEqual(['unknown', 'known']);
  });

  test('tells when a pruned postback was first sent: long ago, so that its dedupe window counts as closed', async () => {
    await makeHistory();
    await prune(30);
    const logReader = openContext(path);
    expect(logReader.index.firstAttemptMs(makeEntry(1).postback)).toBe(0);
    expect(logReader.index.firstAttemptMs(makeEntry(5).postback)).toBeGreaterThan(NOW_MS - DAY_MS);
    logReader.database.close();
  });

  test('tells other conversions of the same event apart from a pruned one', async () => {
    await makeHistory();
    await prune(30);
    const logReader = openContext(path);
    const id = derivePostbackId(WORKSPACE, 'amazon', 'other-goal', makeUuid(1));
    expect(logReader.stateOf({ ...makeEntry(1).postback, goal: 'other-goal', id })).toBe('unknown');
    logReader.database.close();
  });

  test('makes no log where there is none', async () => {
    expect(await prune(30)).toMatchObject({ requests: 0, skips: 0, pendingKept: 0 });
    expect(existsSync(path)).toBe(false);
  });
});
