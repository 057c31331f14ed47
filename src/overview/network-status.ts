import type { Connected } from '../accounts/connections.js';
import { AuthError, ConfigError, type PostbackError } from '../errors.js';
import { readActivity, type NetworkActivity } from '../log/activity.js';
import type { Fix } from '../networks/fix.js';
import type { NetworkName } from '../networks/names.js';
import type { Connection, Network } from '../networks/network.js';
import { NETWORKS } from '../networks/registry.js';
import type { Workspace } from '../workspace.js';
import { judgeHealth, type Health } from './health.js';
import { findAttention, listOthers, type Attention } from './attention.js';
import { countGoals } from './goal-count.js';

/** One network as `status` shows it (contract.md section 4). Times ISO 8601. */
export interface NetworkStatus {
  network: NetworkName;
  title: string;
  connected: boolean;
  enabled: boolean;
  account: string | null;
  accountName: string | null;
  region: string | null;
  api: string | null;
  /** Where the grant is: `store`, `environment` or `sandbox`. */
  source: string | null;
  connectedAt: string | null;
  /** How long ago the grant was given; null where nobody wrote that down. */
  tokenAgeMs: number | null;
  grantExpiresAt: string | null;
  goalsMapped: number;
  goalsActive: number;
  delivered24h: number;
  failed24h: number;
  /** Postbacks that wait to be sent. */
  pending: number;
  /** Of `pending`, how many were recorded for other accounts than the connected one, by account. */
  otherAccounts?: Record<string, number>;
  /** Postbacks that the network has accepted and is still deciding upon. */
  processing: number;
  lastDelivery: string | null;
  /** Null where nothing is connected. */
  health: Health | null;
  /** What is not well, and why, in a sentence. */
  problem?: string;
  /** The command that mends it. */
  next?: string;
  /** What fixes it, where the network refused: `reconnect`, `accept_terms`, `permission`, `wait` and so on. */
  fix?: Fix['by'];
}

export interface WorkspaceStatus {
  workspace: string;
  networks: NetworkStatus[];
}

/** A status with what the face alone needs. */
export interface JudgedStatus extends WorkspaceStatus {
  /** Networks whose grant somebody has to look at: exit code 4. */
  needAttention: NetworkName[];
}

const DAY_MS = 24 * 3_600_000;

/**
 * Surveys every network: connection, mappings, what the log says of the last 24 hours, health, and what to do.
 * @throws ConfigError where a file is wrong; InternalError where the log cannot be read.
 */
export function surveyNetworks(workspace: Workspace): JudgedStatus {
  const { clock, logPath, name } = workspace;
  const activities = readActivity(logPath, name, { clock, sinceMs: clock.now() - DAY_MS });
  const needAttention: NetworkName[] = [];
  const networks = NETWORKS.map((network) => {
    const found = findConnection(workspace, network.name);
    const attention = findAttention({ network, workspace, activity: activities.get(network.name), ...found });
    if (attention?.isGrant) needAttention.push(network.name);
    return describe(network, workspace, found.connected, activities.get(network.name), attention);
  });
  return { workspace: name, networks, needAttention };
}

/** A connection that variables describe wrongly is a finding about one network, not the end of the survey. */
function findConnection(
  { connections, name }: Workspace,
  network: NetworkName,
): { connected?: Connected; fault?: PostbackError } {
  try {
    const connected = connections.find(name, network);
    return connected ? { connected } : {};
  } catch (error) {
    if (error instanceof AuthError || (error instanceof ConfigError && error.code === 'bad_variable')) {
      return { fault: error };
    }
    throw error;
  }
}

function describe(
  network: Network,
  { goals, clock }: Workspace,
  connected: Connected | undefined,
  activity: NetworkActivity = IDLE,
  attention: Attention | undefined,
): NetworkStatus {
  const connection = connected?.credentials.connection;
  return {
    network: network.name,
    title: network.title,
    connected: connected !== undefined,
    enabled: connected?.enabled ?? false,
    ...describeConnection(connection, clock.now()),
    ...countGoals(network, goals, connection?.api),
    delivered24h: activity.delivered,
    failed24h: activity.failed,
    pending: activity.pending,
    ...describeOthers(connection, activity),
    processing: activity.processing,
    lastDelivery: activity.lastDeliveryMs === undefined ? null : new Date(activity.lastDeliveryMs).toISOString(),
    health: connected ? judgeHealth(connected.credentials, activity) : null,
    ...(attention ? { problem: attention.problem, next: attention.next } : {}),
    ...(attention?.fix === undefined ? {} : { fix: attention.fix }),
  };
}

/** Pending postbacks of accounts that are not connected now; empty where there are none. */
function describeOthers(
  connection: Connection | undefined,
  activity: NetworkActivity,
): Pick<NetworkStatus, 'otherAccounts'> {
  const others = connection ? listOthers(connection.account, activity) : [];
  return others.length === 0 ? {} : { otherAccounts: Object.fromEntries(others) };
}

const IDLE: NetworkActivity = { delivered: 0, failed: 0, pending: 0, processing: 0, lost: 0 };

const UNKNOWN = {
  account: null,
  accountName: null,
  region: null,
  api: null,
  source: null,
  connectedAt: null,
  tokenAgeMs: null,
  grantExpiresAt: null,
};

function describeConnection(
  connection: Connection | undefined,
  nowMs: number,
): { [K in keyof typeof UNKNOWN]: NetworkStatus[K] } {
  if (!connection) return UNKNOWN;
  const { account, accountName, region, api, source, connectedAt, grantExpiresAt } = connection;
  const tokenAgeMs = connectedAt === undefined ? null : Math.max(0, nowMs - Date.parse(connectedAt));
  const known = { account, accountName, region, api, source, connectedAt, tokenAgeMs, grantExpiresAt };
  const present = Object.entries(known).filter(([, value]) => value !== undefined);
  return { ...UNKNOWN, ...Object.fromEntries(present) };
}
