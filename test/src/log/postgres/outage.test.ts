import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../../../src/clock.js';
import type { DeliveryLog } from '../../../../src/log/delivery-log.js';
import { openDeliveryLog } from '../../../../src/log/open-log.js';
import { testRandom } from '../../../kit/seeded-random.js';
import { WORKSPACE } from '../../../kit/log.js';
import { hasPostgres, startPostgres, type TestServer } from '../../../kit/postgres.js';
import { begin, finish, makeEntries } from '../conformance/harness.js';

describe.skipIf(!hasPostgres())('a database that is away during a run', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  async function open(): Promise<DeliveryLog> {
    const location = {
      path: '/nowhere',
      server: { url: await server.makeDatabase(), variables: {} },
      workspace: WORKSPACE,
      clock: systemClock,
    };
    const settings = {
      synchronous: 'normal',
      keepDelivered: 100,
      keepSkips: 1_000,
      random: testRandom,
    } as const;
    return openDeliveryLog({ ...location, ...settings }, 'send');
  }

  /** Starts work while the server is away, and brings the server back. */
  async function whileAway<T>(work: () => Promise<T>): Promise<T> {
    await server.stop();
    const [done] = await Promise.allSettled([work(), server.start()]);
    if (done.status === 'rejected') throw done.reason;
    return done.value;
  }

  it('7: the first request of a run waits for it', async () => {
    const log = await open();
    const request = await whileAway(() => begin(log, makeEntries(1)));
    await finish(log, request);
    await log.close({});
  });

  it('7: requests go on, whatever they need of the server', async () => {
    const log = await open();
    // Numbers of requests are taken 32 at a time, and completed batches are removed after 8.
    let number = 0;
    for (; number < 32; number++) await finish(log, await begin(log, makeEntries(number)));
    const next = await whileAway(() => begin(log, makeEntries(number)));
    expect(await whileAway(() => finish(log, next))).toEqual([]);
    await log.close({});
  });
});
