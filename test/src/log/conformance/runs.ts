import { describe, expect, it } from 'vitest';

import type { DeliveryLog } from '../../../../src/log/delivery-log.js';
import type { Entry } from '../../../../src/log/entry.js';
import { makeEntry } from '../../../kit/log.js';
import {
  ACCOUNT,
  AMAZON,
  begin,
  deliver,
  finish,
  idsOf,
  leave,
  listRows,
  listUndelivered,
  makeEntries,
  makeOnce,
  openRun,
  OTHER_ACCOUNT,
  planStatesOf,
  read,
  RETRY,
  runOnce,
  uuids,
  type MakeStore,
  type TestStore,
} from './harness.js';

/**
 * A run that delivered 1 and deferred 2, and died with 3 in a request, 4 buffered, 5 between
 * attempts.
 */
async function leaveDeadRun(store: TestStore): Promise<void> {
  const log = await openRun(store);
  const [first, second, third, fourth, fifth] = makeEntries(1, 2, 3, 4, 5) as [
    Entry,
    Entry,
    Entry,
    Entry,
    Entry,
  ];
  await deliver(log, [first]);
  await leave(log, [second], true);
  await begin(log, [third]);
  await log.persistBuffered(ACCOUNT, [fourth]);
  await finish(log, await begin(log, [fifth]), [RETRY], [[{ ...fifth, attempts: 1 }]]);
  await store.kill(log);
}

/** What a plan, a replay and a status make of the log. */
function readAnswers(store: TestStore) {
  return read(store, async (reader) => {
    const keys = makeEntries(1, 2, 3, 4, 5, 6).map(({ postback }) => postback);
    const states = await reader.findStates(keys);
    const pending: unknown[] = [];
    for await (const some of reader.listUndelivered({ states: ['pending'] }))
      for (const { postback, attempts, run, account, reason } of some)
        pending.push([postback.dedupeId, attempts, run, account, reason]);
    const activity = (await reader.readActivity(0)).get('amazon');
    return {
      states: states.map((state) => (typeof state === 'string' ? state : state.state)),
      pending,
      activity: [activity?.delivered, activity?.pending, activity?.failed],
    };
  });
}

/** Contract sections 5.2, 5.8 and 7. */
export function describeRuns(make: MakeStore): void {
  describe('a run that died', () => {
    it('5.2: loses nothing: what it had is pending, with the same dedupe ids', async () => {
      const store = await make();
      await leaveDeadRun(store);
      const before = await readAnswers(store);
      await runOnce(store, (log) => log.recoverAbandonedRuns());
      expect(await readAnswers(store)).toEqual(before);
      expect(before).toEqual({
        states: ['known', 'pending', 'pending', 'pending', 'pending', 'unknown'],
        pending: [
          [makeEntries(2)[0]!.postback.dedupeId, 0, undefined, ACCOUNT, 'http_429'],
          [makeEntries(3)[0]!.postback.dedupeId, 1, undefined, ACCOUNT, 'interrupted'],
          [makeEntries(4)[0]!.postback.dedupeId, 0, undefined, ACCOUNT, 'interrupted'],
          [makeEntries(5)[0]!.postback.dedupeId, 1, undefined, ACCOUNT, 'interrupted'],
        ],
        activity: [1, 4, 0],
      });
    });

    it('is recovered by an explicit step alone', async () => {
      const store = await make();
      await leaveDeadRun(store);
      const log = await openRun(store);
      await log.lookup({ identities: [], questions: [], clickWindowMs: 0 });
      expect(await log.hasAbandonedWork()).toBe(true);
      expect(await log.claimRecovered([AMAZON], [], 10)).toEqual([{ ids: [], others: 0 }]);
      expect(await log.recoverAbandonedRuns()).toEqual([]);
      expect(await log.hasAbandonedWork()).toBe(true);
      const [recovered] = await log.claimRecovered([AMAZON], [], 10);
      expect(recovered?.ids).toHaveLength(4);
      expect(await log.hasAbandonedWork()).toBe(false);
      await deliver(log, await log.listClaimed({ network: 'amazon' }, 10));
      await log.close({});
      expect(await listUndelivered(store)).toEqual([]);
      const { postback } = makeEntries(3)[0] as Entry;
      expect(await listRows(store, { eventIds: [postback.eventId] })).toMatchObject([
        {
          status: 'retried',
          kind: 'unknown',
          reason: 'interrupted',
          attempt: 1,
          postbackId: postback.id,
        },
        { status: 'success', attempt: 2, postbackId: postback.id },
      ]);
    });

    it('7: of two runs that claim its work at once, one gets each postback', async () => {
      const store = await make();
      const dead = await openRun(store);
      const numbers = Array.from({ length: 60 }, (_, index) => index);
      await begin(dead, makeEntries(...numbers));
      const [log, other] = [await openRun(store), await openRun(store)];
      await store.kill(dead);
      const claim = async (run: DeliveryLog): Promise<string[]> => {
        await run.recoverAbandonedRuns();
        const all: string[] = [];
        for (let count = 1; count > 0;) {
          const [recovered] = await run.claimRecovered([AMAZON], [], 7);
          count = recovered!.ids.length;
          all.push(...recovered!.ids);
        }
        return all;
      };
      const [mine, theirs] = await Promise.all([claim(log), claim(other)]);
      const expected = makeEntries(...numbers).map(({ postback }) => postback.id);
      expect([...mine, ...theirs].sort()).toEqual(expected.sort());
      await log.close({});
      await other.close({});
    });

    it('5.9: leaves to others what it recorded for another account, network or goal', async () => {
      const store = await make();
      const dead = await openRun(store);
      await begin(dead, [...makeEntries(1, 2), makeEntry(3, undefined, 'other-goal')]);
      await store.kill(dead);
      const log = await openRun(store);
      await log.recoverAbandonedRuns();
      const elsewhere = { network: 'amazon', account: OTHER_ACCOUNT };
      const meta = { network: 'meta', account: ACCOUNT };
      expect(await log.claimRecovered([elsewhere, meta], [], 10)).toEqual([
        { ids: [], others: 3 },
        { ids: [], others: 0 },
      ]);
      const [one] = await log.claimRecovered([AMAZON], ['other-goal'], 10);
      expect(one?.ids).toHaveLength(1);
      const [some] = await log.claimRecovered([AMAZON], [], 1);
      expect(some?.ids).toHaveLength(1);
      await log.close({});
    });

    it('5.8: keeps the once-per-player locks of what is pending', async () => {
      const store = await make();
      const dead = await openRun(store);
      await begin(dead, [makeOnce(1)]);
      await store.kill(dead);
      const log = await openRun(store);
      await log.recoverAbandonedRuns();
      const { open, dropped } = await log.begin({ account: ACCOUNT, entries: [makeOnce(2)] });
      expect([open, dropped]).toMatchObject([undefined, [{ reason: 'already_counted' }]]);
      await log.claimRecovered([AMAZON], [], 10);
      await deliver(log, await log.listClaimed({ network: 'amazon' }, 10));
      await log.close({});
    });

    it('leaves what it had claimed of another run as it was', async () => {
      const store = await make();
      await runOnce(store, (log) => leave(log, makeEntries(1)));
      const dead = await openRun(store);
      await dead.claimPending(AMAZON, []);
      await store.kill(dead);
      expect(await listUndelivered(store)).toMatchObject([{ run: undefined, reason: 'http_429' }]);
      await runOnce(store, async (log) => {
        await log.recoverAbandonedRuns();
        expect(await log.claimRecovered([AMAZON], [], 10)).toMatchObject([{ ids: [{}] }]);
      });
    });

    it('recovers the pending work of a run that ended and gave it away', async () => {
      const store = await make();
      const log = await openRun(store, 'tail');
      await leave(log, makeEntries(1, 2, 3));
      await log.claim(makeEntries(1).map(({ postback: { id } }) => ({ id, account: ACCOUNT })));
      await runOnce(store, (other) => leave(other, makeEntries(4)));
      await log.close({ leavesWork: true });
      await runOnce(store, async (other) => {
        expect(await other.hasAbandonedWork()).toBe(true);
        expect((await other.claimRecovered([AMAZON], [], 10))[0]?.ids).toHaveLength(3);
      });
    });

    it('recovers what an ended run left, where a run asks for it', async () => {
      const store = await make();
      await runOnce(store, (log) => leave(log, makeEntries(1, 2)));
      await runOnce(store, async (log) => {
        expect(await log.claimRecovered([AMAZON], [], 10)).toEqual([{ ids: [], others: 0 }]);
        await log.adoptPending([AMAZON], ['first-purchase']);
        expect((await log.claimRecovered([AMAZON], [], 10))[0]?.ids).toHaveLength(2);
      });
    });
  });

  describe('runs at work', () => {
    it('are known to each other, and to readers', async () => {
      const store = await make();
      const log = await openRun(store, 'tail');
      const other = await openRun(store, 'send');
      expect(await log.listLivingRuns()).toMatchObject([{ name: other.run.name, command: 'send' }]);
      const { live } = await read(store, (reader) => reader.readRuns());
      expect(live.map(({ run, command }) => [run, command]).sort()).toEqual(
        [
          [log.run.name, 'tail'],
          [other.run.name, 'send'],
        ].sort(),
      );
      expect(live.every(({ leaseMs }) => leaseMs > 0 && leaseMs <= 60_000)).toBe(true);
      await other.close({ summary: { delivered: 3 } });
      expect(await log.listLivingRuns()).toEqual([]);
      expect(await read(store, (reader) => reader.readRuns())).toMatchObject({
        live: [{ run: log.run.name }],
        lastEnded: { run: other.run.name, command: 'send', summary: { delivered: 3 } },
      });
      await log.close({});
    });

    it('are not recovered while they live', async () => {
      const store = await make();
      const log = await openRun(store);
      const open = await begin(log, makeEntries(1));
      const other = await openRun(store);
      await other.recoverAbandonedRuns();
      expect(await other.hasAbandonedWork()).toBe(false);
      await log.renewLease();
      await finish(log, open);
      await log.close({});
      await other.close({});
    });

    it('5.1: what another run is delivering is neither a duplicate nor new', async () => {
      const store = await make();
      const log = await openRun(store);
      await begin(log, makeEntries(1));
      await leave(log, makeEntries(2), true);
      const other = await openRun(store);
      const entries = makeEntries(1, 2, 3);
      expect(await planStatesOf(other, entries)).toEqual(['pending', 'pending', 'new']);
      const asked = entries.map(({ postback }) => ({ postback, account: ACCOUNT }));
      expect(await other.claim([{ id: entries[0]!.postback.id }])).toEqual([undefined]);
      expect(await other.inquire(asked)).toEqual(['elsewhere', 'elsewhere', 'unknown']);
      await store.kill(log);
      await other.recoverAbandonedRuns();
      expect(await other.inquire(asked)).toMatchObject([
        { attempts: 1, stored: true },
        { attempts: 0, stored: true },
        'unknown',
      ]);
      await other.close({});
    });

    it('5.1: what another run has delivered meanwhile is known', async () => {
      const store = await make();
      const log = await openRun(store);
      const open = await begin(log, makeEntries(1));
      const other = await openRun(store);
      const [{ postback }] = makeEntries(1) as [Entry];
      expect(await other.inquire([{ postback, account: ACCOUNT }])).toEqual(['elsewhere']);
      await finish(log, open);
      expect(await other.inquire([{ postback, account: ACCOUNT }])).toEqual(['known']);
      await leave(log, makeEntries(2));
      const [second] = makeEntries(2) as [Entry];
      const elsewhere = { postback: second.postback, account: OTHER_ACCOUNT };
      expect(await other.inquire([elsewhere])).toEqual(['other_account']);
      await log.close({});
      await other.close({});
    });
  });

  describe('7: a run that was taken over', () => {
    it('writes nothing more, whatever it tries', async () => {
      const store = await make();
      const log = await openRun(store);
      const open = await begin(log, makeEntries(1));
      const rest = { ...(makeEntries(5)[0] as Entry), attempts: 1 };
      const [batchId] =
        (await finish(log, await begin(log, makeEntries(5)), [RETRY], [[rest]])) ?? [];
      await store.expire(log);
      const other = await openRun(store);
      await other.recoverAbandonedRuns();
      const place = { offset: 1, line: 1, device: '1', inode: '1', head: 'a', headBytes: 1 };
      const { eventId } = makeEntries(9)[0]!.postback;
      const attempts: [string, () => Promise<unknown>][] = [
        ['finish', () => finish(log, open)],
        ['begin', () => log.begin({ account: ACCOUNT, entries: makeEntries(2) })],
        ['begin again', () => log.begin({ account: ACCOUNT, entries: [rest], batchId })],
        ['storeUnsent', () => leave(log, makeEntries(3))],
        ['persistBuffered', () => log.persistBuffered(ACCOUNT, makeEntries(4))],
        ['skip', () => log.skip([{ eventId, event: 'purchase', reason: 'organic' }])],
        ['claim', () => log.claim([{ id: makeEntries(1)[0]!.postback.id }])],
        ['claimPending', () => log.claimPending(AMAZON, [])],
        ['claimRecovered', () => log.claimRecovered([AMAZON], [], 10)],
        ['saveCheckpoint', () => log.saveCheckpoint('/data/events.jsonl', place)],
        ['renewLease', () => log.renewLease()],
        ['close', () => log.close({ summary: {} })],
      ];
      for (const [name, attempt] of attempts) {
        await expect(attempt(), name).rejects.toMatchObject({
          kind: 'network',
          code: 'run_taken_over',
        });
      }
      expect(await planStatesOf(other, makeEntries(1, 2, 3, 4, 5))).toEqual([
        'pending',
        'new',
        'new',
        'new',
        'pending',
      ]);
      expect(await other.findCheckpoint('/data/events.jsonl')).toBeUndefined();
      await other.close({});
      const rows = await listRows(store, { statuses: ['success', 'skipped', 'retried'] });
      expect(rows.map(({ eventId: id, status }) => [id, status])).toEqual(
        uuids(1, 5).map((id) => [id, 'retried']),
      );
    });

    it('delivers nothing that its successor delivers', async () => {
      const store = await make();
      const log = await openRun(store);
      const open = await begin(log, makeEntries(1, 2));
      await store.expire(log);
      const other = await openRun(store);
      await other.recoverAbandonedRuns();
      await other.claimRecovered([AMAZON], [], 10);
      const claimed = await other.listClaimed({ network: 'amazon' }, 10);
      expect(idsOf(claimed)).toEqual(uuids(1, 2));
      await deliver(other, claimed);
      await expect(finish(log, open)).rejects.toMatchObject({ code: 'run_taken_over' });
      await other.close({});
      const delivered = await listRows(store, { statuses: ['success'] });
      expect(delivered.map(({ run }) => run)).toEqual([other.run.name, other.run.name]);
    });
  });
}
