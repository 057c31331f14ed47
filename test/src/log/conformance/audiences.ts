import { describe, expect, it } from 'vitest';

import { derivePostbackId } from '../../../../src/identity/postback-id.js';
import type { AudienceList, StagedPerson } from '../../../../src/log/audience-records.js';
import type { DeliveryLog } from '../../../../src/log/delivery-log.js';
import type { Entry } from '../../../../src/log/entry.js';
import {
  checkRecordable,
  erasePerson,
  openEmptyAudiences,
  recordAudience,
} from '../../../../src/log/open-log.js';
import { makeChange } from '../../../../src/audiences/change.js';
import { testRandom } from '../../../kit/seeded-random.js';
import {
  ACCOUNT,
  AMAZON,
  begin,
  collect,
  deliver,
  FAILURE,
  leave,
  listRows,
  listUndelivered,
  openRun,
  read,
  runOnce,
  type MakeStore,
} from './harness.js';

const LIST: AudienceList = {
  network: 'amazon',
  account: ACCOUNT,
  id: '9007199254740993',
  name: 'High value',
  externalId: 'high-value',
  country: 'DE',
  ttlSeconds: 2_592_000,
  createdMs: 1_700_000_000_000,
};

function stage(member: string, digest = 'd1', action: StagedPerson['action'] = 'CREATE') {
  const person = { member, action, digest, names: [`name-${member}`], encrypted: `e-${member}` };
  return { ...person, content: JSON.stringify({ action, pii: {} }) } as const;
}

/** The change of one person, as a sync makes it. */
function changeOf(staged: StagedPerson, change: string, nowMs = Date.now()) {
  const postback = makeChange({ workspace: 'game', list: LIST, person: staged, change, nowMs });
  const { member, digest, names, encrypted } = staged;
  const action = staged.action === 'DELETE' ? 'DELETE' : 'CREATE';
  const membership = { list: LIST.id, member, change, action, digest, names, encrypted } as const;
  return { entry: { postback, attempts: 0 } as Entry, membership };
}

async function upload(log: DeliveryLog, member: string, change: string): Promise<void> {
  const { entry, membership } = changeOf(stage(member), change);
  await log.recordMemberships([{ membership }]);
  await deliver(log, [entry]);
}

/** Audience lists and who is in them. */
export function describeAudiences(make: MakeStore): void {
  describe('audience lists', () => {
    it('are found by id, external id and name', async () => {
      const store = await make();
      await checkRecordable(store.location);
      await recordAudience(store.location, LIST);
      const second: AudienceList = {
        network: 'amazon',
        account: ACCOUNT,
        id: '2',
        name: LIST.name,
        createdMs: LIST.createdMs + 1,
      };
      await runOnce(store, (log) => log.putAudience(second));
      await read(store, async (reader) => {
        expect(await reader.findAudiences(LIST.id)).toEqual([LIST]);
        expect(await reader.findAudiences('high-value')).toEqual([LIST]);
        expect(await reader.findAudiences('High value')).toEqual([LIST, second]);
        expect(await reader.findAudiences('other')).toEqual([]);
        expect(await reader.listAudiences()).toEqual([
          { ...LIST, members: 0, waiting: 0 },
          { ...second, members: 0, waiting: 0 },
        ]);
      });
    });

    it('count a member when the network has taken the change', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await log.putAudience(LIST);
        const { entry, membership } = changeOf(stage('m-1'), 'c-1');
        await log.recordMemberships([{ membership }]);
        const counts = (): Promise<unknown> => read(store, (reader) => reader.listAudiences());
        expect(await counts()).toMatchObject([{ members: 0, waiting: 1 }]);
        await deliver(log, [entry]);
        expect(await counts()).toMatchObject([{ members: 1, waiting: 0 }]);
        await upload(log, 'm-2', 'c-2');
        const removal = changeOf(stage('m-1', '', 'DELETE'), 'c-3');
        await log.recordMemberships([{ membership: removal.membership }]);
        await deliver(log, [removal.entry]);
        expect(await counts()).toMatchObject([{ members: 1, waiting: 0 }]);
      });
    });

    it('keep no payload of an upload', async () => {
      const store = await make();
      await runOnce(store, (log) => upload(log, 'm-1', 'c-1'));
      const delivered = await read(store, (reader) =>
        collect(reader.listDelivered({ states: ['delivered'] })),
      );
      expect(delivered).toEqual([]);
    });

    it('replace a change that still waits', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        const old = changeOf(stage('m-1'), 'c-1');
        await log.recordMemberships([{ membership: old.membership }]);
        await leave(log, [old.entry]);
        const fresh = changeOf(stage('m-1', 'd2'), 'c-2');
        const replaces = old.entry.postback.id;
        await log.recordMemberships([{ membership: fresh.membership, replaces }]);
        expect(await log.findStates([old.entry.postback])).toEqual(['unknown']);
        const { open, dropped } = await log.begin({
          account: ACCOUNT,
          entries: [old.entry, fresh.entry],
        });
        expect(dropped).toMatchObject([{ reason: 'superseded' }]);
        expect(open?.entries).toMatchObject([{ postback: { eventId: 'c-2' } }]);
      });
    });

    it('are delivered by a queue of their own, and never claimed as conversions', async () => {
      const store = await make();
      const { entry, membership } = changeOf(stage('m-1'), 'c-1');
      await runOnce(store, async (log) => {
        await log.recordMemberships([{ membership }]);
        await deliver(log, [entry], [FAILURE]);
      });
      const failed = await listUndelivered(store);
      const log = await openRun(store, 'replay');
      expect(await log.reclaim(failed)).toMatchObject({
        claimed: [{ isForLists: true, count: 1 }],
      });
      expect(await log.listClaimed({ network: 'amazon' }, 10)).toEqual([]);
      const lists = { network: 'amazon', isForLists: true } as const;
      expect(await log.listClaimed(lists, 10)).toMatchObject([
        { postback: { membership: { list: LIST.id, member: 'm-1' }, facts: { who: 'e-m-1' } } },
      ]);
      await log.close({});
      await runOnce(store, async (other) => {
        expect(await other.claimPending(AMAZON, [])).toEqual({ count: 0, others: 0 });
        await other.adoptPending([AMAZON], []);
        expect(await other.claimRecovered([AMAZON], [], 10)).toEqual([{ ids: [], others: 0 }]);
      });
    });

    it('are left out of figures, and shown in the rows of the log', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await upload(log, 'm-1', 'c-1');
        await leave(log, [changeOf(stage('m-2'), 'c-2').entry]);
        const skip = { eventId: 'm-3', event: 'audience_create', reason: 'suppressed' };
        const { goal } = changeOf(stage('m-3'), 'c-3').entry.postback;
        await log.skip([{ ...skip, goal, network: 'amazon', list: LIST.id }]);
        await begin(log, [changeOf(stage('m-4'), 'c-4').entry]);
      });
      const nowMs = Date.now() + 1000;
      const filter = { sinceMs: 0, untilMs: nowMs, nowMs, networks: [], goals: [] };
      await read(store, async (reader) => {
        const facts = reader.openFacts(filter);
        expect(await collect(facts.delivered())).toEqual([]);
        expect(await collect(facts.undelivered())).toEqual([]);
        expect(await collect(facts.skipped())).toEqual([]);
      });
      expect(await listRows(store, { eventIds: ['c-1'] })).toMatchObject([
        {
          event: 'audience_create',
          goal: `audience:${LIST.id}`,
          status: 'success',
          postbackId: derivePostbackId('game', 'amazon', `audience:${LIST.id}`, 'c-1'),
        },
      ]);
    });

    it('stage a file of people next to what is known of them', async () => {
      const store = await make();
      const log = await openRun(store);
      await upload(log, 'm-1', 'c-1');
      await upload(log, 'm-2', 'c-2');
      const staging = log.stageMemberships(LIST.id);
      expect(await staging.add([stage('m-1', 'd9'), stage('m-3')])).toBe(0);
      expect(await staging.add([stage('m-3', 'd4')])).toBe(1);
      await staging.addLeavers();
      const pairs = await collect(staging.pages());
      expect(
        pairs.map(({ staged, known }) => [staged.member, staged.action, known?.change]),
      ).toEqual([
        ['m-1', 'CREATE', 'c-1'],
        ['m-2', 'DELETE', 'c-2'],
        ['m-3', 'CREATE', undefined],
      ]);
      expect(pairs[0]).toMatchObject({
        staged: { digest: 'd9', names: ['name-m-1'], encrypted: 'e-m-1' },
        known: { digest: 'd1', action: 'CREATE', isConfirmed: true, names: ['name-m-1'] },
      });
      await staging.note([['m-3', 'add']]);
      const todo = await collect(staging.pages(true));
      expect(todo).toMatchObject([{ staged: { member: 'm-3', digest: 'd4' }, todo: 'add' }]);
      await log.close({});
      await read(store, async (reader) => {
        const again = reader.stageMemberships(LIST.id);
        await again.add([stage('m-1')]);
        expect(await collect(again.pages())).toMatchObject([{ known: { change: 'c-1' } }]);
      });
    });

    it('lose a person who is erased, by a removal that waits to be uploaded', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await log.putAudience(LIST);
        const member = log.memberKeys.ofId('player-1');
        await upload(log, member, 'c-1');
        await upload(log, 'm-2', 'c-2');
        expect(await log.findSuppressed([[member], ['m-2']])).toEqual([false, false]);
      });
      const { signal } = new AbortController();
      const erased = await erasePerson(
        store.location,
        { userId: 'player-1' },
        {
          random: testRandom,
          dryRun: false,
          signal,
          makeRemoval: (list, { member, encrypted }) => {
            const person = { ...stage(member, '', 'DELETE'), encrypted: encrypted ?? '' };
            const nowMs = Date.now();
            return makeChange({ workspace: 'game', list, person, change: 'removal', nowMs });
          },
        },
      );
      expect(erased.receipt).toMatchObject({ listsLeft: 1 });
      const [pending] = await listUndelivered(store);
      expect(erased.removals).toEqual([pending!.postback.id]);
      expect(pending).toMatchObject({ state: 'pending', reason: 'erased', account: undefined });
      await runOnce(store, async (log) => {
        const member = log.memberKeys.ofId('player-1');
        expect(await log.findSuppressed([[member], ['m-2']])).toEqual([true, false]);
        const [entry] = await log.claim([{ id: pending!.postback.id, account: ACCOUNT }]);
        await deliver(log, [entry as Entry]);
      });
      expect(await read(store, (reader) => reader.listAudiences())).toMatchObject([{ members: 1 }]);
    });

    it('can be planned where nothing was ever sent', async () => {
      const store = await openEmptyAudiences();
      expect(await store.findSuppressed([['m-1']])).toEqual([false]);
      const staging = store.stageMemberships(LIST.id);
      await staging.add([stage('m-1')]);
      expect(await collect(staging.pages())).toMatchObject([{ known: undefined }]);
    });
  });
}
