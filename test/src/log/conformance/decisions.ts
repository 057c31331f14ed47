import { describe, expect, it } from 'vitest';

import type { DeliveryLog } from '../../../../src/log/delivery-log.js';
import type { Entry, EntryVerdict } from '../../../../src/log/entry.js';
import { REFUSED } from '../../../kit/log.js';
import {
  ACCEPTED,
  ACCOUNT,
  begin,
  collect,
  FAILURE,
  finish,
  idsOf,
  listRows,
  listUndelivered,
  makeEntries,
  makeOnce,
  openRun,
  planStatesOf,
  read,
  runOnce,
  SUCCESS,
  uuids,
  type MakeStore,
} from './harness.js';

const UNDECIDED: EntryVerdict = {
  status: 'accepted',
  outcome: { kind: 'processing', reason: 'processing' },
};
const AGAIN: EntryVerdict = { status: 'retried', outcome: REFUSED };

async function accept(log: DeliveryLog, entries: readonly Entry[]): Promise<void> {
  await finish(
    log,
    await begin(log, entries),
    entries.map(() => ACCEPTED),
  );
}

/** Networks that accept first and decide later: contract section 5.6. */
export function describeDecisions(make: MakeStore): void {
  describe('accepted requests', () => {
    it('wait for their decision, and are not sent again', async () => {
      const store = await make();
      await runOnce(store, (log) => accept(log, makeEntries(1, 2)));
      await runOnce(store, async (log) => {
        expect(await planStatesOf(log, makeEntries(1, 2))).toEqual(['known', 'known']);
        expect(await log.listAccepted(['google'])).toEqual([]);
        const [accepted, ...others] = await log.listAccepted(['amazon', 'google']);
        expect(others).toEqual([]);
        expect(accepted).toMatchObject({
          network: 'amazon',
          account: ACCOUNT,
          remoteId: 'r-1',
          total: 2,
          positions: [0, 1],
          entries: [{ attempts: 1, stored: true }, { attempts: 1 }],
        });
      });
    });

    it('5.6: get the verdict of each postback', async () => {
      const store = await make();
      await runOnce(store, (log) => accept(log, makeEntries(1, 2, 3, 4)));
      await runOnce(store, async (log) => {
        const [accepted] = await log.listAccepted(['amazon']);
        const verdicts = [SUCCESS, FAILURE, UNDECIDED, { ...AGAIN, rowState: 'pending' as const }];
        expect(await log.recordDecision(accepted!, { verdicts, again: false })).toBe(true);
        const [open] = await log.listAccepted(['amazon']);
        expect(idsOf(open!.entries)).toEqual(uuids(3));
        expect(open).toMatchObject({ positions: [2], total: 4 });
      });
      expect((await listRows(store)).map(({ eventId, status }) => [eventId, status])).toEqual(
        uuids(1, 2, 3, 4).map((id, index) => [
          id,
          ['success', 'failed', 'accepted', 'retried'][index],
        ]),
      );
      const rows = await listUndelivered(store);
      expect(rows.map(({ postback, state }) => [postback.eventId, state])).toEqual(
        uuids(2, 3, 4).map((id, index) => [id, ['failed', 'pending', 'pending'][index]]),
      );
      const delivered = await read(store, (reader) =>
        collect(reader.listDelivered({ states: ['delivered'] })),
      );
      expect(delivered).toMatchObject([{ attempts: 1, postback: { facts: { number: 1 } } }]);
    });

    it('are decided by one run', async () => {
      const store = await make();
      await runOnce(store, (log) => accept(log, makeEntries(1)));
      const [log, other] = [await openRun(store), await openRun(store)];
      const [accepted] = await log.listAccepted(['amazon']);
      const decision = { verdicts: [SUCCESS], again: false };
      expect(await other.recordDecision(accepted!, decision)).toBe(true);
      expect(await log.recordDecision(accepted!, decision)).toBe(false);
      await log.close({});
      await other.close({});
    });

    it('5.5: are sent again by the run that asked, where the network names no bad event', async () => {
      const store = await make();
      await runOnce(store, (log) => accept(log, makeEntries(1, 2)));
      const log = await openRun(store);
      const [accepted] = await log.listAccepted(['amazon']);
      await log.recordDecision(accepted!, { verdicts: [AGAIN, AGAIN], again: true });
      expect(await log.listAccepted(['amazon'])).toEqual([]);
      const claimed = await log.listClaimed({ network: 'amazon' }, 10);
      expect(claimed).toMatchObject([{ attempts: 1, stored: true }, { attempts: 1 }]);
      await finish(log, await begin(log, claimed.slice(0, 1)), [FAILURE]);
      await finish(log, await begin(log, claimed.slice(1)), [ACCEPTED]);
      await log.close({});
      expect((await listRows(store, { eventIds: uuids(2) })).map(({ status }) => status)).toEqual([
        'retried',
        'accepted',
      ]);
    });

    it('5.8: release the once-per-player lock of what failed in the end', async () => {
      const store = await make();
      await runOnce(store, async (log) => {
        await accept(log, [makeOnce(1)]);
        expect(
          (await log.begin({ account: ACCOUNT, entries: [makeOnce(2)] })).open,
        ).toBeUndefined();
        const [accepted] = await log.listAccepted(['amazon']);
        await log.recordDecision(accepted!, { verdicts: [FAILURE], again: false });
        expect((await begin(log, [makeOnce(2)])).entries).toHaveLength(1);
      });
    });
  });
}
