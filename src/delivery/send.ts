import { InputError } from '../errors.js';
import type { Input } from '../events/input.js';
import { openInputs } from '../events/open-inputs.js';
import type { Workspace } from '../workspace.js';
import { withDelivery } from './delivery.js';
import { InputReader } from './input-reader.js';
import type { Origins } from './origins.js';
import type { SourceRun } from './read-source.js';
import type { Report } from './report.js';
import { expandBuckets } from './run-source.js';
import type { Selection } from './resolve-targets.js';
import { checkLines, refuseEmpty } from './strict.js';
import type { Summary } from './tally.js';

export interface SendRun extends Selection, SourceRun {
  inputs: readonly Input[];
  /** Files are checked whole before anything is sent; a stream stops at its first invalid line. */
  strict: boolean;
  /** Remembers which line each event came from, for `--rejects`. */
  origins?: Origins | undefined;
  /** Wait until networks that decide later have decided. */
  waits?: boolean;
  report: Report;
  signal: AbortSignal;
}

/**
 * Sends what the inputs hold: every line is planned, batched, delivered and recorded. Resolves when
 * nothing is under way any more, also after `signal` aborted.
 * @throws AuthError when no network is connected; InputError when an input cannot be read, or is
 *   invalid under `strict` (what was read before is delivered); InternalError when the log cannot
 *   be written
 */
export async function runSend(workspace: Workspace, run: SendRun): Promise<Summary> {
  const inputs = await openInputs(await expandBuckets(workspace, run.inputs));
  if (run.strict) await checkLines(inputs, run.report);
  let fault: InputError | undefined;
  const leavesWork = inputs.some(({ address, version }) => address && version === undefined);
  const options = { ...run, leavesWork, command: 'send', recovers: 'at_once' } as const;
  const summary = await withDelivery(workspace, options, async (delivery) => {
    const reader = new InputReader(delivery, run);
    try {
      await reader.readAll(inputs);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      fault = error;
    }
    await reader.flush();
  });
  if (summary.takenOver) return summary;
  if (fault) throw fault;
  if (run.strict && summary.lines === 0 && !run.signal.aborted) throw refuseEmpty(inputs);
  return summary;
}
