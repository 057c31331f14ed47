import { describe, expect, it } from 'vitest';

import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { Subject } from '../../../../src/log/maintenance.js';
import { erasePerson, openEmptyMemory, openPeopleRecorder } from '../../../../src/log/open-log.js';
import { testRandom } from '../../../kit/seeded-random.js';
import { makeUuid } from '../../../kit/events.js';
import {
  ACCOUNT,
  begin,
  deliver,
  FAILURE,
  finish,
  idsOf,
  leave,
  listRows,
  listUndelivered,
  lookUp,
  makeAlias,
  makeEntries,
  makeEvent,
  makeOnce,
  makeVisit,
  openRun,
  planEntry,
  read,
  runOnce,
  uuids,
  type MakeStore,
  type TestStore,
} from './harness.js';

const PURCHASE = makeEvent({ messageId: makeUuid(1), userId: 'player', anonymousId: 'visitor' });
const BY_PLAYER = makeEvent({ messageId: makeUuid(2), userId: 'player', anonymousId: 'game' });
const ALIAS = makeAlias('visitor', 'player');

function erase({ location }: TestStore, subject: Subject, dryRun = false) {
  const { signal } = new AbortController();
  const options = { random: testRandom, dryRun, signal, makeRemoval: () => undefined };
  return erasePerson(location, subject, options);
}

/** Contract section 5.8, and erasure. */
export function describePeople(make: MakeStore): void {
  describe('players', () => {
    it('keep the paid click that brought them, under every name', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await log.remember([makeVisit('visitor')]);
        const byVisitor = await lookUp(log, PURCHASE, { ownClick: false });
        expect(byVisitor.click?.fields.utm_source).toBe('amazon_ads');
        const before = await lookUp(log, BY_PLAYER, { ownClick: false });
        expect(before.click).toBeUndefined();
      });
      await runOnce(store, async (log) => {
        const identities = [ALIAS];
        const after = await lookUp(log, BY_PLAYER, { ownClick: false, identities });
        expect(after.click?.fields.utm_source).toBe('amazon_ads');
        expect(after.postbacks).toMatchObject([{ network: 'amazon', state: 'new' }]);
      });
    });

    it('are found by a click in the same look-up', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        const identities = [makeVisit('visitor')];
        const known = await lookUp(log, PURCHASE, { ownClick: false, identities });
        expect(known.click).toBeDefined();
      });
    });

    it('are remembered by what other runs read, too', async () => {
      const store = await make();
      const log = await openRun(store);
      expect((await lookUp(log, BY_PLAYER, { ownClick: false })).click).toBeUndefined();
      await runOnce(store, (other) => other.remember([makeVisit('visitor'), ALIAS]));
      expect((await lookUp(log, BY_PLAYER, { ownClick: false })).click).toBeDefined();
      await log.close({});
    });

    it('have one key for all names that an alias joins', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        const visitor = makeEvent({
          messageId: makeUuid(3),
          userId: undefined,
          anonymousId: 'visitor',
        });
        const apart = [await lookUp(log, BY_PLAYER), await lookUp(log, visitor)];
        expect(apart[0]?.player).not.toBe(apart[1]?.player);
        await log.remember([ALIAS]);
        const joined = [await lookUp(log, BY_PLAYER), await lookUp(log, visitor)];
        expect(joined[0]?.player).toBe(joined[1]?.player);
        expect(joined[0]?.player).toMatch(/^[0-9a-f]{32}$/);
      });
    });

    it('are recorded ahead of a delivery', async () => {
      const store = await make();
      const recorder = await openPeopleRecorder(store.location);
      await recorder.record([makeVisit('visitor')]);
      await recorder.close();
      await runOnce(store, async (log) => {
        expect((await lookUp(log, PURCHASE, { ownClick: false })).click).toBeDefined();
      });
    });
  });

  describe('a dry run', () => {
    it('joins what the log knows with what it reads, and records none of it', async () => {
      const store = await make();
      await runOnce(store, (log) => log.remember([ALIAS]));
      await read(store, async (reader) => {
        const memory = reader.openDryRunMemory();
        await memory.remember([makeVisit('visitor')]);
        expect((await lookUp(memory, BY_PLAYER, { ownClick: false })).click).toBeDefined();
        memory.take(makeOnce(1).postback);
        const { person } = makeOnce(1).postback;
        const lock = { goal: 'first-purchase', test: false, person: person as string };
        expect(await memory.findLockOwners([{ ...lock, id: 'x' }])).toEqual([
          makeOnce(1).postback.id,
        ]);
        await memory.close();
      });
      await runOnce(store, async (log) => {
        expect((await lookUp(log, BY_PLAYER, { ownClick: false })).click).toBeUndefined();
      });
    });

    it('knows what the log has delivered and who was erased', async () => {
      const store = await make();
      await runOnce(store, (log) => deliver(log, makeEntries(1)));
      await erase(store, { userId: 'erased' });
      await read(store, async (reader) => {
        const memory = reader.openDryRunMemory();
        const delivered = makeEvent({ messageId: makeUuid(1) });
        const known = await lookUp(memory, delivered, { goal: 'first-purchase' });
        expect(known.postbacks).toMatchObject([{ state: 'known' }]);
        const erased = makeEvent({ messageId: makeUuid(7), userId: 'erased' });
        expect((await lookUp(memory, erased)).isSuppressed).toBe(true);
        await memory.close();
      });
    });

    it('works where nothing was ever sent', async () => {
      const memory = await openEmptyMemory('game');
      await memory.remember([makeVisit('visitor'), ALIAS]);
      expect((await lookUp(memory, BY_PLAYER, { ownClick: false })).click).toBeDefined();
      await memory.close();
    });
  });

  describe('an erasure', () => {
    it('removes a person under every name, and suppresses new postbacks', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await log.remember([makeVisit('visitor'), ALIAS]);
        await deliver(log, [await planEntry(log, PURCHASE)]);
        await leave(log, [await planEntry(log, BY_PLAYER, false), ...makeEntries(50)]);
      });
      const { receipt } = await erase(store, { userId: 'player' });
      expect(receipt).toMatchObject({
        pendingPurged: 1,
        otherPurged: 0,
        clicksRemoved: 1,
        claimsRemoved: 1,
        listsLeft: 0,
        deliveredKept: { amazon: 1 },
      });
      expect(receipt.receipt).toMatch(/^erasure-[0-9a-f]{12}$/);
      expect(receipt.suppressed).toBeGreaterThanOrEqual(2);
      expect(idsOf(await listUndelivered(store))).toEqual(uuids(50));
      await runOnce(store, async (log) => {
        for (const event of [PURCHASE, BY_PLAYER])
          expect((await lookUp(log, event)).isSuppressed).toBe(true);
        expect(
          (
            await lookUp(
              log,
              makeEvent({ userId: 'other', anonymousId: 'o' }, { email: undefined }),
            )
          ).isSuppressed,
        ).toBe(false);
      });
    });

    it('removes failed and skipped postbacks, and finds a person by e-mail address', async () => {
      const store = await make();
      const mail = (number: number, email: string): ConversionEvent =>
        makeEvent(
          { messageId: makeUuid(number), userId: `u-${number}`, anonymousId: undefined },
          { email },
        );
      await runOnce(store, async (log) => {
        await deliver(log, [await planEntry(log, mail(1, 'Gone@Example.com'))], [FAILURE]);
        await leave(log, [await planEntry(log, mail(2, 'stays@example.com'))]);
      });
      const { receipt } = await erase(store, { email: 'gone@example.com' });
      expect(receipt).toMatchObject({ pendingPurged: 0, otherPurged: 1, claimsRemoved: 0 });
      expect(idsOf(await listUndelivered(store))).toEqual(uuids(2));
      await runOnce(store, async (log) => {
        expect((await lookUp(log, mail(3, 'gone@example.com'))).isSuppressed).toBe(true);
        // The id on the erased postback is the same person.
        const byId = makeEvent({ userId: 'u-1', anonymousId: undefined }, { email: undefined });
        expect((await lookUp(log, byId)).isSuppressed).toBe(true);
        expect((await lookUp(log, mail(2, 'stays@example.com'))).isSuppressed).toBe(false);
      });
    });

    it('7: reaches runs that are at work', async () => {
      const store = await make();
      const log = await openRun(store);
      const entry = await planEntry(log, PURCHASE);
      const deferred = await planEntry(log, BY_PLAYER, false);
      await leave(log, [deferred], true);
      await erase(store, { userId: 'player' });
      const { open, dropped } = await log.begin({ account: ACCOUNT, entries: [entry] });
      expect([open, dropped]).toMatchObject([undefined, [{ reason: 'suppressed' }]]);
      expect(await leave(log, [entry])).toMatchObject([{ reason: 'suppressed' }]);
      expect(await log.listClaimed({ network: 'amazon' }, 10)).toEqual([]);
      expect((await lookUp(log, PURCHASE)).isSuppressed).toBe(true);
      await log.close({});
    });

    it('waits for a request with the person that is in flight', async () => {
      const store = await make();
      const log = await openRun(store);
      const open = await begin(log, [await planEntry(log, PURCHASE)]);
      let isDone = false;
      const erasing = erase(store, { userId: 'player' }).then((erased) => {
        isDone = true;
        return erased;
      });
      // The suppression is recorded before the erasure begins to wait.
      while (!(await lookUp(log, PURCHASE)).isSuppressed) await store.location.clock.sleep(5);
      expect(isDone).toBe(false);
      await finish(log, open);
      expect((await erasing).receipt.deliveredKept).toEqual({ amazon: 1 });
      await log.close({});
      expect((await listRows(store)).map(({ status }) => status)).toEqual(['success']);
    });

    it('changes nothing in a dry run, and counts the same', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await log.remember([makeVisit('visitor'), ALIAS]);
        await leave(log, [await planEntry(log, PURCHASE)]);
      });
      const { receipt: dry } = await erase(store, { anonymousId: 'visitor' }, true);
      expect(dry).toMatchObject({ receipt: 'dry-run', rewritten: false, pendingPurged: 1 });
      expect(idsOf(await listUndelivered(store))).toEqual(uuids(1));
      const { receipt } = await erase(store, { anonymousId: 'visitor' });
      const { receipt: _receipt, erasedAt: _at, rewritten: _rewritten, ...counts } = receipt;
      expect(dry).toMatchObject(counts);
    });

    it('can be repeated, and takes a person of whom nothing is known', async () => {
      const store = await make();
      await runOnce(store, (log) => log.remember([makeVisit('visitor')]));
      const { receipt } = await erase(store, { userId: 'nobody' });
      expect(receipt).toMatchObject({ suppressed: 1, pendingPurged: 0, clicksRemoved: 0 });
      await erase(store, { userId: 'nobody' });
      await runOnce(store, async (log) => {
        const nobody = makeEvent({ userId: 'nobody', anonymousId: undefined });
        expect((await lookUp(log, nobody)).isSuppressed).toBe(true);
      });
    });
  });
}
