import { describe, expect, it } from 'vitest';

import type { Entry } from '../../../../src/log/entry.js';
import { makeEntry } from '../../../kit/log.js';
import { makeUuid } from '../../../kit/events.js';
import {
  ACCOUNT,
  begin,
  collect,
  deliver,
  FAILURE,
  finish,
  idsOf,
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
} from './harness.js';

/** Requests, their answers and dedupe: contract sections 5.1, 5.2 and 5.5. */
export function describeRequests(make: MakeStore): void {
  describe('requests', () => {
    it('5.1: knows what was delivered, failed and left pending, in this run and a later one', async () => {
      const store = await make();
      const entries = makeEntries(1, 2, 3, 4);
      await runOnce(store, async (log) => {
        await deliver(log, entries.slice(0, 2), [SUCCESS, FAILURE]);
        await leave(log, entries.slice(2, 3));
        expect(await planStatesOf(log, entries)).toEqual(['known', 'known', 'pending', 'new']);
      });
      await runOnce(store, async (log) => {
        expect(await planStatesOf(log, entries)).toEqual(['known', 'known', 'pending', 'new']);
      });
    });

    it('5.1: goals with the same event are told apart', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await deliver(log, [makeEntry(1)]);
        const other = makeEntry(1, makeUuid(1), 'other-goal');
        expect(await planStatesOf(log, [makeEntry(1), other])).toEqual(['known', 'new']);
      });
    });

    it('5.1: takes event ids that are not UUIDs', async () => {
      const store = await make();
      const entries = ['order 17', 'ORDER 17', 'a'.repeat(200), 'ünï'].map((id, index) =>
        makeEntry(index, id),
      );
      await runOnce(store, (log) => deliver(log, entries));
      await runOnce(store, async (log) => {
        const { postback } = entries[1] as Entry;
        expect(await planStatesOf(log, entries)).toEqual(['known', 'known', 'known', 'known']);
        expect(await log.findStates([{ ...postback, id: 'f'.repeat(32), eventId: 'x' }])).toEqual([
          'unknown',
        ]);
      });
      const shown = (await listRows(store)).map(({ eventId }) => eventId);
      expect(shown).toEqual(entries.map(({ postback }) => postback.eventId));
    });

    it('5.1: drops what another run has delivered since it was planned', async () => {
      const store = await make();
      const log = await openRun(store);
      const other = await openRun(store);
      await deliver(other, makeEntries(1, 2));
      const begun = await log.begin({ account: ACCOUNT, entries: makeEntries(2, 3) });
      expect(idsOf(begun.open?.entries ?? [])).toEqual(uuids(3));
      expect(begun.dropped).toMatchObject([{ reason: 'duplicate' }]);
      const nothing = await log.begin({ account: ACCOUNT, entries: makeEntries(1) });
      expect(nothing.open).toBeUndefined();
      await log.close({});
      await other.close({});
    });

    it('5.1: drops what another run has left pending since it was planned', async () => {
      const store = await make();
      const log = await openRun(store);
      await runOnce(store, (other) => leave(other, makeEntries(1)));
      const begun = await log.begin({ account: ACCOUNT, entries: makeEntries(1, 2) });
      expect(idsOf(begun.open?.entries ?? [])).toEqual(uuids(2));
      expect(begun.dropped).toMatchObject([{ reason: 'duplicate' }]);
      expect(await leave(log, makeEntries(1))).toMatchObject([{ reason: 'duplicate' }]);
      const [{ postback }] = makeEntries(1) as [Entry];
      expect(await log.inquire([{ postback, account: ACCOUNT }])).toMatchObject([{ stored: true }]);
      await log.close({});
    });

    it('5.1: of runs that record the same ids at once, one gets each', async () => {
      const store = await make();
      const logs = [await openRun(store), await openRun(store), await openRun(store)];
      const numbers = Array.from({ length: 200 }, (_, index) => index);
      const taken = await Promise.all(
        logs.map(async (log, index) => {
          const order = index === 1 ? [...numbers].reverse() : numbers;
          const all: string[] = [];
          for (let at = 0; at < order.length; at += 50) {
            const entries = makeEntries(...order.slice(at, at + 50));
            const { open } = await log.begin({ account: ACCOUNT, entries });
            all.push(...idsOf(open?.entries ?? []));
          }
          return all;
        }),
      );
      expect(taken.flat().sort()).toEqual(uuids(...numbers).sort());
      for (const log of logs) await log.close({});
    });

    it('5.1: of runs that leave and send the same ids at once, one gets each', async () => {
      const store = await make();
      const [log, other] = [await openRun(store), await openRun(store)];
      const twice: string[] = [];
      for (let number = 0; number < 60; number++) {
        const entries = makeEntries(number);
        const [begun, dropped] = await Promise.all([
          log.begin({ account: ACCOUNT, entries }),
          leave(other, entries),
        ]);
        if (begun.open && dropped.length === 0) twice.push(...idsOf(entries));
        expect(begun.dropped.length + dropped.length).toBeLessThan(2);
      }
      expect(twice).toEqual([]);
      await log.close({});
      await other.close({});
    });

    it('counts the attempts of a postback that is tried again, and shows each', async () => {
      const store = await make();
      const [first, second] = makeEntries(1, 2) as [Entry, Entry];
      await runOnce(store, async (log) => {
        const open = await begin(log, [first, second]);
        const rest = { ...second, attempts: 1 };
        const [batchId] = (await finish(log, open, [SUCCESS, RETRY], [[rest]])) ?? [];
        await finish(log, await begin(log, [rest], batchId));
        expect(await planStatesOf(log, [first, second])).toEqual(['known', 'known']);
      });
      expect(await listRows(store, { eventIds: [second.postback.eventId] })).toMatchObject([
        { status: 'retried', attempt: 1, http: 207, kind: 'throttled', reason: 'http_429' },
        { status: 'success', attempt: 2, http: 207, requestId: 'r-1', latencyMs: 12 },
      ]);
      expect(await listUndelivered(store)).toEqual([]);
    });

    it('5.5: divides a batch, and each part goes its own way', async () => {
      const store = await make();
      const [first, second, third] = makeEntries(1, 2, 3) as [Entry, Entry, Entry];
      await runOnce(store, async (log) => {
        const open = await begin(log, [first, second, third]);
        const [whole] =
          (await finish(log, open, [RETRY, RETRY, RETRY], [[first, second, third]])) ?? [];
        const parts = await log.divide(ACCOUNT, whole as number, [[first], [second, third]]);
        expect(parts).toHaveLength(2);
        await finish(log, await begin(log, [first], parts?.[0]), [FAILURE]);
        await finish(log, await begin(log, [second, third], parts?.[1]));
        expect(await log.divide(ACCOUNT, whole as number, [[first]])).toBeUndefined();
      });
      expect((await listRows(store)).map(({ eventId, status }) => [eventId, status])).toEqual([
        ...uuids(1, 2, 3).map((id) => [id, 'retried']),
        [makeUuid(1), 'failed'],
        ...uuids(2, 3).map((id) => [id, 'success']),
      ]);
      expect(idsOf(await listUndelivered(store))).toEqual(uuids(1));
    });

    it('leaves what expired out of a batch, and keeps the rest in it', async () => {
      const store = await make();
      const [first, second] = makeEntries(1, 2) as [Entry, Entry];
      await runOnce(store, async (log) => {
        const open = await begin(log, [first, second]);
        const [batchId] = (await finish(log, open, [RETRY, RETRY], [[first, second]])) ?? [];
        const outcome = { kind: 'expired', reason: 'too_old' } as const;
        const leaving = { account: ACCOUNT, entries: [first], batchId, rest: [second] };
        expect(await log.storeUnsent({ ...leaving, state: 'failed', outcome })).toEqual([]);
        await finish(log, await begin(log, [second], batchId));
      });
      expect(await listUndelivered(store)).toMatchObject([
        {
          state: 'failed',
          kind: 'expired',
          reason: 'too_old',
          postback: { id: first.postback.id },
        },
      ]);
    });

    it('defers what used up its attempts to rows that this run has claimed', async () => {
      const store = await make();
      const other = await openRun(store);
      const log = await openRun(store);
      const [entry] = makeEntries(1) as [Entry];
      await deliver(log, [entry], [{ ...RETRY, rowState: 'deferred' }]);
      const claimed = await log.listClaimed({ network: 'amazon' }, 10);
      expect(claimed).toMatchObject([{ attempts: 1, stored: true, postback: entry.postback }]);
      expect(await other.claim([{ id: entry.postback.id }])).toEqual([undefined]);
      await deliver(log, claimed);
      expect(await log.listClaimed({ network: 'amazon' }, 10)).toEqual([]);
      await log.close({});
      await other.close({});
    });

    it('keeps the payload of what was delivered, for a replay', async () => {
      const store = await make();
      await runOnce(store, (log) =>
        deliver(log, makeEntries(1, 2, 3), [SUCCESS, FAILURE, SUCCESS]),
      );
      const delivered = await read(store, (reader) =>
        collect(reader.listDelivered({ states: ['delivered'] })),
      );
      expect(idsOf(delivered)).toEqual(uuids(1, 3));
      expect(delivered[0]).toMatchObject({
        state: 'delivered',
        account: ACCOUNT,
        attempts: 1,
        postback: { facts: { number: 1 }, value: '9.99', currency: 'USD' },
      });
    });

    it('keeps no payload where the setting says so', async () => {
      const store = await make();
      const log = await openRun(store, 'send', { keepDelivered: 0 });
      await deliver(log, makeEntries(1));
      await log.close({});
      const delivered = await read(store, (reader) =>
        collect(reader.listDelivered({ states: ['delivered'] })),
      );
      expect(delivered).toEqual([]);
    });

    it('records a full request of 1,000 postbacks, and knows each of them', async () => {
      const store = await make();
      const entries = makeEntries(...Array.from({ length: 1000 }, (_, index) => index));
      const other = await openRun(store);
      await runOnce(store, (log) => deliver(log, entries));
      const some = [entries[0], entries[499], entries[999]] as Entry[];
      const { open, dropped } = await other.begin({ account: ACCOUNT, entries });
      expect([open, dropped.length]).toEqual([undefined, 1000]);
      expect(await planStatesOf(other, some)).toEqual(['known', 'known', 'known']);
      await other.close({});
      expect(await listRows(store)).toHaveLength(1000);
    });
  });
}
