import { describe, expect, it } from 'vitest';

import type { Entry } from '../../../../src/log/entry.js';
import { makeUuid } from '../../../kit/events.js';
import {
  ACCOUNT,
  begin,
  deliver,
  FAILURE,
  finish,
  leave,
  lookUp,
  makeAlias,
  makeEvent,
  makeOnce,
  openRun,
  planEntry,
  read,
  runOnce,
  type MakeStore,
} from './harness.js';

const PURCHASE = makeEvent({ messageId: makeUuid(1), userId: 'player', anonymousId: 'visitor' });

/** Goals that count once per player: contract section 5.8. */
export function describeOncePerPlayer(make: MakeStore): void {
  describe('5.8: a goal that counts once per player', () => {
    it('holds its lock from the moment its postback is pending', async () => {
      const store = await make();
      await runOnce(store, (log) => leave(log, [makeOnce(1)]));
      await runOnce(store, async (log) => {
        const { open, dropped } = await log.begin({ account: ACCOUNT, entries: [makeOnce(2)] });
        expect([open, dropped]).toMatchObject([undefined, [{ reason: 'already_counted' }]]);
        expect(await leave(log, [makeOnce(3)])).toMatchObject([{ reason: 'already_counted' }]);
        const [entry] = await log.claim([{ id: makeOnce(1).postback.id }]);
        await deliver(log, [entry as Entry]);
        expect(
          (await log.begin({ account: ACCOUNT, entries: [makeOnce(2)] })).open,
        ).toBeUndefined();
      });
    });

    it('releases the lock when its postback has failed for good', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await deliver(log, [makeOnce(1)], [FAILURE]);
        const open = await begin(log, [makeOnce(2)]);
        await finish(log, open, [FAILURE]);
        const outcome = { kind: 'expired', reason: 'too_old' } as const;
        const expired = {
          account: ACCOUNT,
          entries: [makeOnce(3)],
          state: 'failed',
          outcome,
        } as const;
        await leave(log, [makeOnce(3)]);
        await log.storeUnsent({ ...expired, entries: [{ ...makeOnce(3), stored: true }] });
        await deliver(log, [makeOnce(4)]);
      });
    });

    it('forgets a pending conversion that lost its lock when two players were joined', async () => {
      const store = await make();
      const one = makeEvent({ messageId: makeUuid(1), userId: 'player', anonymousId: 'game' });
      const two = makeEvent({ messageId: makeUuid(2), userId: 'guest', anonymousId: 'phone' });
      await runOnce(store, async (log) => {
        const [first, second] = [await planEntry(log, one), await planEntry(log, two)];
        await leave(log, [first, second]);
        await log.remember([makeAlias('guest', 'player')]);
        const claimed = await log.claim([{ id: first.postback.id }, { id: second.postback.id }]);
        const sent = await log.begin({ account: ACCOUNT, entries: claimed as Entry[] });
        expect(sent.open?.entries).toHaveLength(1);
        expect(sent.dropped).toMatchObject([{ reason: 'already_counted' }]);
        const { postback } = sent.dropped[0]!.entry;
        expect(await log.findStates([postback])).toEqual(['unknown']);
        // It counts when the conversion that holds the lock fails for good.
        await finish(log, sent.open!, [FAILURE]);
        await begin(log, [
          sent.dropped[0]!.entry.postback.id === first.postback.id ? first : second,
        ]);
      });
    });

    it('releases the lock of a player who was joined with another since it was taken', async () => {
      const one = makeEvent({ messageId: makeUuid(1), userId: 'guest', anonymousId: 'phone' });
      const two = makeEvent({ messageId: makeUuid(2), userId: 'player', anonymousId: 'game' });
      for (const joined of [makeAlias('guest', 'player'), makeAlias('player', 'guest')]) {
        const store = await make();
        await runOnce(store, async (log) => {
          const open = await begin(log, [await planEntry(log, one)]);
          await runOnce(store, (other) => other.remember([joined]));
          await finish(log, open, [FAILURE]);
          const known = await lookUp(log, two, { goal: 'first-purchase', once: true });
          expect(known.postbacks[0]?.lockOwner).toBeUndefined();
        });
      }
    });

    it('shows who holds the lock', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        const first = await planEntry(log, PURCHASE);
        await deliver(log, [first]);
        const other = makeEvent({
          messageId: makeUuid(5),
          userId: 'player',
          anonymousId: 'visitor',
        });
        const known = await lookUp(log, other, { goal: 'first-purchase', once: true });
        expect(known.postbacks).toMatchObject([{ state: 'new', lockOwner: first.postback.id }]);
        const repeatable = await lookUp(log, other, { goal: 'first-purchase' });
        expect(repeatable.postbacks[0]?.lockOwner).toBeUndefined();
      });
      const { person } = makeOnce(1).postback;
      const lock = { goal: 'first-purchase', test: false, person: person as string, id: '' };
      expect(await read(store, (reader) => reader.findLockOwners([lock]))).toEqual([undefined]);
    });

    it('keeps test events and real ones apart', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await deliver(log, [makeOnce(1)]);
        const test = makeOnce(2);
        await deliver(log, [{ ...test, postback: { ...test.postback, test: true } }]);
      });
    });

    it('counts one conversion of each player when runs record them at once', async () => {
      const store = await make();
      const logs = [await openRun(store), await openRun(store), await openRun(store)];
      const players = Array.from({ length: 20 }, (_, index) => index);
      const counted = await Promise.all(
        logs.map(async (log, run) => {
          const order = run === 1 ? [...players].reverse() : players;
          const entries = order.map((player) =>
            makeOnce(run * 100 + player, player.toString(16).padStart(32, '0')),
          );
          const { open } = await log.begin({ account: ACCOUNT, entries });
          return (open?.entries ?? []).map(({ postback }) => postback.person);
        }),
      );
      expect(counted.flat().sort()).toEqual(
        players.map((player) => player.toString(16).padStart(32, '0')).sort(),
      );
      for (const log of logs) await log.close({});
    });
  });
}
