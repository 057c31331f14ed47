import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';

import { AuthorizationFault } from './authorization-fault.js';
import { unreachable } from '../faults.js';
import type { SourceReport } from '../source.js';
import { readNamedFile, readSecret, readTls, readVariable, type Variables } from '../variables.js';
import { rememberSecretText } from '../../secret.js';

export interface NatsOptions {
  /** `host:port` of the servers. */
  servers: readonly string[];
  /** The address, for messages. */
  name: string;
  variables: Variables;
  report: SourceReport;
}

/** How long the first connection may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a lost connection waits between attempts, in milliseconds. */
const RECONNECT_MS = 1_000;

/**
 * Connects to NATS. A connection that is lost later is made again for as long as it takes, which
 * is reported once.
 * @throws InputError when no server can be reached or none takes the credentials
 */
export async function connectNats(options: NatsOptions): Promise<NatsConnection> {
  const { servers, name, variables, report } = options;
  const grant = readGrant(variables);
  const sendsSecret = 'token' in grant || 'user' in grant;
  const caFile = readVariable(variables, 'POSTBACK_NATS_CA_FILE');
  const hasTls = readTls(variables, 'POSTBACK_NATS', { hosts: servers, sendsSecret });
  if (caFile !== undefined) readNamedFile(variables, 'POSTBACK_NATS_CA_FILE');
  try {
    const connection = await connect({
      ...grant,
      servers: [...servers],
      name: 'postback',
      timeout: CONNECT_TIMEOUT_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      ...(hasTls ? { tls: caFile === undefined ? {} : { caFile } } : {}),
    });
    void reportStatus(connection, name, report);
    return connection;
  } catch (error) {
    throw AuthorizationFault.explain(name, error) ?? unreachable(name, error);
  }
}

function readGrant(variables: Variables): object {
  const creds = readNamedFile(variables, 'POSTBACK_NATS_CREDS_FILE');
  if (creds) {
    for (const line of creds.toString('utf8').split(/\s+/))
      if (line.length >= 40 && !line.startsWith('-')) rememberSecretText(line);
    return { authenticator: credsAuthenticator(creds) };
  }
  const token = readSecret(variables, 'POSTBACK_NATS_TOKEN');
  if (token) return { token: token.reveal() };
  const user = readVariable(variables, 'POSTBACK_NATS_USERNAME');
  const pass = readSecret(variables, 'POSTBACK_NATS_PASSWORD');
  return user === undefined ? {} : { user, pass: pass?.reveal() ?? '' };
}

async function reportStatus(
  connection: NatsConnection,
  name: string,
  report: SourceReport,
): Promise<void> {
  let isLost = false;
  for await (const { type } of connection.status()) {
    if (type === 'disconnect' && !isLost && !connection.isClosed()) {
      isLost = true;
      report(`${name}: the connection is lost; connecting again.`);
    } else if (type === 'reconnect' && isLost) {
      isLost = false;
      report(`${name}: connected again.`);
    }
  }
}
