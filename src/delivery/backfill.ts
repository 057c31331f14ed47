import { readLines } from '../events/input.js';
import type { Workspace } from '../workspace.js';
import type { BackfillOptions } from './backfill-plan.js';
import { withDelivery } from './delivery.js';
import { EventPipeline } from './event-pipeline.js';
import type { Summary } from './tally.js';

/**
 * Delivers old events, nearest deadline first, after planBackfill has read the files. They are read
 * again: everything that can be sent is recorded as pending, then sent in the order of its
 * deadlines. Stopped at any moment, the same call goes on where it was.
 * @throws InputError when a file cannot be read; what withDelivery throws
 */
export async function runBackfill(
  workspace: Workspace,
  options: BackfillOptions,
): Promise<Summary> {
  const run = { ...options, command: 'backfill', recovers: 'after_work' } as const;
  return withDelivery(workspace, run, async (delivery) => {
    const pipeline = new EventPipeline(delivery, false, {
      defersToLog: true,
      range: options,
    });
    for (const input of options.inputs) {
      for await (const lines of readLines(input, delivery.signal)) {
        await pipeline.take(lines, input, false);
        await pipeline.flush();
        await options.rejects?.confirm(delivery.signal);
      }
    }
  });
}
