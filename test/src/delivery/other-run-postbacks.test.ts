import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Clock } from '../../../src/clock.js';
import { InFlightSet } from '../../../src/delivery/in-flight-set.js';
import { Elsewhere } from '../../../src/delivery/other-run-postbacks.js';
import { Tally } from '../../../src/delivery/tally.js';
import type { DeliveryLog } from '../../../src/log/delivery-log.js';
import type { Entry, EntryVerdict, OpenRequest } from '../../../src/log/entry.js';
import { LEASE_MS } from '../../../src/log/run.js';
import { DELIVERED, makeEntry, makeFolder, openLog, WORKSPACE } from '../../kit/log.js';

const ACCOUNT = '1234567890123';
const SUCCESS: EntryVerdict = { status: 'success', outcome: DELIVERED };
const BATCH = 1_000;
/** More than are kept in memory. */
const BATCHES = 13;

/**
 * Two runs with one log: one has requests open with postbacks that the other meets.
 * @param sleep what happens while the other waits, and how long that takes, in milliseconds
 */
async function openRuns(sleep: (ms: number) => Promise<number>) {
  const path = join(makeFolder(), WORKSPACE, 'delivery.db');
  const [log, other] = [openLog(path), openLog(path)];
  let nowMs = Date.now();
  const clock: Clock = {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += await sleep(ms);
    },
  };
  const tally = new Tally({
    run: log.run.name,
    workspace: WORKSPACE,
    accounts: { amazon: ACCOUNT },
    command: 'send',
  });
  const queue = { account: ACCOUNT, add: () => undefined, deferToLog: () => undefined };
  const elsewhere = new Elsewhere({
    log,
    queueOf: () => queue,
    clock,
    tally,
    inFlight: new InFlightSet(),
    mappingOf: () => undefined,
    report: () => undefined,
    signal: new AbortController().signal,
  });
  const meet = async (batch: number): Promise<OpenRequest> => {
    const entries = Array.from({ length: BATCH }, (_, index) => makeEntry(batch * BATCH + index));
    const open = await begin(other, entries);
    tally.plan('amazon', entries.length);
    for (const { postback } of entries) elsewhere.add(postback);
    return open;
  };
  const finish = (open: OpenRequest): Promise<unknown> =>
    other.finish({
      account: ACCOUNT,
      open,
      result: {
        http: 207,
        latencyMs: 12,
        requestId: 'r',
        verdicts: Array.from({ length: BATCH }, () => SUCCESS),
      },
      again: [],
    });
  const close = async (): Promise<void> => {
    await other.close({});
    await log.close({});
  };
  return { elsewhere, tally, meet, finish, close };
}

async function begin(log: DeliveryLog, entries: Entry[]): Promise<OpenRequest> {
  const { open } = await log.begin({ account: ACCOUNT, entries });
  if (!open) throw new Error('every entry was taken');
  return open;
}

describe('7: postbacks that another run is delivering', () => {
  it('are waited for before there are more than fit into memory', async () => {
    const requests: OpenRequest[] = [];
    const runs = await openRuns(async (ms) => {
      const open = requests.shift();
      if (open) await runs.finish(open);
      return ms;
    });
    const { elsewhere, tally } = runs;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      requests.push(await runs.meet(batch));
      await elsewhere.makeRoom();
      expect(elsewhere.size).toBeLessThan(10_000);
    }
    while (await elsewhere.awaitChange());
    expect(tally.summary.waiting.other_run).toBeUndefined();
    expect(tally.summary.skips).toEqual({ duplicate: BATCH * BATCHES });
    await runs.close();
  });

  it('do not keep a run from reading when the other does not get on for a lease', async () => {
    let waits = 0;
    const runs = await openRuns(() => {
      waits += 1;
      return Promise.resolve(LEASE_MS / 3);
    });
    const { elsewhere, tally } = runs;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      await runs.meet(batch);
      await elsewhere.makeRoom();
    }
    expect(waits).toBe(4);
    expect(await elsewhere.awaitChange()).toBe(false);
    expect(tally.summary.waiting.other_run).toBe(BATCH * BATCHES);
    await runs.close();
  });
});
