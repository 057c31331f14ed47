import { AuthError, UsageError } from '../errors.js';
import type { Input } from '../events/input.js';
import { findGoal } from '../goals/goal-list.js';
import type { ConversionGoal } from '../goals/goal.js';
import { compileGoals } from '../goals/match.js';
import { DeliveryLog } from '../log/delivery-log.js';
import { NETWORK_NAMES } from '../networks/names.js';
import type { NetworkName } from '../networks/names.js';
import { NETWORKS, findNetwork } from '../networks/registry.js';
import type { Connected } from '../accounts/connections.js';
import type { Workspace } from '../workspace.js';
import { Lane } from './lane.js';
import type { Route, World } from './plan.js';
import type { Report } from './report.js';
import { sendInputs } from './send.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';

export interface SendRun {
  inputs: readonly Input[];
  strict: boolean;
  /** The networks of `--network`; empty: all. */
  networks: readonly NetworkName[];
  /** The goals of `--goal`; empty: all. */
  goals: readonly string[];
  report: Report;
  signal: AbortSignal;
}

/** What a run needs to know of its workspace before it can plan. */
export interface Stage {
  world: Omit<World, 'standing'>;
  /** The connections that are switched on, in the order of the networks. */
  open: Connected[];
}

/**
 * Sends what the inputs hold out of one workspace and records it in its log.
 * @throws AuthError when no network is connected; InputError, InternalError as {@link sendInputs}
 */
export async function runSend(workspace: Workspace, run: SendRun): Promise<Summary> {
  const { world, open } = setStage(workspace, run);
  const { clock, random, http, settings } = workspace;
  const log = DeliveryLog.open(
    { path: workspace.logPath, workspace: workspace.name, synchronous: settings['log.synchronous'], clock, random },
    'send',
  );
  const tally = new Tally({ run: log.run.name, command: 'send', workspace: workspace.name });
  const underway = new Set<string>();
  const lanes = new Map<NetworkName, Lane>();
  for (const connected of open) {
    const { network } = connected.credentials.connection;
    const { channel } = world.routes.get(network) as Route;
    if (!channel) continue;
    const options = {
      concurrency: settings['delivery.concurrency'],
      requestsPerSecond: settings['delivery.rate'] ?? channel.limits.requestsPerSecond,
      maxAttempts: settings['delivery.maxAttempts'],
      timeoutMs: settings['delivery.timeoutMs'],
    };
    const tokens = workspace.tokensOf(connected);
    const { report, signal } = run;
    lanes.set(
      network,
      new Lane({ channel, tokens, http, log, clock, random, tally, underway, report, signal, options }),
    );
  }
  const heartbeat = setInterval(() => void log.beat().catch(() => undefined), HEARTBEAT_MS);
  let isClosed = false;
  try {
    const deps = { clock, log, world, lanes, tally, underway, report: run.report, signal: run.signal };
    const summary = await sendInputs(run, deps);
    isClosed = true;
    await log.close(summary);
    return summary;
  } finally {
    clearInterval(heartbeat);
    if (!isClosed) await abandon(log, tally.summary);
  }
}

const HEARTBEAT_MS = 5_000;

/** After a fault the run still ends in the log, unless the log is the fault. */
async function abandon(log: DeliveryLog, summary: Summary): Promise<void> {
  try {
    await log.close(summary);
  } catch {
    log.abandon();
  }
}

/**
 * Finds out which networks and goals take part.
 * @throws AuthError when none is connected, or one that was asked for is not; ConfigError for an unknown goal
 */
export function setStage(workspace: Workspace, { networks, goals }: Pick<SendRun, 'networks' | 'goals'>): Stage {
  const connected = workspace.connected();
  const names = connected.map(({ credentials }) => credentials.connection.network);
  checkConnected(names, networks);
  const wanted = selectGoals(workspace.goals, goals);
  const routes = new Map<NetworkName, Route>();
  for (const network of NETWORKS) routes.set(network.name, { network, enabled: false });
  const open: Connected[] = [];
  for (const one of connected) {
    const { connection } = one.credentials;
    const network = findNetwork(connection.network);
    if (!network) continue;
    const channel = network.open(connection, workspace.settings);
    routes.set(network.name, { network, channel, enabled: one.enabled });
    if (one.enabled) open.push(one);
  }
  const world = {
    workspace: workspace.name,
    settings: workspace.settings,
    goals: compileGoals(wanted),
    hasTestMapping: wanted.some(({ testMap }) => Object.keys(testMap).length > 0),
    routes,
    onlyNetworks: new Set<string>(networks),
  };
  return { world, open };
}

function checkConnected(names: readonly NetworkName[], asked: readonly NetworkName[]): void {
  const missing = asked.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new AuthError('not_connected', `${missing.join(', ')} is not connected in this workspace.`, {
      next: `postback connect ${missing[0]}`,
    });
  }
  if (names.length > 0) return;
  throw new AuthError('not_connected', 'No network is connected in this workspace.', {
    hint: 'Connect one, set its variables (POSTBACK_AMAZON_…), or try --sandbox first.',
    next: 'postback connect amazon',
  });
}

function selectGoals(all: readonly ConversionGoal[], wanted: readonly string[]): readonly ConversionGoal[] {
  return wanted.length === 0 ? all : wanted.map((id) => findGoal(all, id));
}

/** The networks that `--network` named. @throws UsageError for a name that is none. */
export function readNetworks(names: readonly string[]): NetworkName[] {
  return names.map((name) => {
    const found = NETWORK_NAMES.find((known) => known === name);
    if (found) return found;
    throw new UsageError('unknown_network', `There is no network "${name}".`, {
      hint: `The networks are: ${NETWORK_NAMES.join(', ')}.`,
    });
  });
}
