import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.js';
import { moveLog } from '../../../src/log/move-log.js';
import { makeFolder, WORKSPACE } from '../../kit/log.js';
import { hasPostgres, startPostgres, type TestServer } from '../../kit/postgres.js';
import {
  ACCOUNT,
  deliver,
  FAILURE,
  leave,
  listRows,
  listUndelivered,
  makeEntries,
  makeOnce,
  openRun,
  planStatesOf,
  runOnce,
  SUCCESS,
  type TestStore,
} from './conformance/harness.js';

describe.skipIf(!hasPostgres())('a log that is moved to a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  async function makeStores(): Promise<{ file: TestStore; shared: TestStore }> {
    const common = {
      path: join(makeFolder(), 'delivery.db'),
      workspace: WORKSPACE,
      clock: systemClock,
    };
    const end = () => Promise.resolve();
    const url = await server.makeDatabase();
    return {
      file: { location: common, kill: (log) => log.abandon(), expire: end },
      shared: { location: { ...common, server: { url, variables: {} } }, kill: end, expire: end },
    };
  }

  const options = { history: true, signal: new AbortController().signal, report: () => undefined };

  it('sends nothing twice, keeps what waits and its locks, and shows the same attempts', async () => {
    const { file, shared } = await makeStores();
    await runOnce(file, async (log) => {
      await deliver(log, makeEntries(1, 2), [SUCCESS, FAILURE]);
      await deliver(log, [makeOnce(3)]);
      await leave(log, makeEntries(4));
    });
    const receipt = await moveLog(file.location, shared.location, options);
    expect(receipt).toMatchObject({ ids: 3, requests: 2, rows: { postback: 2, once_lock: 1 } });
    expect(await moveLog(file.location, shared.location, options)).toMatchObject({
      ids: 0,
      requests: 0,
      rows: { postback: 0, once_lock: 0 },
    });
    const log = await openRun(shared);
    expect(await planStatesOf(log, makeEntries(1, 2, 4, 5))).toEqual([
      'known',
      'known',
      'pending',
      'new',
    ]);
    const rival = { ...makeOnce(6) };
    expect((await log.begin({ account: ACCOUNT, entries: [rival] })).dropped).toMatchObject([
      { reason: 'already_counted' },
    ]);
    await log.close({});
    const withoutRun = (rows: Awaited<ReturnType<typeof listRows>>) =>
      rows.map((row) => ({ ...row, run: '' }));
    expect(withoutRun(await listRows(shared))).toEqual(withoutRun(await listRows(file)));
  });

  it('does not bring back what was delivered on the server since', async () => {
    const { file, shared } = await makeStores();
    await runOnce(file, (log) => leave(log, makeEntries(1)));
    await moveLog(file.location, shared.location, options);
    await runOnce(shared, async (log) => {
      const [entry] = await log.claim(makeEntries(1).map(({ postback }) => ({ id: postback.id })));
      await deliver(log, [entry as Exclude<typeof entry, 'other_account' | undefined>]);
    });
    await moveLog(file.location, shared.location, options);
    expect(await listUndelivered(shared)).toEqual([]);
  });

  it('refuses a server whose log knows people by other keys', async () => {
    const { file, shared } = await makeStores();
    await runOnce(file, (log) => deliver(log, makeEntries(1)));
    await runOnce(shared, (log) => deliver(log, makeEntries(2)));
    await expect(moveLog(file.location, shared.location, options)).rejects.toMatchObject({
      code: 'log_people_differ',
    });
  });
});
