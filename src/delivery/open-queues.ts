import type { TokenSource } from '../accounts/tokens.js';
import type { NetworkName } from '../networks/names.js';
import type { Channel } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { AccountQueueDeps } from './account-queue-types.js';
import { AccountQueue } from './account-queue.js';
import type { DecidingQueue } from './follow-up.js';
import type { RunContext } from './resolve-targets.js';

/** The account queues of a run. */
export interface Queues {
  accountQueues: Map<NetworkName, AccountQueue>;
  /** The account queues of audience lists, in a run that delivers their changes. */
  lists: Map<NetworkName, AccountQueue>;
  /** Those of the account queues whose networks accept first and decide later. */
  deciding: DecidingQueue[];
}

export interface QueueParts {
  workspace: Workspace;
  runContext: RunContext;
  /** What all queues of the run share. */
  shared: Omit<AccountQueueDeps, 'channel' | 'tokens' | 'grantSource' | 'options'>;
  /** Whether the run delivers changes of audience lists too. */
  opensLists: boolean;
}

/** Opens a queue for each account that a run delivers to, and adds it to `queues`. */
export function openQueues(queues: Queues, parts: QueueParts): void {
  const { workspace, runContext, opensLists } = parts;
  for (const connected of runContext.open) {
    const { network, source } = connected.credentials.connection;
    const route = runContext.planContext.routes.get(network);
    if (!route?.channel) continue;
    const grant = { tokens: workspace.tokensOf(connected), grantSource: source };
    queues.accountQueues.set(network, openQueue(queues, parts, route.channel, grant));
    if (opensLists && route.lists)
      queues.lists.set(network, openQueue(queues, parts, route.lists, grant));
  }
}

function openQueue(
  { deciding }: Queues,
  { workspace: { settings }, shared }: QueueParts,
  channel: Channel,
  grant: { tokens: TokenSource; grantSource: string },
): AccountQueue {
  const deps: AccountQueueDeps = {
    ...shared,
    ...grant,
    channel,
    options: {
      concurrency: settings['delivery.concurrency'],
      requestsPerSecond: settings['delivery.rate'] ?? channel.limits.requestsPerSecond,
      maxAttempts: settings['delivery.maxAttempts'],
      timeoutMs: settings['delivery.timeoutMs'],
    },
  };
  const accountQueue = new AccountQueue(deps);
  const { followUp } = channel;
  if (followUp) deciding.push({ accountQueue, deps, followUp });
  return accountQueue;
}
