import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';

import { systemClock } from '../../../../src/clock.js';
import { makeFolder, WORKSPACE } from '../../../kit/log.js';
import { describeDeliveryLog } from './conformance.js';

describeDeliveryLog('the delivery log in SQLite', () => {
  const location = {
    path: join(makeFolder(), 'delivery.db'),
    workspace: WORKSPACE,
    clock: systemClock,
  };
  return Promise.resolve({
    location,
    // The lock of a run on this machine goes with its process, or when it is released.
    kill: (log) => log.abandon(),
    expire: (log) => {
      const database = new DatabaseSync(location.path);
      // As a run of another machine that has not renewed its lease.
      database
        .prepare("UPDATE run SET machine = 'another', host = 'another', alive = 0 WHERE id = ?")
        .run(log.run.id);
      database.close();
      return Promise.resolve();
    },
  });
});
