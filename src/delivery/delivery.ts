import type { TokenSource } from '../accounts/tokens.js';
import type { Mapping } from '../goals/goal.js';
import { DeliveryLog } from '../log/delivery-log.js';
import type { NetworkName } from '../networks/names.js';
import type { Channel, Postback } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { DecidingLane } from './follow-up.js';
import { awaitDecisions } from './follow-up.js';
import { Elsewhere } from './elsewhere.js';
import { keepHeapSmall } from './heap.js';
import { Lane } from './lane.js';
import type { LaneDeps } from './lane-parts.js';
import type { Origins } from './origins.js';
import type { World } from './plan.js';
import { mappingOf } from './plan.js';
import type { Report } from './report.js';
import type { Selection } from './stage.js';
import { accountsOf, reportShared, setStage } from './stage.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';
import { Underway } from './underway.js';

export interface DeliveryOptions extends Selection {
  command: string;
  report: Report;
  signal: AbortSignal;
  /** Takes over what dead runs left behind as late as may be; see DeliveryLog.open. */
  takesOverLate?: boolean;
  /** Wait at the end until networks that decide later have decided. */
  waits?: boolean;
  /** Delivers records of audience lists too. */
  lists?: boolean;
  /** Remembers which line each event came from, for `--rejects`. */
  origins?: Origins | undefined;
}

const HEARTBEAT_MS = 5_000;

/** One run at work: its log, its lanes, its count. What `send`, `replay`, `backfill` and `tail` share. */
export interface Delivery {
  workspace: Workspace;
  log: DeliveryLog;
  /** The world but for what the log answers. */
  world: Omit<World, 'standing' | 'memory'>;
  lanes: ReadonlyMap<NetworkName, Lane>;
  /** The lanes of audience lists, in a run that delivers their records. */
  lists: ReadonlyMap<NetworkName, Lane>;
  /** Those of the lanes whose networks accept first and decide later. */
  deciding: readonly DecidingLane[];
  tally: Tally;
  /** Ids of postbacks in lanes that the log does not know yet; the lanes take them out. */
  underway: Underway;
  /** Which line each postback came from; absent where nobody asks. */
  origins: Origins | undefined;
  /** What another living run is delivering. */
  elsewhere: Elsewhere;
  report: Report;
  signal: AbortSignal;
}

/**
 * Opens the log and the lanes, lets `work` feed them, waits until nothing is under way and closes the run. After a fault
 * the run is left as it is: the next one takes over what is under way.
 * @throws AuthError when no network is connected; InternalError when the log cannot be written; what `work` throws
 */
export async function withDelivery(
  workspace: Workspace,
  options: DeliveryOptions,
  work: (delivery: Delivery) => Promise<void>,
): Promise<Summary> {
  const report: Report = (update) => {
    // No answer comes before the lanes are open.
    if (update.type === 'answer') heap.answered();
    options.report(update);
  };
  const delivery = openDelivery(workspace, { ...options, report });
  const heap = keepHeapSmall(workspace.onSettled);
  const { log, tally, lanes, lists } = delivery;
  const startedMs = workspace.clock.now();
  const heartbeat = setInterval(() => void log.beat().catch(() => undefined), HEARTBEAT_MS);
  try {
    await work(delivery);
    const drain = async (): Promise<void> => {
      await Promise.all([...lanes.values(), ...lists.values()].map((lane) => lane.drain()));
    };
    await drain();
    await delivery.elsewhere.settle(drain);
    if (options.waits) await awaitDecisions(delivery.deciding);
    tally.summary.durationMs = workspace.clock.now() - startedMs;
    await log.close(tally.summary);
    return tally.summary;
  } catch (error) {
    log.abandon();
    throw error;
  } finally {
    clearInterval(heartbeat);
    heap.end();
  }
}

function openDelivery(workspace: Workspace, options: DeliveryOptions): Delivery {
  const stage = setStage(workspace, options);
  const { world, open } = stage;
  const { clock, random, http, settings } = workspace;
  const { report, signal, command } = options;
  const log = DeliveryLog.open(
    {
      path: workspace.logPath,
      workspace: workspace.name,
      synchronous: settings['log.synchronous'],
      keepDelivered: settings['log.keepDelivered'],
      clock,
      random,
    },
    command,
    options.takesOverLate,
  );
  const head = { run: log.run.name, workspace: workspace.name, accounts: accountsOf(stage) };
  const tally = new Tally({ ...head, command });
  report({ type: 'run', ...head });
  reportShared(stage, report);
  const underway = new Underway();
  const lanes = new Map<NetworkName, Lane>();
  const lists = new Map<NetworkName, Lane>();
  const deciding: DecidingLane[] = [];
  const mappingOf = (postback: Postback): Mapping | undefined => findMapping(postback, workspace, world);
  const laneOf = ({ network, membership }: Postback): Lane | undefined => (membership ? lists : lanes).get(network);
  const elsewhere = new Elsewhere({ log, laneOf, clock, tally, underway, mappingOf, report, signal });
  const sharesReader = open.length > 1;
  const shared = { http, log, clock, random, tally, underway, elsewhere, mappingOf, report, signal, sharesReader };
  const openLane = (channel: Channel, tokens: TokenSource, grantSource: string): Lane => {
    const deps: LaneDeps = {
      ...shared,
      channel,
      tokens,
      grantSource,
      options: {
        concurrency: settings['delivery.concurrency'],
        requestsPerSecond: settings['delivery.rate'] ?? channel.limits.requestsPerSecond,
        maxAttempts: settings['delivery.maxAttempts'],
        timeoutMs: settings['delivery.timeoutMs'],
      },
    };
    const lane = new Lane(deps);
    const { followUp } = channel;
    if (followUp) deciding.push({ lane, deps, followUp, keepDelivered: settings['log.keepDelivered'] });
    return lane;
  };
  for (const connected of open) {
    const { network, source } = connected.credentials.connection;
    const route = world.routes.get(network);
    if (!route?.channel) continue;
    const tokens = workspace.tokensOf(connected);
    lanes.set(network, openLane(route.channel, tokens, source));
    if (options.lists && route.lists) lists.set(network, openLane(route.lists, tokens, source));
  }
  const { origins } = options;
  return { workspace, log, world, lanes, lists, deciding, tally, underway, elsewhere, origins, report, signal };
}

/** What a stored postback's goal is called at its network now: a mapping that was mended holds for what failed by it. */
export function findMapping(
  postback: Postback,
  workspace: Workspace,
  { routes }: Pick<World, 'routes'>,
): Mapping | undefined {
  // A list is named in the facts; nothing of it is mapped.
  if (postback.membership) return postback.membership.list;
  const goal = workspace.goals.find(({ id }) => id === postback.goal);
  const route = routes.get(postback.network);
  return goal && route && mappingOf(goal, route, postback.test);
}
