import { afterAll, beforeAll, describe, expect } from 'vitest';

import { systemClock } from '../../../../src/clock.js';
import type { DeliveryLog } from '../../../../src/log/delivery-log.js';
import { WORKSPACE } from '../../../kit/log.js';
import { emptyLog, hasPostgres, startPostgres, type TestServer } from '../../../kit/postgres.js';
import { describeDeliveryLog } from './conformance.js';

const SCHEMA = `postback_${WORKSPACE}`;

describe.skipIf(!hasPostgres())('PostgreSQL', () => {
  let server: TestServer;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.makeDatabase();
  });
  afterAll(() => server.close());

  describeDeliveryLog('the delivery log in PostgreSQL', async () => {
    // Most tests share one database, as making its tables takes longer than they do.
    const needsNew = /ever sent|does not exist/.test(expect.getState().currentTestName ?? '');
    const address = needsNew ? await server.makeDatabase() : url;
    const database = new URL(address).pathname.slice(1);
    await emptyLog(server, database, SCHEMA);
    const endLease = async (log: DeliveryLog): Promise<void> => {
      const sql = `UPDATE ${SCHEMA}.run SET lease = now() - interval '1 second' WHERE id = ${log.run.id}`;
      await server.run(database, sql);
    };
    return {
      location: {
        path: '/nowhere',
        server: { url: address, variables: {} },
        workspace: WORKSPACE,
        clock: systemClock,
      },
      // The lease of a run that was killed ends after a minute.
      kill: async (log) => {
        await log.abandon();
        await endLease(log);
      },
      expire: endLease,
    };
  });
});
