import { describeOverride, type Variables } from '../accounts/environment.js';
import type { Connected } from '../accounts/connections.js';
import { ConnectionFault } from '../http/http.js';
import type { AnyNetwork } from '../networks/network.js';
import type { Preflight, PreflightCall } from '../networks/preflight.js';
import { PostbackError } from '../errors.js';
import { listLastingRefusals, type LastingRefusal } from '../status/lasting-refusals.js';
import type { Workspace } from '../workspace.js';
import { fail, pass, warn, type Check } from './check.js';
import { checkMappings } from './goals.js';
import { checkGrantEnd, checkToken } from './grant.js';
import { makePlainPreflight } from './plain-preflight.js';
import { checkClock, reachOrigin } from './reach.js';

export interface NetworkInput {
  workspace: Workspace;
  network: AnyNetwork;
  connected: Connected;
  variables: Variables;
  signal?: AbortSignal;
}

/**
 * Every check of one connected network, from what is written here to what only the network knows.
 * @throws AbortError.
 */
export async function* checkNetwork(input: NetworkInput): AsyncGenerator<Check> {
  for await (const check of listChecks(input)) yield { ...check, network: input.network.name };
}

async function* listChecks(input: NetworkInput): AsyncGenerator<Check> {
  const { workspace, network, connected } = input;
  const { connection } = connected.credentials;
  yield describeConnection(input);
  yield* checkMappings(network, workspace.goals, connection);
  yield* checkGrantEnd(connection, workspace.clock.now());
  yield* await checkLastingRefusal(input);
  const preflight = {
    ...makePlainPreflight(await network.loadConnector()),
    ...(await network.loadPreflight?.()),
  };
  yield* preflight.checkConfig?.(connection, workspace.clock.now()) ?? [];
  let isReached = preflight.origins(connection).length === 0;
  for await (const check of checkOrigins(input, preflight)) {
    isReached ||= check.id === 'reachability' && check.result !== 'fail';
    yield check;
  }
  if (isReached) yield* askNetwork(input, preflight);
}

function describeConnection({ workspace, network, connected, variables }: NetworkInput): Check {
  const { enabled, credentials } = connected;
  const { account, region, source, accountName } = credentials.connection;
  if (!enabled) {
    return warn('connection', `${network.title} is disabled.`, {
      why: 'Its postbacks are skipped as network_disabled.',
      next: `postback enable ${network.name}`,
    });
  }
  const name = accountName === undefined || accountName === account ? '' : ` (${accountName})`;
  const regionText = region === undefined ? '' : `, ${region}`;
  const from = source === 'environment' ? `, from POSTBACK_${network.name.toUpperCase()}_*` : '';
  const stored = workspace.connections.store.find(workspace.name, network.name);
  const override = stored && describeOverride(network.name, variables, stored);
  return pass(
    'connection',
    `Connected as ${account}${name}${regionText}${from}.${override ? ` ${override}` : ''}`,
  );
}

/**
 * Reports a refusal that only a delivery reveals: terms, permissions, a wait. Refused grants are
 * checked below.
 */
async function checkLastingRefusal({ workspace, connected }: NetworkInput): Promise<Check[]> {
  const refusals = await findLasting(workspace, connected);
  return refusals.flatMap(({ refusal, problem, action, next }) => {
    const { by } = refusal.fix;
    const id = by === 'accept_terms' ? 'terms' : 'delivery';
    if (by === 'reconnect' || by === 'nothing') return [];
    if (by === 'wait') return [warn(id, problem, { why: action, next })];
    return [
      fail(id, problem, {
        why: action,
        next,
        ...(refusal.kind === 'credential' ? { kind: 'auth' } : {}),
      }),
    ];
  });
}

async function findLasting(workspace: Workspace, connected: Connected): Promise<LastingRefusal[]> {
  try {
    return await listLastingRefusals(workspace, [connected]);
  } catch (error) {
    // A log that cannot be read is a finding of its own.
    if (error instanceof PostbackError) return [];
    throw error;
  }
}

async function* checkOrigins(
  { workspace, network, connected, signal }: NetworkInput,
  preflight: Preflight,
): AsyncGenerator<Check> {
  const { connection } = connected.credentials;
  const { futureMs } = network.open(connection, workspace.settings).limits;
  let isClockChecked = false;
  for (const origin of preflight.origins(connection)) {
    const now = (): number => workspace.clock.now();
    const { checks, clock } = await reachOrigin(origin, {
      http: workspace.http,
      now,
      ...(signal ? { signal } : {}),
    });
    yield* checks;
    if (!clock || isClockChecked) continue;
    isClockChecked = true;
    yield checkClock(clock, futureMs);
  }
}

async function* askNetwork(
  { workspace, network, connected, signal }: NetworkInput,
  preflight: Required<Pick<Preflight, 'checkLive'>>,
): AsyncGenerator<Check> {
  const { check, accessToken } = await checkToken(
    connected,
    network,
    workspace.tokensOf(connected),
    signal,
  );
  yield check;
  if (accessToken === undefined) return;
  const { connection } = connected.credentials;
  const call: PreflightCall = {
    http: workspace.http,
    connection,
    accessToken,
    goals: workspace.goals
      .filter(({ enabled }) => enabled)
      .map(({ id, map, testMap }) => {
        const [mapping, test] = [map[network.name], testMap[network.name]];
        return {
          id,
          ...(mapping === undefined ? {} : { mapping }),
          ...(test === undefined ? {} : { test }),
        };
      }),
    nowMs: workspace.clock.now(),
    ...(signal ? { signal } : {}),
  };
  try {
    yield* await preflight.checkLive(call);
  } catch (error) {
    if (!(error instanceof ConnectionFault)) throw error;
    const more = {
      why: 'The account could not be checked.',
      next: 'postback doctor',
      kind: 'network' as const,
    };
    yield fail('account', error.message, more);
  }
}
