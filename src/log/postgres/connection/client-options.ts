import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { ConnectionOptions } from 'node:tls';

import type { ClientConfig } from 'pg';

import { SSL_MODES, type LogAddress, type SslMode } from '../../../config/log-url.js';
import { adviseOnSecrets } from '../../../ci-secrets.js';
import { ConfigError, messageOf } from '../../../errors.js';
import { findPassword, type Variables } from './password.js';

/** Longest time to make a connection, in milliseconds. */
const CONNECT_MS = 10_000;
/**
 * Longest time that one statement may take before its connection counts as lost, in milliseconds:
 * a driver never notices a server whose network is gone (brianc/node-postgres #2973).
 */
const STATEMENT_MS = 120_000;

/** Ways to connect, in the order in which they are tried. */
export interface ConnectPlan {
  /** Options without TLS settings. */
  base: ClientConfig;
  /** What `ssl` is, at each try. */
  tries: readonly (ConnectionOptions | false)[];
}

/**
 * Plans how to connect, with TLS as libpq does it for each `sslmode`.
 * @throws ConfigError when a file cannot be read, or a variable is not an sslmode
 */
export function planConnection(address: LogAddress, variables: Variables): ConnectPlan {
  const user = address.user ?? (variables['PGUSER'] || nameOfUser());
  const isSocket = address.host.startsWith('/');
  const password = findPassword(address, user, variables);
  const base: ClientConfig = {
    host: address.host,
    port: address.port,
    database: address.database,
    user,
    // A function, because the driver would look for other passwords by itself.
    password: () => password ?? missingPassword(variables),
    connectionTimeoutMillis: address.connectTimeoutMs ?? CONNECT_MS,
    query_timeout: STATEMENT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'postback',
  };
  return { base, tries: isSocket ? [false] : planTls(address, variables) };
}

function planTls(address: LogAddress, variables: Variables): (ConnectionOptions | false)[] {
  const mode = address.sslmode ?? modeOf(variables);
  if (mode === 'disable') return [false];
  const root = address.sslrootcert ?? (variables['PGSSLROOTCERT'] || undefined);
  const files: ConnectionOptions = {
    ...(root !== undefined && root !== 'system' && { ca: readText(root) }),
    ...(address.sslcert !== undefined && { cert: readText(address.sslcert) }),
    ...(address.sslkey !== undefined && { key: readText(address.sslkey) }),
  };
  const unverified = { ...files, rejectUnauthorized: false };
  switch (mode) {
    case 'allow':
      return [false, unverified];
    case 'prefer':
      return [unverified, false];
    case 'require':
      // With a file of authorities libpq verifies the chain, for compatibility.
      return [root === undefined ? unverified : { ...files, checkServerIdentity: acceptAnyName }];
    case 'verify-ca':
      return [{ ...files, checkServerIdentity: acceptAnyName }];
    case 'verify-full':
      return [{ ...files, servername: address.host }];
  }
}

function modeOf(variables: Variables): SslMode {
  const mode = variables['PGSSLMODE'];
  if (!mode) return 'prefer';
  const known = SSL_MODES.find((name) => name === mode);
  if (known) return known;
  throw new ConfigError('sslmode_invalid', `PGSSLMODE is not one of ${SSL_MODES.join(', ')}.`);
}

function acceptAnyName(): undefined {
  return undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError('log_certificate_unreadable', `Cannot read ${path}: ${messageOf(error)}`);
  }
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'postgres';
  }
}

function missingPassword(variables: Variables): never {
  const advice = adviseOnSecrets(['PGPASSWORD'], variables);
  throw new ConfigError('log_password_missing', 'The database asks for a password; none is set.', {
    hint:
      advice?.hint ??
      'Set PGPASSWORD, or PGPASSFILE, or put it into POSTBACK_LOG_URL. It is never stored.',
  });
}
