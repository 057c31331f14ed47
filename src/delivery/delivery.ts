import { setMaxListeners } from 'node:events';

import type { Mapping } from '../goals/goal.js';
import type { DeliveryLog } from '../log/delivery-log.js';
import type { LogNotice } from '../log/log-options.js';
import { openDeliveryLog } from '../log/open-log.js';
import type { NetworkName } from '../networks/names.js';
import type { Postback } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { DecidingQueue } from './follow-up.js';
import { awaitDecisions } from './follow-up.js';
import { Elsewhere } from './other-run-postbacks.js';
import { limitHeapGrowth } from './heap.js';
import type { AccountQueue } from './account-queue.js';
import { openQueues, type Queues } from './open-queues.js';
import type { Origins } from './origins.js';
import type { PlanContext } from './plan.js';
import { mappingOf } from './plan-postback.js';
import type { Report } from './report.js';
import type { Selection } from './resolve-targets.js';
import { accountsOf, reportShared, resolveTargets } from './resolve-targets.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';
import { isTakenOver, Recovery } from './recovery.js';
import { SteadyTime } from './steady-time.js';
import { CheckpointTracker } from './checkpoint-tracker.js';
import { InFlightSet } from './in-flight-set.js';

export interface DeliveryOptions extends Selection {
  command: string;
  report: Report;
  signal: AbortSignal;
  /**
   * When the pending work of abandoned runs is delivered: from the start, or when `work` is done.
   * Absent: it is made pending only.
   */
  recovers?: 'at_once' | 'after_work';
  /**
   * Any live run delivers what this one leaves pending: it came from a broker, which gives none of
   * it again, to no worker.
   */
  leavesWork?: boolean;
  /** Wait at the end until networks that decide later have decided. */
  waits?: boolean;
  /** Delivers records of audience lists too. */
  lists?: boolean;
  /** Remembers which line each event came from, for `--rejects`. */
  origins?: Origins | undefined;
}

/**
 * One run at work: its log, its account queues, its count. What `send`, `replay`, `backfill` and
 * `tail` share.
 */
export interface Delivery {
  workspace: Workspace;
  log: DeliveryLog;
  planContext: PlanContext;
  accountQueues: ReadonlyMap<NetworkName, AccountQueue>;
  /** The account queues of audience lists, in a run that delivers their records. */
  lists: ReadonlyMap<NetworkName, AccountQueue>;
  /** Those of the account queues whose networks accept first and decide later. */
  deciding: readonly DecidingQueue[];
  tally: Tally;
  /**
   * Ids of postbacks in account queues that the log does not know yet; the account queues take them
   * out.
   */
  inFlight: InFlightSet;
  /** How far files were read. */
  checkpoints: CheckpointTracker;
  /** Which line each postback came from; absent where nobody asks. */
  origins: Origins | undefined;
  /** What another living run is delivering. */
  elsewhere: Elsewhere;
  /** What dead runs left. */
  recovery: Recovery;
  report: Report;
  /** Aborted when the run is to stop: a signal, or another run has taken it over. */
  signal: AbortSignal;
}

/**
 * Opens the log and the account queues, lets `work` feed them, waits until nothing is under way and
 * closes the run. After a fault the run is left as it is: the next one takes over what is under
 * way. A recovering run that another run has taken over while it was paused writes nothing more and
 * resolves with what it had done, see Summary.takenOver.
 * @throws AuthError when no network is connected; InternalError when the log cannot be written;
 *   what `work` throws
 */
export async function withDelivery(
  workspace: Workspace,
  options: DeliveryOptions,
  work: (delivery: Delivery) => Promise<void>,
): Promise<Summary> {
  const broken = new AbortController();
  const signal = AbortSignal.any([options.signal, broken.signal]);
  // Every account queue and token request listens: their number is that of the accounts.
  setMaxListeners(0, signal);
  const delivery = await openDelivery(workspace, { ...options, signal }, broken);
  const restoreHeapGrowth = limitHeapGrowth();
  const { log, tally, recovery } = delivery;
  const startedMs = workspace.clock.now();
  try {
    recovery.reportIgnored(await log.recoverAbandonedRuns());
    if (options.recovers === 'at_once') recovery.begin();
    await work(delivery);
    if (options.recovers !== undefined) recovery.begin();
    await finish(delivery, options);
    await recovery.end();
    broken.signal.throwIfAborted();
    tally.summary.durationMs = workspace.clock.now() - startedMs;
    await log.close({
      summary: tally.summary,
      checkpoints: delivery.checkpoints.listAtEnd(options.signal.aborted),
      ...(options.leavesWork ? { leavesWork: true } : {}),
    });
    return tally.summary;
  } catch (error) {
    if (isTakenOver(error)) broken.abort(error);
    await recovery.end();
    await log.abandon();
    if (options.recovers === undefined || !isTakenOver(error)) throw error;
    tally.summary.durationMs = workspace.clock.now() - startedMs;
    tally.leaveToSuccessor();
    return tally.summary;
  } finally {
    restoreHeapGrowth();
  }
}

/** Waits until nothing is in flight: the work of this run, of other runs, and of abandoned runs. */
async function finish(
  delivery: Delivery,
  { recovers, waits = false }: DeliveryOptions,
): Promise<void> {
  const { accountQueues, lists, elsewhere, recovery, deciding } = delivery;
  const drain = async (): Promise<void> => {
    await Promise.all(
      [...accountQueues.values(), ...lists.values()].map((accountQueue) => accountQueue.drain()),
    );
  };
  do {
    await drain();
    while (await elsewhere.awaitChange()) await drain();
    if (waits) await awaitDecisions(deciding);
  } while (recovers !== undefined && (await recovery.recover()) > 0);
  // A step of the timer may have claimed meanwhile.
  await recovery.end();
  await drain();
}

async function openDelivery(
  workspace: Workspace,
  options: DeliveryOptions,
  takenOver: AbortController,
): Promise<Delivery> {
  const runContext = resolveTargets(workspace, options);
  const { planContext, open } = runContext;
  const { clock, random, http, settings, logLocation } = workspace;
  const { report, signal, command } = options;
  const synchronous = settings['log.synchronous'];
  const keepDelivered = settings['log.keepDelivered'];
  const keepSkips = settings['log.keepSkips'];
  const notify = (notice: LogNotice): void => report({ type: 'log', ...notice });
  const log = await openDeliveryLog(
    { ...logLocation, synchronous, keepDelivered, keepSkips, random, notify },
    command,
  );
  const head = { run: log.run.name, workspace: workspace.name, accounts: accountsOf(runContext) };
  const tally = new Tally({ ...head, command });
  report({ type: 'run', ...head });
  reportShared(runContext, report);
  const inFlight = new InFlightSet();
  const checkpoints = new CheckpointTracker(inFlight);
  const queues: Queues = { accountQueues: new Map(), lists: new Map(), deciding: [] };
  const { accountQueues, lists } = queues;
  const mappingOf = (postback: Postback): Mapping | undefined =>
    findMapping(postback, workspace, planContext);
  const queueOf = ({ network, membership }: Postback): AccountQueue | undefined =>
    (membership ? lists : accountQueues).get(network);
  const elsewhere = new Elsewhere({
    log,
    queueOf,
    clock,
    tally,
    inFlight,
    mappingOf,
    report,
    signal,
  });
  const sharesReader = open.length > 1;
  const steadyTime = new SteadyTime(clock);
  const shared = {
    http,
    log,
    clock,
    steadyTime,
    random,
    tally,
    inFlight,
    checkpoints,
    elsewhere,
    mappingOf,
    report,
    signal,
    sharesReader,
  };
  openQueues(queues, { workspace, runContext, shared, opensLists: options.lists === true });
  const { origins } = options;
  const served = new Map(
    [...accountQueues].filter(([network]) => isServed(network, options.networks)),
  );
  const recovery = new Recovery({
    ...{ log, tally, inFlight, elsewhere, report, signal, takenOver },
    accountQueues: served,
    goals: options.goals,
  });
  return {
    workspace,
    log,
    planContext,
    ...queues,
    tally,
    inFlight,
    checkpoints,
    elsewhere,
    recovery,
    origins,
    report,
    signal,
  };
}

/** Whether a run takes part at a network; `asked`: those of `--network`, empty for all. */
function isServed(network: NetworkName, asked: readonly NetworkName[]): boolean {
  return asked.length === 0 || asked.includes(network);
}

/**
 * Uses the goal's current mapping, so that a corrected mapping applies to postbacks that failed
 * earlier.
 */
export function findMapping(
  postback: Postback,
  workspace: Workspace,
  { routes }: Pick<PlanContext, 'routes'>,
): Mapping | undefined {
  // A list is named in the facts; nothing of it is mapped.
  if (postback.membership) return postback.membership.list;
  const goal = workspace.goals.find(({ id }) => id === postback.goal);
  const route = routes.get(postback.network);
  return goal && route && mappingOf(goal, route, postback.test);
}
