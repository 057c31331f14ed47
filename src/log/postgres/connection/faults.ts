import { describeAddress, type LogAddress } from '../../../config/log-url.js';
import { ConfigError, InternalError, messageOf, PostbackError } from '../../../errors.js';

/** SQLSTATE of a deadlock and of a serialization failure: the transaction may be run again. */
const REPEATABLE = ['40P01', '40001'];

/** Faults of a connection, by the system's code or by SQLSTATE class and code. */
const CONNECTION_CODES =
  /^(E(CONN(REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|HOSTDOWN|NETDOWN|AI_AGAIN)|ENOTFOUND|ENOENT|08\d{3}|57P0[1235]|53300)$/;
/** The driver's words for a connection that ended; they have no code. */
const CONNECTION_WORDS =
  /^(Connection terminated|timeout (expired|exceeded)|Query read timeout|Client (has encountered|was closed)|socket hang up)/;

interface Explanation {
  codes: RegExp;
  make: (shown: string, error: unknown) => PostbackError;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    codes: /^(28P01|28000)$/,
    make: (shown, error) =>
      new ConfigError(
        'log_login_refused',
        `The database at ${shown} refused the login: ${messageOf(error)}.`,
        { hint: 'Check the user of log.url and the password (PGPASSWORD or PGPASSFILE).' },
      ),
  },
  {
    codes: /^3D000$/,
    make: (shown) =>
      new ConfigError('log_database_missing', `There is no database at ${shown}.`, {
        hint: 'Create it (createdb), or correct log.url.',
      }),
  },
  {
    codes: /^42501$/,
    make: (shown, error) =>
      new ConfigError(
        'log_forbidden',
        `The user of log.url lacks a right at ${shown}: ${messageOf(error)}.`,
        {
          hint:
            'The first run needs CREATE on the database. docs/shared-log.md lists the rights of ' +
            'a second role.',
        },
      ),
  },
  {
    codes: /^25006$/,
    make: (shown) =>
      new InternalError(
        'log_read_only',
        `The database at ${shown} is read-only: it is a replica, or it is set to read only.`,
        { hint: 'Set log.url to the primary server.' },
      ),
  },
  {
    codes: /^(53100|ENOSPC)$/,
    make: (shown) =>
      new InternalError('disk_full', `The disk of the database at ${shown} is full.`, {
        hint:
          'Make room and run the same command again: what was recorded is kept, and only what is ' +
          'missing is sent.',
      }),
  },
  {
    codes: /^(XX001|XX002)$/,
    make: (shown, error) =>
      new InternalError(
        'log_damaged',
        `The delivery log at ${shown} is damaged: ${messageOf(error)}.`,
        { hint: 'Restore the database from a backup.' },
      ),
  },
  {
    codes: /^(55P03|57014)$/,
    make: (shown) =>
      new InternalError(
        'log_busy',
        `The delivery log at ${shown} is locked by another program for too long.`,
        { hint: 'Look for a long transaction in pg_stat_activity, then run the command again.' },
      ),
  },
  {
    codes: /^42P01$|^3F000$|^42703$/,
    make: (shown, error) =>
      new InternalError(
        'log_damaged',
        `The database at ${shown} does not have the tables of a delivery log: ${messageOf(error)}.`,
        { hint: 'Restore them from a backup, or set log.url to another database.' },
      ),
  },
];

/** Whether the same transaction may be run again at once. */
export function isRepeatable(error: unknown): boolean {
  return REPEATABLE.includes(codeOf(error));
}

/** Whether the connection is gone, or the server cannot be reached or takes no connection. */
export function isConnectionFault(error: unknown): boolean {
  if (error instanceof PostbackError) return error.code === 'log_unreachable';
  return CONNECTION_CODES.test(codeOf(error)) || CONNECTION_WORDS.test(messageOf(error));
}

/** Whether a server said that it does no TLS. */
export function isTlsRefusal(error: unknown): boolean {
  return /does not support SSL connections/.test(messageOf(error));
}

/** Whether a server said that it takes no connection without TLS, or with it. */
export function isEncryptionMismatch(error: unknown): boolean {
  return codeOf(error) === '28000' && /(SSL|no) encryption|SSL (on|off)/.test(messageOf(error));
}

/** Turns a fault of the driver or the server into a sentence; other errors pass unchanged. */
export function explainFault(address: LogAddress, error: unknown): unknown {
  if (error instanceof PostbackError) return error;
  const shown = describeAddress(address);
  const code = codeOf(error);
  const found = EXPLANATIONS.find(({ codes }) => codes.test(code));
  if (found) return found.make(shown, error);
  if (isConnectionFault(error) || isTlsFault(error)) return unreachable(shown, error);
  if (/^[0-9A-Z]{5}$/.test(code)) {
    return new InternalError(
      'log_fault',
      `The database at ${shown} failed: ${messageOf(error)} (SQLSTATE ${code}).`,
      { hint: 'The log of the database server has the details.', cause: error },
    );
  }
  return error;
}

function unreachable(shown: string, error: unknown): InternalError {
  return new InternalError(
    'log_unreachable',
    `The delivery log at ${shown} cannot be reached: ${messageOf(error) || codeOf(error)}.`,
    {
      hint:
        'Nothing is sent without the log. Check that the database runs and that log.url is ' +
        'right, then run the same command again.',
    },
  );
}

function isTlsFault(error: unknown): boolean {
  return (
    isTlsRefusal(error) ||
    /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|EPROTO)/.test(codeOf(error))
  );
}

/** The code of an error; of an attempt at several addresses that of the first. */
function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : '';
}
