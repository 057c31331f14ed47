import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../../../src/clock.js';
import type { Checkpoint } from '../../../../src/events/source-position.js';
import { makeEntry, WORKSPACE } from '../../../kit/log.js';
import { hasPostgres, startPostgres, type TestServer } from '../../../kit/postgres.js';
import { ACCOUNT, openRun } from '../conformance/harness.js';

const ROUNDS = 60;
const ENTRIES = 200;
const FILE = '/data/events.jsonl';

describe.skipIf(!hasPostgres())('two runs of one file', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  it('7: record ids and the checkpoint of the file without a deadlock', async () => {
    const location = {
      path: '/nowhere',
      server: { url: await server.makeDatabase(), variables: {} },
      workspace: WORKSPACE,
      clock: systemClock,
    };
    const store = { location, kill: () => Promise.resolve(), expire: () => Promise.resolve() };
    const [one, two] = [await openRun(store), await openRun(store)];
    const checkpoint = (offset: number): Checkpoint => {
      const file = { device: '1', inode: '2', head: 'a'.repeat(64), headBytes: 10 };
      return { ...file, offset, line: offset };
    };
    let taken = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const entries = Array.from({ length: ENTRIES }, (_, index) =>
        makeEntry(round * ENTRIES + index),
      );
      const marks = [{ path: FILE, checkpoint: checkpoint(round) }];
      // One shares a transaction between a checkpoint and a request; the other's request has it.
      const [, first, second] = await Promise.all([
        one.saveCheckpoint(FILE, checkpoint(round)),
        one.begin({ account: ACCOUNT, entries }),
        two.begin({ account: ACCOUNT, entries, checkpoints: marks }),
      ]);
      taken += (first.open?.entries.length ?? 0) + (second.open?.entries.length ?? 0);
    }
    expect(taken).toBe(ROUNDS * ENTRIES);
    expect(server.readLog()).not.toContain('deadlock detected');
    expect(await one.findCheckpoint(FILE)).toMatchObject({ offset: ROUNDS - 1 });
  });
});
