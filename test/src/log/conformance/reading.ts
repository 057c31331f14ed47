import { describe, expect, it } from 'vitest';

import type { Checkpoint } from '../../../../src/events/source-position.js';
import type { FollowState } from '../../../../src/log/follow.js';
import type { Entry } from '../../../../src/log/entry.js';
import { followLog, measureLog, openLogReader, pruneLog } from '../../../../src/log/open-log.js';
import { makeUuid } from '../../../kit/events.js';
import { makeEntry } from '../../../kit/log.js';
import {
  ACCEPTED,
  ACCOUNT,
  begin,
  collect,
  deliver,
  FAILURE,
  finish,
  HOUR_MS,
  leave,
  listRows,
  listUndelivered,
  makeEntries,
  openRun,
  planStatesOf,
  read,
  RETRY,
  runOnce,
  SUCCESS,
  uuids,
  type MakeStore,
  type TestStore,
} from './harness.js';

const ALL = ['success', 'accepted', 'failed', 'retried', 'skipped'] as const;
const PLACE: Checkpoint = {
  offset: 1_234_567_890_123,
  line: 42,
  device: '16777234',
  inode: '9007199254740993',
  head: 'ab'.repeat(32),
  headBytes: 4096,
};

const SKIP = { eventId: 'skipped-1', event: 'level_up', reason: 'organic' };

/** Delivered 1 and 2, failed 3, tried 4, accepted 5, pending 6, skipped two. */
async function makeHistory(store: TestStore): Promise<string> {
  const log = await openRun(store);
  const entries = makeEntries(1, 2, 3, 4);
  const rest = { ...(entries[3] as Entry), attempts: 1 };
  const open = await begin(log, entries);
  const [batchId] = (await finish(log, open, [SUCCESS, SUCCESS, FAILURE, RETRY], [[rest]])) ?? [];
  const { postback } = rest;
  const left = { account: ACCOUNT, entries: [rest], batchId, state: 'pending' } as const;
  await log.storeUnsent({ ...left, outcome: { kind: 'transient', reason: 'timeout' } });
  await finish(log, await begin(log, makeEntries(5)), [ACCEPTED]);
  await leave(log, makeEntries(6));
  // Rows of one millisecond are in no order.
  await store.location.clock.sleep(2);
  await log.skip([
    SKIP,
    {
      eventId: makeUuid(7),
      event: 'purchase',
      reason: 'incomplete_event',
      goal: postback.goal,
      network: 'amazon',
      message: 'has no value',
      field: 'value',
    },
  ]);
  await log.close({ summary: { lines: 8 } });
  return log.run.name;
}

/** What commands read of a log that others write. */
export function describeReading(make: MakeStore): void {
  describe('a reader', () => {
    it('finds no log where nothing was ever sent, and creates none', async () => {
      const { location } = await make();
      expect(await openLogReader(location)).toBeUndefined();
      expect(await measureLog(location)).toBeUndefined();
      expect(await openLogReader(location)).toBeUndefined();
    });

    it('shows one row for each attempt and each skip, oldest first', async () => {
      const store = await make();
      const run = await makeHistory(store);
      const rows = await listRows(store, { statuses: ALL });
      expect(rows.map(({ eventId, status }) => [eventId, status])).toEqual([
        [makeUuid(1), 'success'],
        [makeUuid(2), 'success'],
        [makeUuid(3), 'failed'],
        [makeUuid(4), 'retried'],
        [makeUuid(5), 'accepted'],
        ['skipped-1', 'skipped'],
        [makeUuid(7), 'skipped'],
      ]);
      const { postback } = makeEntries(1)[0] as Entry;
      expect(rows[0]).toEqual({
        time: rows[0]!.time,
        event: 'purchase',
        goal: 'first-purchase',
        network: 'amazon',
        account: ACCOUNT,
        status: 'success',
        http: 207,
        latencyMs: 12,
        attempt: 1,
        eventId: makeUuid(1),
        postbackId: postback.id,
        kind: 'delivered',
        reason: null,
        message: null,
        requestId: 'r-1',
        run,
      });
      expect(rows[2]).toMatchObject({
        kind: 'payload',
        reason: 'BAD_REQUEST',
        message: 'value is wrong',
      });
      expect(rows[4]).toMatchObject({ kind: 'processing', message: 'decides later' });
      expect(rows[5]).toMatchObject({
        event: 'level_up',
        goal: null,
        network: null,
        account: null,
        http: null,
        attempt: null,
        postbackId: null,
        reason: 'organic',
      });
      expect(rows[6]).toMatchObject({
        reason: 'incomplete_event',
        field: 'value',
        message: 'has no value',
      });
      expect(Math.abs(Date.parse(rows[0]!.time) - Date.now())).toBeLessThan(HOUR_MS);
    });

    it('filters rows', async () => {
      const store = await make();
      await makeHistory(store);
      const list = async (filter: object): Promise<string[]> =>
        (await listRows(store, { statuses: ALL, ...filter })).map(({ eventId }) => eventId);
      expect(await list({ statuses: [] })).toEqual(uuids(1, 2, 3, 4, 5));
      expect(await list({ statuses: ['failed', 'retried'] })).toEqual(uuids(3, 4));
      expect(await list({ statuses: ['accepted'] })).toEqual(uuids(5));
      expect(await list({ networks: ['meta'] })).toEqual([]);
      expect(await list({ goals: ['first-purchase'] })).toEqual(uuids(1, 2, 3, 4, 5, 7));
      expect(await list({ events: ['level_up'] })).toEqual(['skipped-1']);
      expect(await list({ eventIds: [makeUuid(2), 'skipped-1'] })).toEqual([
        makeUuid(2),
        'skipped-1',
      ]);
      expect(await list({ https: [207] })).toEqual(uuids(1, 2, 3, 4, 5));
      expect(await list({ reasons: ['BAD_REQUEST', 'organic'] })).toEqual([
        makeUuid(3),
        'skipped-1',
      ]);
      expect(await list({ sinceMs: Date.now() + HOUR_MS })).toEqual([]);
      expect(await list({ untilMs: Date.now() - HOUR_MS })).toEqual([]);
      const newest = await read(store, (reader) => reader.listNewestRows({ statuses: ALL }, 3));
      expect(newest.map(({ eventId }) => eventId)).toEqual([makeUuid(5), 'skipped-1', makeUuid(7)]);
    });

    it('follows what other runs record, as it is finished', async () => {
      const store = await make();
      const log = await openRun(store);
      await deliver(log, makeEntries(1));
      const early = await begin(log, makeEntries(2));
      await read(store, async (reader) => {
        const follower = reader.follow({ statuses: ALL }, 1);
        const look = async (): Promise<string[]> =>
          (await collect(follower.look())).map(({ eventId }) => eventId);
        expect(await look()).toEqual(uuids(1));
        expect(await look()).toEqual([]);
        await deliver(log, makeEntries(3));
        await log.skip([SKIP]);
        expect(await look()).toEqual([makeUuid(3), 'skipped-1']);
        await finish(log, early);
        expect(await look()).toEqual(uuids(2));
      });
      await log.close({});
    });

    it('waits for a log that does not exist yet', async () => {
      const store = await make();
      const stop = new AbortController();
      const states: FollowState[] = [];
      const clock = { ...store.location.clock, sleep: () => store.location.clock.sleep(2) };
      const writing: Promise<void>[] = [];
      const report = (state: FollowState): void => {
        states.push(state);
        if (state === 'waiting')
          writing.push(runOnce(store, (log) => deliver(log, makeEntries(1))));
      };
      const options = { filter: {}, backlog: 0, signal: stop.signal, report };
      const ids: string[] = [];
      for await (const { eventId } of followLog({ ...store.location, clock }, options)) {
        ids.push(eventId);
        stop.abort();
      }
      await Promise.all(writing);
      expect([ids, states.slice(0, 2)]).toEqual([uuids(1), ['waiting', 'following']]);
    });

    it('knows the goals and reasons of the rows', async () => {
      const store = await make();
      await makeHistory(store);
      const known = await read(store, (reader) => reader.listKnownValues());
      expect(known.goals).toContain('first-purchase');
      expect(known.reasons).toEqual(
        expect.arrayContaining(['BAD_REQUEST', 'http_429', 'timeout', 'processing']),
      );
    });

    it('counts what happened at each network', async () => {
      const store = await make();
      await makeHistory(store);
      const activity = (await read(store, (reader) => reader.readActivity(0))).get('amazon');
      expect(activity).toMatchObject({
        delivered: 2,
        failed: 1,
        pending: 2,
        processing: 1,
        lost: 1,
        mainFailure: { kind: 'payload', reason: 'BAD_REQUEST', message: 'value is wrong' },
      });
      expect(activity?.oldestPendingMs).toBeLessThan(Date.now());
      expect(activity?.pendingByAccount).toEqual(new Map([[ACCOUNT, 3 - 1]]));
      expect(activity?.lastDeliveryMs).toBeGreaterThan(Date.now() - HOUR_MS);
      const later = (await read(store, (reader) => reader.readActivity(Date.now() + HOUR_MS))).get(
        'amazon',
      );
      expect(later).toMatchObject({ delivered: 0, failed: 1, lost: 0 });
    });

    it('shows the newest refusal of an account', async () => {
      const store = await make();
      const refusal = {
        network: 'amazon',
        account: ACCOUNT,
        atMs: Date.now(),
        kind: 'credential',
        reason: 'revoked',
        fix: { by: 'reconnect' },
      } as const;
      await runOnce(store, async (log) => {
        await log.recordRefusal({ ...refusal, atMs: refusal.atMs - 5, reason: 'older' }, false);
        await log.recordRefusal(refusal, false);
        await log.recordRefusal({ ...refusal, atMs: refusal.atMs - 9, reason: 'scope' }, true);
      });
      const activity = (await read(store, (reader) => reader.readActivity(0))).get('amazon');
      expect(activity?.refusals?.map(({ reason }) => reason)).toEqual(['revoked', 'scope']);
      expect(activity?.refusals?.[0]).toEqual(refusal);
    });

    it('gives what figures are made of', async () => {
      const store = await make();
      await makeHistory(store);
      const nowMs = Date.now() + 1000;
      const filter = { sinceMs: nowMs - HOUR_MS, untilMs: nowMs, nowMs, networks: [], goals: [] };
      await read(store, async (reader) => {
        const facts = reader.openFacts(filter);
        const delivered = await collect(facts.delivered());
        expect(delivered).toMatchObject([
          { network: 'amazon', goal: 'first-purchase', value: '9.99', currency: 'USD' },
          { network: 'amazon' },
        ]);
        expect(delivered[0]!.responseMs).toBeGreaterThan(0);
        const undelivered = await collect(facts.undelivered());
        const count = (state: string): number =>
          undelivered
            .filter((fact) => fact.state === state)
            .reduce((sum, one) => sum + one.count, 0);
        expect([count('failed'), count('pending')]).toEqual([1, 3]);
        expect(await collect(facts.skipped())).toMatchObject([
          { eventId: 'skipped-1', reason: 'organic', goal: undefined },
          { eventId: makeUuid(7), reason: 'incomplete_event', goal: 'first-purchase' },
        ]);
        const conversions = [1, 6, 7].map((number) => ({
          eventId: makeUuid(number),
          goal: 'first-purchase',
          network: 'amazon',
        }));
        expect(await facts.areElsewhere(conversions)).toEqual([true, true, false]);
        const other = reader.openFacts({ ...filter, goals: ['other-goal'] });
        expect(await collect(other.delivered())).toEqual([]);
      });
    });

    it('counts neither test events nor what a replay delivers a second time', async () => {
      const store = await make();
      const test = makeEntry(2);
      await runOnce(store, (log) =>
        deliver(log, [...makeEntries(1), { ...test, postback: { ...test.postback, test: true } }]),
      );
      const [delivered] = await read(store, (reader) =>
        collect(reader.listDelivered({ states: ['delivered'], eventIds: uuids(1) })),
      );
      await runOnce(
        store,
        async (log) => {
          await log.reclaim([delivered!]);
          await deliver(log, await log.listClaimed({ network: 'amazon' }, 10));
        },
        'replay',
      );
      const nowMs = Date.now() + 1000;
      const filter = { sinceMs: 0, untilMs: nowMs, nowMs, networks: [], goals: [] };
      const facts = await read(store, (reader) => collect(reader.openFacts(filter).delivered()));
      expect(facts).toHaveLength(1);
      expect(await listRows(store)).toHaveLength(3);
    });

    it('says when a postback was first part of a request', async () => {
      const store = await make();
      await makeHistory(store);
      const keys = makeEntries(1, 6).map(({ postback }) => postback);
      const [first, none] = await read(store, (reader) => reader.findFirstAttempts(keys));
      expect(Math.abs((first as number) - Date.now())).toBeLessThan(HOUR_MS);
      expect(none).toBeUndefined();
    });

    it('lists the requests of a run, and finds the log whole', async () => {
      const store = await make();
      const run = await makeHistory(store);
      await read(store, async (reader) => {
        expect(await reader.listRequestIds(run)).toEqual(['r-1', 'r-1']);
        expect(await reader.listRequestIds('no such run')).toEqual([]);
        expect(await reader.findDamage()).toBeUndefined();
        expect(await reader.hasUndecided()).toBe(true);
        expect(reader.listDamaged()).toEqual([]);
      });
      expect(await measureLog(store.location)).toBeGreaterThan(0);
    });
  });
}

/** Checkpoints and pruning: contract sections 5.1 and 5.3. */
export function describeUpkeep(make: MakeStore): void {
  describe('checkpoints', () => {
    it('are saved, replaced and found by runs and readers', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        expect(await log.findCheckpoint('/data/a')).toBeUndefined();
        await log.saveCheckpoint('/data/a', { ...PLACE, line: 1 });
        await log.saveCheckpoint('/data/a', PLACE);
        await log.saveCheckpoint('/data/b', PLACE);
        expect(await log.findCheckpoint('/data/a')).toMatchObject(PLACE);
        // The start of a new file says until when the rotated ones before it were read.
        const start = { ...PLACE, offset: 0, updatedMs: 1_234_567_890_123 };
        await log.saveCheckpoint('/data/d', start);
        expect(await log.findCheckpoint('/data/d')).toEqual(start);
      });
      await read(store, async (reader) => {
        const found = await reader.findCheckpoint('/data/a');
        expect(found).toMatchObject(PLACE);
        expect(Math.abs(found!.updatedMs! - Date.now())).toBeLessThan(HOUR_MS);
        expect(await reader.findCheckpoint('/data/c')).toBeUndefined();
      });
    });

    it('5.3: are saved with the request that makes them hold, or not at all', async () => {
      const store = await make();
      const log = await openRun(store);
      const checkpoints = [{ path: '/data/a', checkpoint: PLACE }];
      await log.begin({ account: ACCOUNT, entries: makeEntries(1), checkpoints });
      expect(await log.findCheckpoint('/data/a')).toMatchObject({ line: 42 });
      await runOnce(store, (other) => deliver(other, makeEntries(2)));
      const later = [{ path: '/data/a', checkpoint: { ...PLACE, line: 43 } }];
      await log.begin({ account: ACCOUNT, entries: makeEntries(2, 3), checkpoints: later });
      expect(await log.findCheckpoint('/data/a')).toMatchObject({ line: 42 });
      await log.skip([SKIP], later);
      expect(await log.findCheckpoint('/data/a')).toMatchObject({ line: 43 });
      await store.kill(log);
      await runOnce(store, async (other) => {
        expect(await other.findCheckpoint('/data/a')).toMatchObject({ line: 43 });
        await other.close({ checkpoints: [{ path: '/data/a', checkpoint: undefined }] });
      }).catch(() => undefined);
      expect(await read(store, (reader) => reader.findCheckpoint('/data/a'))).toBeUndefined();
    });
  });

  describe('pruning', () => {
    it('removes what is old, and still knows every id that was ever sent', async () => {
      const store = await make();
      await makeHistory(store);
      const { signal } = new AbortController();
      const { clock } = store.location;
      const keepIdsMs = 365 * 86_400_000;
      const options = { beforeMs: Date.now() + 1000, keepIdsMs, dryRun: true, clock, signal };
      const plan = await pruneLog(store.location, options);
      expect(plan).toMatchObject({ dryRun: true, attempts: 4, failed: 1, pendingKept: 3 });
      expect(await listRows(store)).toHaveLength(5);
      const receipt = await pruneLog(store.location, { ...options, dryRun: false });
      expect(receipt).toMatchObject({ attempts: 4, requests: 1, failed: 1, pendingKept: 3 });
      expect(receipt.olderThan).toBe(new Date(options.beforeMs).toISOString());
      // What waits for its network's decision stays.
      expect((await listRows(store)).map(({ eventId }) => eventId)).toEqual(uuids(5));
      expect((await listUndelivered(store, { states: ['failed'] })).length).toBe(0);
      const other = await openRun(store);
      expect(await planStatesOf(other, makeEntries(1, 2, 3, 6, 8))).toEqual([
        'known',
        'known',
        'known',
        'pending',
        'new',
      ]);
      await other.close({});
    });
  });
}
