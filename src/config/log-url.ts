/** Ways to use TLS, as libpq names them (https://www.postgresql.org/docs/15/libpq-ssl.html). */
export const SSL_MODES = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
] as const;

export type SslMode = (typeof SSL_MODES)[number];

/** Parameters that the address of a log may have. */
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host', 'connect_timeout'];

/** Where the database of a shared delivery log is. */
export interface LogAddress {
  /** A host name, an IP address, or the folder of a Unix socket. */
  host: string;
  port: number;
  database: string;
  /** Absent: the variable PGUSER, then the name of the user that runs the program. */
  user?: string;
  password?: string;
  sslmode?: SslMode;
  /** File of the certificate authorities to trust. */
  sslrootcert?: string;
  /** File of the client's certificate, and of its key. */
  sslcert?: string;
  sslkey?: string;
  connectTimeoutMs?: number;
}

const DEFAULT_PORT = 5432;

/**
 * Reads the address of a shared delivery log: `postgres://[user[:password]@]host[:port]/database`.
 * @returns the address, or what is wrong with it; the problem never quotes the text, which may hold
 *   a password
 */
export function parseLogUrl(text: string): LogAddress | { problem: string } {
  if (!/^postgres(ql)?:\/\//.test(text))
    return { problem: 'is not an address; expected postgres://user@host:5432/database' };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { problem: 'cannot be read; expected postgres://user@host:5432/database' };
  }
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined)
    return { problem: `has the unknown parameter ${unknown}; expected ${PARAMETERS.join(', ')}` };
  return readAddress(url);
}

function readAddress(url: URL): LogAddress | { problem: string } {
  const { searchParams } = url;
  const decoded = [url.pathname.slice(1), url.username, url.password, url.hostname].map(decode);
  if (decoded.includes(undefined)) return { problem: 'has a % that encodes nothing' };
  const [database, user, password, hostname] = decoded as [string, string, string, string];
  if (database === '' || database.includes('/'))
    return { problem: 'names no database; expected postgres://user@host:5432/database' };
  const options = readOptions(searchParams);
  if ('problem' in options) return options;
  return {
    host: searchParams.get('host') || hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    database,
    ...(user && { user }),
    ...(password && { password }),
    ...options,
  };
}

type Options = Omit<LogAddress, 'host' | 'port' | 'database' | 'user' | 'password'>;

function readOptions(parameters: URLSearchParams): Options | { problem: string } {
  const options: Options = {};
  const sslmode = parameters.get('sslmode');
  if (sslmode !== null) {
    if (!isSslMode(sslmode))
      return { problem: `has an unknown sslmode; expected ${SSL_MODES.join(', ')}` };
    options.sslmode = sslmode;
  }
  const timeout = parameters.get('connect_timeout');
  if (timeout !== null) {
    if (!/^\d{1,4}$/.test(timeout))
      return { problem: 'has a connect_timeout that is not a number of seconds' };
    if (Number(timeout) > 0) options.connectTimeoutMs = Number(timeout) * 1000;
  }
  for (const name of ['sslrootcert', 'sslcert', 'sslkey'] as const) {
    const file = parameters.get(name);
    if (file) options[name] = file;
  }
  return options;
}

/** Returns an address as it may be printed: without its password. */
export function showLogUrl(text: string): string {
  const address = parseLogUrl(text);
  if ('problem' in address) return 'postgres://***';
  if (address.password === undefined) return text;
  const url = new URL(text);
  url.password = '***';
  return url.href;
}

/** Returns the server and database of an address in words for a message. */
export function describeAddress({ host, port, database }: LogAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

function isSslMode(text: string): text is SslMode {
  return (SSL_MODES as readonly string[]).includes(text);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
