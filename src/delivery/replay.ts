import type { ReplayCandidate } from '../log/replay-rows.js';
import type { Outgoing, Postback } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { Batcher } from './batch.js';
import type { Delivery, DeliveryOptions } from './delivery.js';
import { findMapping, withDelivery } from './delivery.js';
import type { DryRunSummary, PlannedRequest } from './dry-run.js';
import { describeBatch } from './dry-run.js';
import { askForDecisions } from './follow-up.js';
import type { Stage } from './stage.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';

/** Claims are written in transactions of so many, so that other processes get a turn. */
const CLAIMS_PER_COMMIT = 2_000;

/**
 * Sends again what a plan chose, nearest deadline first, with the dedupe id of its first attempt. What another run has
 * taken since is left to it. Networks that decide later are asked first what became of what they accepted.
 * @throws as withDelivery
 */
export async function runReplay(
  workspace: Workspace,
  options: Omit<DeliveryOptions, 'command'>,
  candidates: readonly ReplayCandidate[],
): Promise<Summary> {
  return withDelivery(workspace, { ...options, command: 'replay', lists: true }, async (delivery) => {
    await askForDecisions(delivery.deciding);
    await claimAll(delivery, candidates);
  });
}

async function claimAll(
  { log, lanes, lists, tally, signal }: Delivery,
  candidates: readonly ReplayCandidate[],
): Promise<void> {
  for (let start = 0; start < candidates.length && !signal.aborted; start += CLAIMS_PER_COMMIT) {
    const claimed = await log.reclaim(candidates.slice(start, start + CLAIMS_PER_COMMIT));
    for (const { network, isForLists, count } of claimed) {
      (isForLists ? lists : lanes).get(network)?.shelve(count);
      for (let number = 0; number < count; number++) tally.plan();
    }
  }
}

/** The summary and the requests that a replay would make. Nothing is sent or recorded. */
export function rehearseReplay(
  workspace: Workspace,
  { world }: Stage,
  candidates: readonly ReplayCandidate[],
): DryRunSummary {
  const tally = new Tally({ run: 'dry-run', command: 'replay', workspace: workspace.name });
  const requests: PlannedRequest[] = [];
  for (const channel of [...world.routes.values()].flatMap((route) => [route.channel, route.lists])) {
    if (!channel) continue;
    const batcher = new Batcher(channel);
    const isOurs = ({ network, membership }: Postback): boolean =>
      network === channel.network && (membership !== undefined) === (channel.isForLists ?? false);
    for (const { postback, attempts } of candidates) {
      const mapping = isOurs(postback) ? findMapping(postback, workspace, world) : undefined;
      if (mapping === undefined) continue;
      tally.plan();
      const outgoing: Outgoing = { postback, mapping };
      const full = batcher.add({ outgoing, entry: { postback, attempts }, tries: 0 });
      if (full) requests.push(describeBatch(channel, full));
    }
    for (const rest of batcher.takeAll()) requests.push(describeBatch(channel, rest));
  }
  return { ...tally.summary, dryRun: true, requests };
}
