import { readLines } from '../events/input.js';
import type { Workspace } from '../workspace.js';
import type { BackfillOptions } from './backfill-plan.js';
import { isInRange } from './backfill-plan.js';
import { withDelivery } from './delivery.js';
import { Intake } from './intake.js';
import type { Summary } from './tally.js';

/**
 * Delivers old events, nearest deadline first, after planBackfill has read the files. They are read once more: everything that can be sent is recorded as
 * pending, then sent in the order of its deadlines. Stopped at any moment, the same call goes on where it was.
 * @throws InputError when a file cannot be read; what withDelivery throws
 */
export async function runBackfill(workspace: Workspace, options: BackfillOptions): Promise<Summary> {
  return withDelivery(workspace, { ...options, command: 'backfill' }, async (delivery) => {
    const intake = new Intake(delivery, false, {
      shelves: true,
      accepts: (event) => isInRange(event.timeMs, options),
    });
    for (const input of options.inputs) {
      for await (const lines of readLines(input, options.signal)) {
        await intake.take(lines, input, false);
        await intake.settle();
      }
    }
  });
}
