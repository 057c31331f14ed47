import type { ReplayCandidate } from '../log/stored-postback.js';
import type { Channel, Outgoing, Postback } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { Batch } from './batch.js';
import { Batcher } from './batch.js';
import type { Delivery, DeliveryOptions } from './delivery.js';
import { findMapping, withDelivery } from './delivery.js';
import type { RequestSink } from './dry-run.js';
import { describeBatch } from './dry-run.js';
import { askForDecisions } from './follow-up.js';
import type { RunContext } from './resolve-targets.js';
import { accountsOf } from './resolve-targets.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';
import { evaluateAge } from './window.js';

/** Maximum number of claims in one transaction, so that other processes get a turn. */
const CLAIMS_PER_COMMIT = 2_000;

/**
 * Sends again what a plan chose, nearest deadline first, with the dedupe id of its first attempt.
 * What another run has taken since is left to it. Networks that decide later are asked first what
 * became of what they accepted.
 * @throws as withDelivery
 */
export async function runReplay(
  workspace: Workspace,
  options: Omit<DeliveryOptions, 'command'> & { accountChanged?: boolean },
  candidates: readonly ReplayCandidate[],
): Promise<Summary> {
  const run = { ...options, command: 'replay', lists: true, recovers: 'after_work' } as const;
  return withDelivery(workspace, run, async (delivery) => {
    await askForDecisions(delivery.deciding);
    await claimAll(delivery, candidates, options.accountChanged ?? false);
  });
}

async function claimAll(
  { log, accountQueues, lists, tally, elsewhere, signal }: Delivery,
  candidates: readonly ReplayCandidate[],
  moves: boolean,
): Promise<void> {
  const accounts = Object.fromEntries(
    [...accountQueues].map(([network, accountQueue]) => [network, accountQueue.account]),
  );
  for (let start = 0; start < candidates.length && !signal.aborted; start += CLAIMS_PER_COMMIT) {
    const some = candidates.slice(start, start + CLAIMS_PER_COMMIT);
    const { claimed, taken, counted } = await log.reclaim(some, { accounts, moves });
    for (const postback of taken) {
      tally.plan(postback.network);
      elsewhere.add(postback);
    }
    await skipCounted(log, tally, counted);
    for (const { network, isForLists, count } of claimed) {
      (isForLists ? lists : accountQueues).get(network)?.deferToLog(count);
      tally.plan(network, count);
    }
  }
}

/** What another conversion of its player has counted instead of is a skip. */
async function skipCounted(
  log: Delivery['log'],
  tally: Tally,
  postbacks: readonly Postback[],
): Promise<void> {
  const reason = 'already_counted';
  for (const { network } of postbacks) tally.skip(reason, network, true);
  await log.skip(
    postbacks.map(({ eventId, event, goal, network }) => {
      return {
        eventId,
        event,
        goal,
        network,
        reason,
        message: 'another conversion of the player was counted',
      };
    }),
  );
}

/**
 * The summary of a replay; `sink` takes the requests that it would make. Nothing is sent or
 * recorded.
 */
export function dryRunReplay(
  workspace: Workspace,
  runContext: RunContext,
  candidates: readonly ReplayCandidate[],
  sink: RequestSink,
): Summary & { dryRun: true } {
  const { planContext } = runContext;
  const head = { run: 'dry-run', workspace: workspace.name, accounts: accountsOf(runContext) };
  const tally = new Tally({ ...head, command: 'replay' });
  const build = (channel: Channel, batch: Batch): void => {
    if (sink.wants(channel.network)) sink.take(channel.network, describeBatch(channel, batch));
  };
  for (const channel of [...planContext.routes.values()].flatMap((route) => [
    route.channel,
    route.lists,
  ])) {
    if (!channel) continue;
    const batcher = new Batcher(channel);
    const isOurs = ({ network, membership }: Postback): boolean =>
      network === channel.network && (membership !== undefined) === (channel.isForLists ?? false);
    for (const { postback, attempts } of candidates) {
      const mapping = isOurs(postback) ? findMapping(postback, workspace, planContext) : undefined;
      if (mapping === undefined) continue;
      tally.plan(channel.network);
      if (evaluateAge(postback, workspace.clock.now(), channel)?.reason === 'too_old') {
        tally.fail(channel.network, 'expired');
        continue;
      }
      // A replay marks it as failed: there is no payload to send.
      if (postback.isDamaged) {
        tally.fail(channel.network, 'payload');
        continue;
      }
      const outgoing: Outgoing = { postback, mapping };
      const full = batcher.add({ outgoing, entry: { postback, attempts }, tries: 0 });
      if (full) build(channel, full);
    }
    for (const rest of batcher.takeAll()) build(channel, rest);
  }
  return { ...tally.summary, dryRun: true };
}
