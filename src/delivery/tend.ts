import type { Delivery } from './delivery.js';

type Tended = Pick<Delivery, 'lanes' | 'elsewhere'>;

/** Sends what waits in the log's rows, as far as its network takes it now, and what another run has left. */
export async function tend({ lanes, elsewhere }: Tended): Promise<void> {
  await elsewhere.look();
  for (const lane of lanes.values()) await lane.catchUp();
}

/** Whether the lanes come back to what has used up its attempts: while the input of the run may go on for days. */
export function persist({ lanes }: Pick<Tended, 'lanes'>, isPersistent: boolean): void {
  for (const lane of lanes.values()) lane.isPersistent = isPersistent;
}
