import type { Connected } from '../accounts/connections.js';
import { adviseOnAnyNetwork, adviseOnNetwork, type Variables } from '../accounts/environment.js';
import { AuthError, ConfigError } from '../errors.js';
import { findGoal } from '../goals/goal-list.js';
import type { ConversionGoal } from '../goals/goal.js';
import { describeShared, listShared } from '../goals/mapping.js';
import { compileGoals } from '../goals/match.js';
import { refusePrivateHost } from '../networks/private-host.js';
import { describeMapCommand } from '../networks/map-command.js';
import type { NetworkName } from '../networks/names.js';
import { findNetwork, listNetworks, networkOf } from '../networks/registry.js';
import type { Workspace } from '../workspace.js';
import type { Route, PlanContext } from './plan.js';
import type { Report } from './report.js';
import type { Accounts } from './tally.js';

/** What a command asked for. */
export interface Selection {
  /** The networks of `--network`; empty: all. */
  networks: readonly NetworkName[];
  /** The goals of `--goal`; empty: all. */
  goals: readonly string[];
}

/** What a run needs to know of its workspace before it can plan. */
export interface RunContext {
  planContext: PlanContext;
  /** The connections that are switched on, in the order of the networks. */
  open: Connected[];
}

/**
 * Finds out which networks and goals take part.
 * @throws AuthError when none is connected, or one that was asked for is not; ConfigError for an
 *   unknown goal
 */
export function resolveTargets(workspace: Workspace, selection: Selection): RunContext {
  const connected = workspace.connected();
  checkConnected(
    connected.map(({ credentials }) => credentials.connection.network),
    selection.networks,
    workspace.variables,
  );
  return describeTargets(workspace, selection, connected);
}

/**
 * As {@link resolveTargets}, whether or not anything is connected: for what explains and sends
 * nothing.
 * @throws AuthError for a connection that the environment describes in part; ConfigError for an
 *   unknown goal
 */
export function describeTargets(
  workspace: Workspace,
  { networks, goals }: Selection,
  connected: readonly Connected[] = workspace.connected(),
): RunContext {
  const wanted = selectGoals(workspace.goals, goals);
  const routes = new Map<NetworkName, Route>();
  for (const network of listNetworks(workspace.endpoints))
    routes.set(network.name, { network, enabled: false });
  const open: Connected[] = [];
  for (const one of connected) {
    const { connection } = one.credentials;
    const network = networkOf(connection);
    if (!network) continue;
    if (one.enabled) refusePrivateHost(connection);
    const channel = network.open(connection, workspace.settings);
    const lists = network.openAudiences?.(connection, workspace.settings, workspace.encryptor);
    routes.set(network.name, { network, channel, ...(lists && { lists }), enabled: one.enabled });
    if (one.enabled) open.push(one);
  }
  checkMappings(wanted, open);
  const hasTestMapping = wanted.some(({ testMap }) => Object.keys(testMap).length > 0);
  const hasTestMode = [...routes.values()].some(
    ({ channel, enabled }) => enabled && channel?.testMode,
  );
  const planContext = {
    workspace: workspace.name,
    settings: workspace.settings,
    goals: compileGoals(wanted),
    takesTestEvents: hasTestMapping || hasTestMode,
    routes,
    onlyNetworks: new Set<string>(networks),
  };
  return { planContext, open };
}

function checkConnected(
  names: readonly NetworkName[],
  asked: readonly NetworkName[],
  variables: Variables,
): void {
  const missing = asked.filter((name) => !names.includes(name));
  const [first] = missing;
  if (first !== undefined) {
    const message = `${missing.join(', ')} is not connected in this workspace.`;
    const advice = adviseOnNetwork(first, variables) ?? { next: `postback connect ${missing[0]}` };
    throw new AuthError('not_connected', message, advice);
  }
  if (names.length > 0) return;
  const advice = adviseOnAnyNetwork(variables) ?? {
    hint: 'Connect one, set its variables (POSTBACK_AMAZON_…), or try --sandbox first.',
    next: 'postback connect amazon',
  };
  throw new AuthError('not_connected', 'No network is connected in this workspace.', advice);
}

/** Says which definitions two goals count at, so that a conversion counts twice. */
export function reportShared({ planContext, open }: RunContext, report: Report): void {
  const goals = [...planContext.goals.values()].flatMap(({ enabled }) =>
    enabled.map(({ goal }) => goal),
  );
  const networks = open.map(({ credentials }) => credentials.connection.network);
  const counting = networks.filter((network) => findNetwork(network)?.defaultMapping === undefined);
  for (const shared of listShared(goals, counting)) {
    if (!shared.countsTwice) continue;
    report({ type: 'notice', network: shared.network, message: describeShared(shared) });
  }
}

/**
 * The accounts that a run delivers to: those of the connections that are switched on and not left
 * out by `--network`.
 */
export function accountsOf({ planContext, open }: RunContext): Accounts {
  const accounts: Accounts = {};
  for (const { credentials } of open) {
    const { network, account } = credentials.connection;
    if (planContext.onlyNetworks.size === 0 || planContext.onlyNetworks.has(network))
      accounts[network] = account;
  }
  return accounts;
}

/**
 * A mapping may come from a file that somebody edited: it is checked before the first event, not
 * refused with each.
 */
function checkMappings(goals: readonly ConversionGoal[], open: readonly Connected[]): void {
  for (const { credentials } of open) {
    const { network: name, api } = credentials.connection;
    for (const { id, enabled, map, testMap } of goals) {
      for (const mapping of enabled ? [map[name], testMap[name]] : []) {
        const network = findNetwork(name);
        const problem = mapping === undefined ? undefined : network?.checkMapping(mapping, api);
        if (network === undefined || problem === undefined) continue;
        throw new ConfigError(
          'invalid_mapping',
          `The mapping of ${id} at ${name} cannot be used: ${problem}`,
          {
            next: describeMapCommand(network, id, api),
          },
        );
      }
    }
  }
}

function selectGoals(
  all: readonly ConversionGoal[],
  wanted: readonly string[],
): readonly ConversionGoal[] {
  return wanted.length === 0 ? all : wanted.map((id) => findGoal(all, id));
}
