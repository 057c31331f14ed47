import { describe, expect, it } from 'vitest';

import type { Entry } from '../../../../src/log/entry.js';
import type { ReplayCandidate } from '../../../../src/log/stored-postback.js';
import { makeEntry } from '../../../kit/log.js';
import {
  ACCOUNT,
  AMAZON,
  begin,
  collect,
  deliver,
  FAILURE,
  idsOf,
  leave,
  listUndelivered,
  makeEntries,
  makeOnce,
  openRun,
  OTHER_ACCOUNT,
  planStatesOf,
  read,
  runOnce,
  uuids,
  type MakeStore,
} from './harness.js';

/** Pending postbacks and who delivers them: contract sections 5.3, 5.4 and 5.9. */
export function describePending(make: MakeStore): void {
  describe('pending postbacks', () => {
    it('5.3: are found again with their payload, oldest event first', async () => {
      const store = await make();
      await runOnce(store, (log) => leave(log, makeEntries(3, 1, 2)));
      const found = await listUndelivered(store, { states: ['pending'] });
      expect(idsOf(found)).toEqual(uuids(1, 2, 3));
      expect(found[0]).toMatchObject({
        account: ACCOUNT,
        attempts: 0,
        run: undefined,
        kind: 'throttled',
        reason: 'http_429',
        message: 'slow down',
        postback: { ...makeEntries(1)[0]!.postback },
      });
    });

    it('are claimed by one run', async () => {
      const store = await make();
      const log = await openRun(store);
      const other = await openRun(store);
      await leave(log, makeEntries(1, 2));
      const targets = makeEntries(1, 2).map(({ postback: { id } }) => ({ id, account: ACCOUNT }));
      const [mine, theirs] = await Promise.all([log.claim(targets), other.claim(targets)]);
      for (const index of [0, 1]) {
        expect([mine[index], theirs[index]].filter(Boolean)).toMatchObject([
          { stored: true, attempts: 0 },
        ]);
      }
      await log.close({});
      await other.close({});
    });

    it('are given back when the run that claimed them ends', async () => {
      const store = await make();
      await runOnce(store, (log) => leave(log, makeEntries(1), true));
      await runOnce(store, async (log) => {
        const [entry] = await log.claim([{ id: makeEntries(1)[0]!.postback.id }]);
        await deliver(log, [entry as Entry]);
      });
      expect(await listUndelivered(store)).toEqual([]);
    });

    it('5.9: are left alone by a run that delivers to another account', async () => {
      const store = await make();
      await runOnce(store, (log) => leave(log, makeEntries(1)));
      await runOnce(store, async (log) => {
        const [{ postback }] = makeEntries(1) as [Entry];
        expect(await log.claim([{ id: postback.id, account: OTHER_ACCOUNT }])).toEqual([
          'other_account',
        ]);
        const target = { network: 'amazon', account: OTHER_ACCOUNT };
        expect(await log.claimPending(target, [])).toEqual({ count: 0, others: 1 });
        expect(await log.claim([{ id: postback.id, account: ACCOUNT }])).toMatchObject([
          { postback: { id: postback.id } },
        ]);
      });
    });

    it('drops an entry that another run has recorded', async () => {
      const store = await make();
      const log = await openRun(store);
      await runOnce(store, (other) => deliver(other, makeEntries(1)));
      expect(await leave(log, makeEntries(1, 2))).toMatchObject([{ reason: 'duplicate' }]);
      expect(idsOf(await listUndelivered(store))).toEqual(uuids(2));
      await log.close({});
    });

    it('are claimed by goal, network and account all at once', async () => {
      const store = await make();
      const other = makeEntry(9, undefined, 'other-goal');
      await runOnce(store, (log) => leave(log, [...makeEntries(1, 2), other]));
      await runOnce(store, async (log) => {
        expect(await log.claimPending({ network: 'meta', account: ACCOUNT }, [])).toEqual({
          count: 0,
          others: 0,
        });
        expect(await log.claimPending(AMAZON, ['first-purchase'])).toEqual({ count: 2, others: 0 });
        expect(idsOf(await log.listClaimed({ network: 'amazon' }, 10))).toEqual(uuids(1, 2));
        expect(await log.claimPending(AMAZON, [])).toEqual({ count: 1, others: 0 });
      });
    });

    it('are listed page by page, by event time', async () => {
      const store = await make();
      const log = await openRun(store);
      await leave(log, makeEntries(5, 1, 4, 2, 3), true);
      const first = await log.listClaimed({ network: 'amazon' }, 2);
      expect(idsOf(first)).toEqual(uuids(1, 2));
      const second = await log.listClaimed({ network: 'amazon' }, 2, first[1]!.postback);
      expect(idsOf(second)).toEqual(uuids(3, 4));
      const third = await log.listClaimed({ network: 'amazon' }, 2, second[1]!.postback);
      expect(idsOf(third)).toEqual(uuids(5));
      expect(await log.listClaimed({ network: 'amazon' }, 2, third[0]!.postback)).toEqual([]);
      expect(await log.listClaimed({ network: 'google' }, 2)).toEqual([]);
      await log.close({});
    });

    it('5.3: what came from a stream is kept until a request or a row holds it', async () => {
      const store = await make();
      const log = await openRun(store);
      await log.persistBuffered(ACCOUNT, makeEntries(1, 2, 3));
      await deliver(log, makeEntries(1));
      await leave(log, makeEntries(2));
      await store.kill(log);
      const found = await listUndelivered(store, { states: ['pending'] });
      expect(idsOf(found)).toEqual(uuids(2, 3));
      expect(found[1]).toMatchObject({ kind: 'stopped', reason: 'interrupted', attempts: 0 });
    });

    it('5.3: nothing is kept twice of a stream whose run has ended', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await log.persistBuffered(ACCOUNT, makeEntries(1, 2));
        await deliver(log, makeEntries(1, 2));
      });
      expect(await listUndelivered(store)).toEqual([]);
    });
  });

  describe('a replay', () => {
    it('makes failed postbacks pending for its run, with the same dedupe id', async () => {
      const store = await make();
      await runOnce(store, (log) => deliver(log, makeEntries(1, 2), [FAILURE, FAILURE]));
      const failed = await listUndelivered(store, { states: ['failed'] });
      expect(failed).toMatchObject([
        { kind: 'payload', reason: 'BAD_REQUEST', http: 207, attempts: 1 },
        { state: 'failed' },
      ]);
      const log = await openRun(store, 'replay');
      const accounts = { amazon: ACCOUNT };
      expect(await log.reclaim(failed, { accounts })).toMatchObject({
        claimed: [{ network: 'amazon', isForLists: false, count: 2 }],
        taken: [],
        counted: [],
      });
      const claimed = await log.listClaimed({ network: 'amazon' }, 10);
      expect(claimed.map(({ postback }) => postback.dedupeId)).toEqual(
        makeEntries(1, 2).map(({ postback }) => postback.dedupeId),
      );
      await deliver(log, claimed);
      await log.close({});
      expect(await listUndelivered(store)).toEqual([]);
    });

    it('leaves to another run what that run has claimed', async () => {
      const store = await make();
      await runOnce(store, (log) => deliver(log, makeEntries(1), [FAILURE]));
      const failed = await listUndelivered(store);
      const log = await openRun(store, 'replay');
      const other = await openRun(store, 'replay');
      await other.reclaim(failed);
      expect(await log.reclaim(failed)).toMatchObject({
        claimed: [],
        taken: [{ id: failed[0]!.postback.id }],
      });
      await other.close({});
      await log.close({});
    });

    it('5.9: moves a postback to another account only on request', async () => {
      const store = await make();
      await runOnce(store, (log) => deliver(log, makeEntries(1), [FAILURE]));
      const failed = await listUndelivered(store);
      const log = await openRun(store, 'replay');
      const accounts = { amazon: OTHER_ACCOUNT };
      expect(await log.reclaim(failed, { accounts })).toEqual({
        claimed: [],
        taken: [],
        counted: [],
      });
      expect(await log.reclaim(failed, { accounts, moves: true })).toMatchObject({
        claimed: [{ count: 1 }],
      });
      await log.close({});
      expect(await listUndelivered(store)).toMatchObject([{ account: OTHER_ACCOUNT }]);
    });

    it('sends again what was delivered', async () => {
      const store = await make();
      await runOnce(store, (log) => deliver(log, makeEntries(1)));
      const delivered = await read(store, (reader) =>
        collect<ReplayCandidate>(reader.listDelivered({ states: ['delivered'] })),
      );
      const log = await openRun(store, 'replay');
      expect(await log.reclaim(delivered)).toMatchObject({ claimed: [{ count: 1 }] });
      const open = await begin(log, await log.listClaimed({ network: 'amazon' }, 10));
      expect(open.entries).toMatchObject([{ attempts: 1, postback: { facts: { number: 1 } } }]);
      await log.close({});
    });

    it('5.8: skips what another conversion of the player has counted for', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await deliver(log, [makeOnce(1)], [FAILURE]);
        await deliver(log, [makeOnce(2)]);
      });
      const failed = await listUndelivered(store);
      await runOnce(store, async (log) => {
        expect(await log.reclaim(failed)).toMatchObject({
          claimed: [],
          counted: [{ id: makeOnce(1).postback.id }],
        });
      });
      expect(await listUndelivered(store)).toEqual([]);
    });

    it('finds skipped postbacks that a change of rules may send', async () => {
      const store = await make();
      const [{ postback }] = makeEntries(1) as [Entry];
      const { eventId, event, goal, network } = postback;
      const skip = { eventId, event, goal, network, reason: 'unmapped_goal', message: 'no tag' };
      await runOnce(store, (log) => log.skip([{ ...skip, postback }]));
      const skipped = await listUndelivered(store, { states: ['skipped'] });
      expect(skipped).toMatchObject([
        { state: 'skipped', reason: 'unmapped_goal', account: undefined },
      ]);
      await runOnce(store, async (log) => {
        expect(await planStatesOf(log, makeEntries(1))).toEqual(['new']);
        expect(await log.reclaim(skipped)).toMatchObject({ claimed: [{ count: 1 }] });
      });
    });

    it('filters by state, time, network, goal, event, status and reason', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await deliver(log, makeEntries(1), [FAILURE]);
        await leave(log, [...makeEntries(2), makeEntry(3, undefined, 'other-goal')]);
      });
      const states = ['pending', 'failed'] as const;
      const list = async (filter: object): Promise<string[]> =>
        idsOf(await listUndelivered(store, { states, ...filter })).sort();
      const nowMs = Date.now() + 1000;
      expect(await list({})).toEqual(uuids(1, 2, 3));
      expect(await list({ states: ['failed'] })).toEqual(uuids(1));
      expect(await list({ networks: ['meta'] })).toEqual([]);
      expect(await list({ goals: ['other-goal'] })).toEqual(uuids(3));
      expect(await list({ eventIds: uuids(2) })).toEqual(uuids(2));
      expect(await list({ https: [207] })).toEqual(uuids(1));
      expect(await list({ reasons: ['http_429'] })).toEqual(uuids(2, 3));
      expect(await list({ sinceMs: nowMs })).toEqual([]);
      expect(await list({ finalSinceMs: nowMs })).toEqual(uuids(2, 3));
      expect(await list({ untilMs: nowMs - 60_000 })).toEqual([]);
    });
  });
}
