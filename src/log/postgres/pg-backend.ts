import { InternalError, UsageError } from '../../errors.js';
import type { LogBackend } from '../log-backend.js';

/** Delivery logs in PostgreSQL. What one command needs is loaded when it calls it. */
export const pgBackend: LogBackend = {
  open: async (options, command) =>
    (await import('./pg-delivery-log.js')).PgDeliveryLog.open(options, command),
  openReader: async (location) =>
    (await import('./reading/pg-log-reader.js')).PgLogReader.open(location),
  follow: async function* (location, options) {
    const { followLog } = await import('./reading/follow-log.js');
    yield* followLog(location, options);
  },
  measure: async (location) => (await import('./maintenance/measure.js')).measureLog(location),
  openPeopleRecorder: async (location) =>
    (await import('./recorders.js')).openPeopleRecorder(location),
  checkRecordable: async (location) => (await import('./recorders.js')).checkRecordable(location),
  recordAudience: async (location, list) =>
    (await import('./recorders.js')).recordAudience(location, list),
  erase: async (location, subject, options) =>
    (await import('./maintenance/erasure.js')).erasePerson(location, subject, options),
  prune: async (location, options) =>
    (await import('./maintenance/prune.js')).pruneLog(location, options),
  backUp: () =>
    Promise.reject(
      new UsageError('backup_by_server', 'This delivery log is in PostgreSQL.', {
        hint:
          'Back it up with the tools of the server, for example pg_dump or continuous archiving; ' +
          'see docs/shared-log.md.',
      }),
    ),
  describeServer: async (location) =>
    (await import('./maintenance/server-facts.js')).describeServer(location),
  isUnwritable: (error) =>
    Promise.resolve(
      error instanceof InternalError && ['log_read_only', 'disk_full'].includes(error.code),
    ),
};
