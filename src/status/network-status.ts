import type { NetworkActivity } from '../log/network-activity.js';
import type { Connected } from '../accounts/connections.js';
import { describeAllSkipped } from '../delivery/all-skipped.js';
import { progressKey, readProgress } from '../delivery/source-progress.js';
import type { Summary } from '../delivery/tally.js';
import { AuthError, ConfigError, type PostbackError } from '../errors.js';
import { describeLogServer, withLogReader } from '../log/open-log.js';
import type { LogReader } from '../log/log-reader.js';
import type { LogServerFacts } from '../log/server-facts.js';
import type { EndedRun, LiveRun, RunOverview } from '../log/run-overview.js';
import type { Fix } from '../networks/fix.js';
import type { NetworkName } from '../networks/names.js';
import type { Connection, AnyNetwork } from '../networks/network.js';
import { listNetworks } from '../networks/registry.js';
import type { Workspace } from '../workspace.js';
import { evaluateHealth, type Health } from './health.js';
import { checkLogServer } from './log-server.js';
import { findHealthIssues, listOthers, type HealthIssue } from './health-issues.js';
import { countGoals } from './goal-count.js';

/** A network in the output of `status`. Times are ISO 8601. */
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
  /** Age of the grant in milliseconds; null if unknown. */
  tokenAgeMs: number | null;
  grantExpiresAt: string | null;
  goalsMapped: number;
  goalsActive: number;
  delivered24h: number;
  /** Postbacks whose state is failed now; one that was delivered later is not counted. */
  failed: number;
  /** Of `failed`, those that failed in the last 24 hours. */
  failed24h: number;
  /** Postbacks that wait to be sent. */
  pending: number;
  /** When the first of `pending` can be sent for the last time; absent where none is pending. */
  deadline?: string;
  /** Of `pending`, how many were recorded for other accounts than the connected one, by account. */
  otherAccounts?: Record<string, number>;
  /** Postbacks that the network has accepted and is still deciding upon. */
  processing: number;
  lastDelivery: string | null;
  /** Null where nothing is connected. */
  health: Health | null;
  /** The problem and its cause, in a sentence. */
  problem?: string;
  /** The command that fixes it. */
  next?: string;
  /** Fix of the network's refusal: `reconnect`, `accept_terms`, `permission`, `wait` and so on. */
  fix?: Fix['by'];
}

/** The server of a shared log in the output of `status`. */
export interface LogServerStatus {
  /** Host, port and database. */
  place: string;
  version: string;
  bytes: number | null;
  readOnly: boolean;
  clockAheadMs: number;
  synchronousCommit: string;
  pooled: boolean;
  partitionsAhead: number | null;
  /** What is wrong, in sentences. */
  problems: string[];
}

/** A source that a live run reads without an end. */
export interface SourceStatus {
  url: string;
  group: string | null;
  /** Partitions or shards that this workspace's runs read. */
  assigned: number;
  /** Records that are not read yet; null where the source does not say. */
  lag: number | null;
}

/** The last run that read events, if it sent none of them. */
export interface UnsentRun {
  run: string;
  command: string;
  ended: string;
  /** Why nothing was sent, in a sentence. */
  problem: string;
  /** The command that shows each skip. */
  next: string;
}

export interface WorkspaceStatus {
  workspace: string;
  log: { kind: 'sqlite' | 'postgres'; runs: LiveRun[]; server?: LogServerStatus };
  /** Topics, streams and queues that live runs follow; files and pipes are not listed. */
  sources: SourceStatus[];
  /** Absent where the last run sent something, or there was none. */
  unsent?: UnsentRun;
  networks: NetworkStatus[];
}

/** A status with what `src/cli/` alone needs. */
export interface EvaluatedStatus extends WorkspaceStatus {
  /** Networks whose grant needs attention: exit code 4. */
  haveIssues: NetworkName[];
}

const DAY_MS = 24 * 3_600_000;
const NO_RUNS: RunOverview = { live: [] };

/**
 * Surveys every network: connection, mappings, what the log says of the last 24 hours, health, and
 * what to do.
 * @throws ConfigError where a file is wrong; InternalError where the log cannot be read.
 */
export async function readNetworkStates(workspace: Workspace): Promise<EvaluatedStatus> {
  const { clock, logLocation, name } = workspace;
  const { activities, runs, sources } = (await withLogReader(logLocation, async (reader) => {
    const overview = await reader.readRuns();
    return {
      activities: await reader.readActivity(clock.now() - DAY_MS),
      runs: overview,
      sources: await readSources(reader, overview),
    };
  })) ?? { activities: new Map<string, NetworkActivity>(), runs: NO_RUNS, sources: [] };
  const server = await describeLogServer(logLocation);
  const haveIssues: NetworkName[] = [];
  const networks = listNetworks(workspace.endpoints).map((network) => {
    const found = findConnection(workspace, network.name);
    const issue = findHealthIssues({
      network,
      workspace,
      activity: activities.get(network.name),
      ...found,
    });
    if (issue?.isGrant) haveIssues.push(network.name);
    return describe(network, workspace, {
      connected: found.connected,
      activity: activities.get(network.name),
      issue,
    });
  });
  const { live, lastEnded } = runs;
  const unsent = lastEnded && describeUnsent(lastEnded);
  return {
    workspace: name,
    log: {
      kind: server ? 'postgres' : 'sqlite',
      runs: live,
      ...(server && { server: describeServer(server) }),
    },
    sources,
    ...(unsent ? { unsent } : {}),
    networks,
    haveIssues,
  };
}

function describeServer(server: LogServerFacts): LogServerStatus {
  const failed = checkLogServer(server).filter(({ result }) => result !== 'pass');
  return {
    place: server.shownAddress,
    version: server.version,
    bytes: server.bytes ?? null,
    readOnly: server.readOnly !== undefined,
    clockAheadMs: server.clockAheadMs,
    synchronousCommit: server.synchronousCommit,
    pooled: server.isPooled,
    partitionsAhead: server.monthsAhead ?? null,
    problems: failed.map(({ message, why }) => `${message} ${why ?? ''}`.trim()),
  };
}

/** What live runs have recorded of the topics, streams and queues that they read. */
async function readSources(reader: LogReader, { live }: RunOverview): Promise<SourceStatus[]> {
  const sources = new Map<string, SourceStatus>();
  for (const { run } of live) {
    const checkpoint = await reader.findCheckpoint(progressKey(run));
    if (!checkpoint) continue;
    const { url, group, assigned, lag } = readProgress(checkpoint);
    const key = JSON.stringify([url, group]);
    const known = sources.get(key);
    // The lag is that of the group, whichever run has asked.
    sources.set(key, {
      url,
      group,
      assigned: assigned + (known?.assigned ?? 0),
      lag: lag ?? known?.lag ?? null,
    });
  }
  return [...sources.values()];
}

function describeUnsent({ run, command, endedMs, summary }: EndedRun): UnsentRun | undefined {
  const { skips } = summary as Summary;
  const reasons = describeAllSkipped(summary as Summary);
  if (reasons === undefined) return undefined;
  const [[first] = []] = Object.entries(skips).sort(([, a], [, b]) => b - a);
  // Events outside of the window may be the work of a wrong clock, which `doctor` compares.
  const isOfTime = first === 'too_old' || first === 'in_future';
  return {
    run,
    command,
    ended: new Date(endedMs).toISOString(),
    problem: `The last run (${command}) sent nothing. ${reasons}`,
    next: isOfTime ? 'postback doctor' : 'postback logs --status skipped',
  };
}

/**
 * A connection that variables describe wrongly is a finding about one network, not the end of the
 * survey.
 */
function findConnection(
  { connections, name }: Workspace,
  network: NetworkName,
): { connected?: Connected; fault?: PostbackError } {
  try {
    const connected = connections.find(name, network);
    return connected ? { connected } : {};
  } catch (error) {
    if (
      error instanceof AuthError ||
      (error instanceof ConfigError && error.code === 'bad_variable')
    ) {
      return { fault: error };
    }
    throw error;
  }
}

/** What is known of one network before it is described. */
interface NetworkParts {
  connected: Connected | undefined;
  activity: NetworkActivity | undefined;
  issue: HealthIssue | undefined;
}

function describe(
  network: AnyNetwork,
  workspace: Workspace,
  { connected, activity = IDLE, issue }: NetworkParts,
): NetworkStatus {
  const { goals, clock } = workspace;
  const connection = connected?.credentials.connection;
  return {
    network: network.name,
    title: network.title,
    connected: connected !== undefined,
    enabled: connected?.enabled ?? false,
    ...describeConnection(connection, clock.now()),
    ...countGoals(network, goals, connection?.api),
    delivered24h: activity.delivered,
    failed: activity.failed,
    failed24h: activity.lost,
    pending: activity.pending,
    ...describeDeadline(network, workspace, connection, activity),
    ...describeOthers(connection, activity),
    processing: activity.processing,
    lastDelivery:
      activity.lastDeliveryMs === undefined
        ? null
        : new Date(activity.lastDeliveryMs).toISOString(),
    health: connected ? evaluateHealth(connected.credentials, activity) : null,
    ...(issue ? { problem: issue.problem, next: issue.next } : {}),
    ...(issue?.fix === undefined ? {} : { fix: issue.fix }),
  };
}

function describeDeadline(
  network: AnyNetwork,
  { settings }: Workspace,
  connection: Connection | undefined,
  { oldestPendingMs }: NetworkActivity,
): Pick<NetworkStatus, 'deadline'> {
  if (connection === undefined || oldestPendingMs === undefined) return {};
  const { windowMs } = network.open(connection, settings).limits;
  const deadline = new Date(oldestPendingMs + windowMs).toISOString();
  return { deadline: deadline.replace(/\.\d{3}Z$/, 'Z') };
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
  const tokenAgeMs =
    connectedAt === undefined ? null : Math.max(0, nowMs - Date.parse(connectedAt));
  const known = {
    account,
    accountName,
    region,
    api,
    source,
    connectedAt,
    tokenAgeMs,
    grantExpiresAt,
  };
  const present = Object.entries(known).filter(([, value]) => value !== undefined);
  return { ...UNKNOWN, ...Object.fromEntries(present) };
}
