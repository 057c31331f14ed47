import type { Delivery } from './delivery.js';

type Tended = Pick<Delivery, 'accountQueues' | 'elsewhere'>;

/**
 * Sends what waits in the log's rows, as far as its network takes it now, and what another run has
 * left.
 */
export async function tend({ accountQueues, elsewhere }: Tended): Promise<void> {
  await elsewhere.look();
  for (const accountQueue of accountQueues.values()) await accountQueue.catchUp();
}

/**
 * Whether the account queues come back to what has used up its attempts: while the input of the run
 * may go on for days.
 */
export function persist(
  { accountQueues }: Pick<Tended, 'accountQueues'>,
  isPersistent: boolean,
): void {
  for (const accountQueue of accountQueues.values()) accountQueue.isPersistent = isPersistent;
}
