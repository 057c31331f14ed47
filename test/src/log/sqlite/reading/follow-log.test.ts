import type { LogFilter } from '../../../../../src/log/log-rows.js';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { systemClock, type Clock } from '../../../../../src/clock.js';
import type { DeliveryLog } from '../../../../../src/log/delivery-log.js';
import type { Entry, EntryVerdict, OpenRequest } from '../../../../../src/log/entry.js';
import type { FollowState } from '../../../../../src/log/follow.js';
import { followLog } from '../../../../../src/log/open-log.js';
import { makeUuid } from '../../../../kit/events.js';
import {
  DELIVERED,
  makeEntry,
  makeFolder,
  openLog,
  REFUSED,
  WORKSPACE,
} from '../../../../kit/log.js';

const ACCOUNT = '1234567890123';
const SUCCESS: EntryVerdict = { status: 'success', outcome: DELIVERED };
const FAILURE: EntryVerdict = { status: 'failed', outcome: REFUSED, rowState: 'failed' };
const PROCESSING: EntryVerdict = {
  status: 'retried',
  outcome: { kind: 'processing', reason: 'processing' },
  rowState: 'pending',
};
const ALL = ['success', 'failed', 'retried', 'skipped'] as const;
/** Looks a hundred times as often as the real one. */
const hasty: Clock = {
  now: () => systemClock.now(),
  sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
};

let path: string;
beforeEach(() => {
  path = join(makeFolder(), WORKSPACE, 'delivery.db');
});

async function begin(log: DeliveryLog, entries: Entry[]): Promise<OpenRequest> {
  const { open } = await log.begin({ account: ACCOUNT, entries: entries });
  return open as OpenRequest;
}

function finish(
  log: DeliveryLog,
  open: OpenRequest,
  verdicts = open.entries.map(() => SUCCESS),
): Promise<unknown> {
  return log.finish({
    account: ACCOUNT,
    open,
    result: { http: 207, latencyMs: 1, verdicts },
    again: [],
  });
}

async function deliver(log: DeliveryLog, ...numbers: number[]): Promise<void> {
  await finish(
    log,
    await begin(
      log,
      numbers.map((number) => makeEntry(number)),
    ),
  );
}

/** Follows until `count` rows came; `act` is what happens meanwhile, once the log is followed. */
async function follow(
  count: number,
  act: (state: FollowState) => unknown,
  { filter = {}, backlog = 0 }: { filter?: LogFilter; backlog?: number | 'all' } = {},
): Promise<{ ids: string[]; states: FollowState[] }> {
  const stop = new AbortController();
  const states: FollowState[] = [];
  const ids: string[] = [];
  const acts: unknown[] = [];
  const report = (state: FollowState): void => {
    states.push(state);
    acts.push(act(state));
  };
  const location = { path, workspace: WORKSPACE, clock: hasty };
  const before = backlog === 'all' ? undefined : backlog;
  const options = { filter, backlog: before, signal: stop.signal, report };
  if (count === 0) setTimeout(() => stop.abort(), 100);
  for await (const row of followLog(location, options)) {
    ids.push(row.eventId);
    if (ids.length === count) stop.abort();
  }
  await Promise.all(acts);
  return { ids, states };
}

test('rows that another process records come as they are finished, not as they were begun', async () => {
  const log = openLog(path);
  await deliver(log, 1);
  const early = await begin(log, [makeEntry(2)]);
  const { ids, states } = await follow(3, async () => {
    const late = await begin(log, [makeEntry(3)]);
    await finish(log, late);
    await log.skip([{ eventId: 'skipped', event: 'purchase', reason: 'organic' }]);
    await systemClock.sleep(50);
    await finish(log, early);
    await deliver(log, 4);
  });
  expect(ids).toEqual([makeUuid(3), makeUuid(2), makeUuid(4)]);
  expect(states).toEqual(['following']);
  await log.close({});
});

test('the newest rows of before come first, and none of them twice', async () => {
  const log = openLog(path);
  for (const number of [1, 2, 3]) await deliver(log, number);
  const options = { backlog: 2 };
  expect((await follow(3, () => deliver(log, 4), options)).ids).toEqual(
    [2, 3, 4].map((number) => makeUuid(number)),
  );
  expect((await follow(4, () => undefined, { backlog: 'all' })).ids).toHaveLength(4);
  await log.close({});
});

test('only what the filter wants', async () => {
  const log = openLog(path);
  const work = async (): Promise<void> => {
    const open = await begin(log, [makeEntry(1), makeEntry(2)]);
    await finish(log, open, [SUCCESS, FAILURE]);
    await log.skip([{ eventId: 'skipped', event: 'purchase', reason: 'organic' }]);
  };
  const { ids } = await follow(2, work, { filter: { statuses: ['failed', 'skipped'] } });
  expect(ids).toEqual([makeUuid(2), 'skipped']);
  await log.close({});
});

test('a log that is not there is waited for, and shown from its first row', async () => {
  const { ids, states } = await follow(2, async (state) => {
    if (state !== 'waiting') return;
    const log = openLog(path);
    await deliver(log, 1, 2);
    await log.close({});
  });
  expect(ids).toEqual([makeUuid(1), makeUuid(2)]);
  expect(states).toEqual(['waiting', 'following']);
});

test('what a network decides later is told again, and only that', async () => {
  const log = openLog(path);
  const { ids } = await follow(3, async () => {
    const open = await begin(log, [makeEntry(1), makeEntry(2)]);
    await finish(log, open, [SUCCESS, PROCESSING]);
    await systemClock.sleep(50);
    const [accepted] = await log.listAccepted(['amazon']);
    await log.recordDecision(accepted!, { verdicts: [SUCCESS], again: false });
  });
  expect(ids).toEqual([makeUuid(1), makeUuid(2), makeUuid(2)]);
  await log.close({});
});

test('a log that is removed is left for the next one', async () => {
  const log = openLog(path);
  await deliver(log, 1);
  await log.close({});
  const makeAgain = async (): Promise<void> => {
    const next = openLog(path);
    await deliver(next, 2);
    await next.close({});
  };
  const { ids, states } = await follow(1, async (state) => {
    await systemClock.sleep(30);
    if (state === 'following') rmSync(dirname(path), { recursive: true });
    else if (state === 'waiting') await makeAgain();
  });
  expect(ids).toEqual([makeUuid(2)]);
  expect(states.slice(0, 3)).toEqual(['following', 'replaced', 'waiting']);
});

test('a signal ends it, while it follows and while it waits', async () => {
  expect(await follow(0, () => undefined)).toEqual({ ids: [], states: ['waiting'] });
  const log = openLog(path);
  await deliver(log, 1);
  expect(await follow(0, () => undefined, { filter: { statuses: ALL } })).toEqual({
    ids: [],
    states: ['following'],
  });
  await log.close({});
});
