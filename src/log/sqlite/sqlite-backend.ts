import { statSync } from 'node:fs';

import type { LogBackend } from '../log-backend.js';

/**
 * Delivery logs in SQLite files. The parts that only one command needs are loaded when it calls
 * them.
 */
export const sqliteBackend: LogBackend = {
  open: async (options, command) => {
    const { SqliteDeliveryLog } = await import('./sqlite-delivery-log.js');
    return SqliteDeliveryLog.open(options, command);
  },
  openReader: async ({ path, workspace, clock }) => {
    if (isMissing(path)) return undefined;
    const { SqliteLogReader } = await import('./reading/sqlite-log-reader.js');
    return SqliteLogReader.open(path, workspace, clock);
  },
  follow: async function* (location, options) {
    const { followLog } = await import('./reading/follow-log.js');
    yield* followLog(location, options);
  },
  // The write-ahead part is included.
  measure: ({ path }) => {
    const sizeOf = (file: string): number | undefined =>
      statSync(file, { throwIfNoEntry: false })?.size;
    const main = sizeOf(path);
    return Promise.resolve(main === undefined ? undefined : main + (sizeOf(`${path}-wal`) ?? 0));
  },
  openPeopleRecorder: async ({ path }) => (await import('./recorders.js')).openPeopleRecorder(path),
  checkRecordable: async ({ path }) => (await import('./recorders.js')).checkRecordable(path),
  recordAudience: async ({ path }, list) =>
    (await import('./recorders.js')).recordAudience(path, list),
  erase: async (location, subject, options) =>
    (await import('./people/erasure.js')).erasePerson(location, subject, options),
  prune: async (location, options) =>
    (await import('./maintenance/prune.js')).pruneLog(location, options),
  backUp: async ({ path, workspace }, file) =>
    (await import('./database/backup.js')).backUpLog(path, workspace, file),
  describeServer: () => Promise.resolve(undefined),
  isUnwritable: async (error) =>
    (await import('./database/database-faults.js')).isUnwritable(error),
};

/** Whether there is no file; SQLite takes a while to load, and a new workspace has none. */
function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    // The reader says what is wrong.
    return false;
  }
}
