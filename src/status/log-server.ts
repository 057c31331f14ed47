import type { LogServerFacts } from '../log/server-facts.js';
import type { CheckResult } from '../networks/preflight.js';

/** Difference between the clocks of this machine and of the server that is reported. */
const CLOCK_LIMIT_MS = 60_000;
/** Months ahead that have to have a partition. */
const LEAST_MONTHS = 2;
/** Tables that a message names one by one. */
const NAMED_TABLES = 3;

/** Checks the server of a shared log: one result for each thing that its users rely on. */
export function checkLogServer(server: LogServerFacts): CheckResult[] {
  return [
    pass('log_server', `The log is on PostgreSQL ${server.version} at ${server.shownAddress}.`),
    checkRights(server),
    checkPartitions(server),
    checkClock(server),
    checkCommits(server),
    pass(
      'log_pooler',
      server.isPooled
        ? 'Connections go through a pooler in transaction mode, which works.'
        : 'Connections go to the server without a pooler.',
    ),
  ].filter((result) => result !== undefined);
}

function checkRights({ readOnly, forbiddenTables, mayCreate, bytes }: LogServerFacts): CheckResult {
  if (readOnly !== undefined) {
    const cause =
      readOnly === 'replica' ? 'it is a replica' : 'default_transaction_read_only is on';
    return {
      id: 'log_rights',
      result: 'fail',
      message: `The database of the log is read-only: ${cause}.`,
      why: 'Nothing can be sent without recording it. Set log.url to the primary server.',
    };
  }
  if (forbiddenTables.length > 0) {
    const named = forbiddenTables.slice(0, NAMED_TABLES).join(', ');
    const more = forbiddenTables.length - NAMED_TABLES;
    return {
      id: 'log_rights',
      result: 'fail',
      message: `The user of log.url cannot write ${named}${more > 0 ? ` and ${more} more tables` : ''}.`,
      why: 'Grant the rights that docs/shared-log.md lists.',
    };
  }
  if (bytes === undefined && !mayCreate) {
    return {
      id: 'log_rights',
      result: 'fail',
      message: 'The user of log.url cannot create the tables of the log.',
      why: 'The first run needs CREATE on the database, see docs/shared-log.md.',
    };
  }
  const tables =
    bytes === undefined ? 'create the tables of the log' : 'write all tables of the log';
  return pass('log_rights', `The user of log.url may ${tables}.`);
}

/** Undefined where nothing was ever sent: the first run makes them. */
function checkPartitions({ monthsAhead, mayCreate }: LogServerFacts): CheckResult | undefined {
  if (monthsAhead === undefined) return undefined;
  const months = monthsAhead === 1 ? '1 more month' : `${monthsAhead} more months`;
  const message = `The log has partitions for ${months}.`;
  if (monthsAhead >= LEAST_MONTHS) return pass('log_partitions', message);
  return {
    id: 'log_partitions',
    result: 'warn',
    message,
    why: mayCreate
      ? 'The next run makes them for six months.'
      : 'Let the owner of the tables run any command, which makes them for six months.',
  };
}

function checkClock({ clockAheadMs }: LogServerFacts): CheckResult {
  const seconds = Math.abs(Math.round(clockAheadMs / 1000));
  const side = clockAheadMs > 0 ? 'ahead of' : 'behind';
  const message =
    seconds === 0
      ? 'The clocks of this machine and of the database agree.'
      : `The clock of this machine is ${seconds} s ${side} that of the database.`;
  if (Math.abs(clockAheadMs) <= CLOCK_LIMIT_MS) return pass('log_clock', message);
  return {
    id: 'log_clock',
    result: 'warn',
    message,
    why: 'Leases use the clock of the database. The times in the log are those of this machine.',
  };
}

function checkCommits({ synchronousCommit }: LogServerFacts): CheckResult {
  const message = `The database has synchronous_commit = ${synchronousCommit}.`;
  if (synchronousCommit !== 'off') return pass('log_synchronous_commit', message);
  return {
    id: 'log_synchronous_commit',
    result: 'warn',
    message,
    why: 'A crash of the server loses the last commits: what they recorded may be sent again.',
  };
}

function pass(id: string, message: string): CheckResult {
  return { id, result: 'pass', message };
}
